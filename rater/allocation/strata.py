"""Evenness within therapists, phases and patients, reached by letting sessions exchange their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from rater.allocation.balance import STRATA
from rater.allocation.constraints import OpenWork
from rater.allocation.noise import Noise, fading
from rater.allocation.plans import ALONE, Label
from rater.allocation.rotations import rotate

Ints = NDArray[np.int64]

_WEIGHTS = {"therapist": 2, "phase": 2, "patient": 2, "therapist_phase": 3}
_STRICT = {"therapist": 16, "phase": 16, "patient": 16, "therapist_phase": 1}
_DOUBLE_WEIGHT = 2
_FAR = 1 << 40
_STEP = 8
_CYCLE = 500
_HIGH = 40
_MANY = 800
_BATCHES = 150
_BATCH = 64
_CANDIDATES = 512
_IDLE = 6
_STEPS = 2_000
_PATIENCE = 150
_PARTNERS = 2_048


def spread_over_strata(
    work: OpenWork, labels: Sequence[Label], chance: Random, noise: Noise, effort: int
) -> list[Label]:
    """The same labels on other sessions, with main ratings and doubles of every stratum as even as found.

    Exchanging labels leaves total load, pairs and main load as they are; an exchange that a bar forbids is never
    made. Each of at most `effort` steps takes a session of an uneven stratum and the best partner for it, judged
    with noise that fades (a noising method); the best arrangement met is returned.
    """
    search = _Search(work, labels)
    if len(labels) > _MANY:
        _settle(search, noise)
        rotate(work, search, noise)
        _finish(search, chance, noise)
        return _strictly(work, search.labels(), chance, noise)
    rotate(work, search, noise)
    best, best_labels = search.unevenness, search.labels()
    for step in range(effort):
        troubled = search.troubled()
        if best == 0 or not len(troubled):
            break
        session = int(troubled[int(chance.random() * len(troubled))])
        search.exchange(session, noise, fading(step, _CYCLE, _HIGH))
        if search.unevenness < best:
            best, best_labels = search.unevenness, search.labels()
    return _strictly(work, best_labels, chance, noise) if best else best_labels


def _strictly(work: OpenWork, labels: list[Label], chance: Random, noise: Noise) -> list[Label]:
    """Therapist x phase comes last: what it held back is evened out in the margins before it."""
    search = _Search(work, labels, _STRICT)
    _finish(search, chance, noise)
    return search.labels()


def _settle(search: _Search, noise: Noise) -> None:
    """Large studies first: many exchanges at a time, each of them for the better, until they become rare."""
    idle = 0
    for _ in range(_BATCHES):
        troubled = search.troubled()
        if not len(troubled) or idle >= _IDLE:
            return
        mine = np.unique(troubled[noise.below(len(troubled), _BATCH)])
        theirs = np.unique(noise.below(search.number, _CANDIDATES))
        idle = 0 if search.exchange_many(mine, theirs) else idle + 1


def _finish(search: _Search, chance: Random, noise: Noise) -> None:
    """Then one session of an uneven stratum at a time, never for the worse, until that helps no more."""
    idle = 0
    for _ in range(_STEPS):
        troubled = search.troubled()
        if not len(troubled) or idle >= _PATIENCE:
            return
        before = search.unevenness
        partners = _PARTNERS if search.number > _PARTNERS else 0
        search.exchange(int(troubled[int(chance.random() * len(troubled))]), noise, _STEP, partners)
        idle = 0 if search.unevenness < before else idle + 1


class _Search:
    """Main ratings by stratum and rater, doubles by stratum; a row of the tables is one stratum."""

    def __init__(self, work: OpenWork, labels: Sequence[Label], weights: Mapping[str, int] = _WEIGHTS) -> None:
        self._place(work, weights)
        self.number = len(labels)
        self.main = np.array([main for main, _ in labels], dtype=np.int64)
        self.second = np.array([second for _, second in labels], dtype=np.int64)
        self._may_lead = np.zeros((len(labels), len(work.raters)), dtype=bool)
        self._may_follow = np.zeros((len(labels), len(work.raters) + 1), dtype=bool)  # the last column is ALONE
        for place, (able, (main, second)) in enumerate(zip(work.able, work.begun, strict=True)):
            self._may_lead[place, list(able) if main == ALONE else main] = True
            self._may_follow[place, [*able, ALONE] if second == ALONE else second] = True
        self._count(work, labels)
        self.unevenness = self._measure(self._row_weight)

    def _place(self, work: OpenWork, weights: Mapping[str, int]) -> None:
        rows: dict[tuple[str, str], int] = {}
        table = [
            [rows.setdefault((name, stratum(session)), len(rows)) for session in work.all_sessions]
            for name, stratum in STRATA.items()
        ]
        placed = np.array(table, dtype=np.int64)
        self._row, self._kept_row = placed[:, : len(work.sessions)], placed[:, len(work.sessions) :]
        self._weight = np.array([weights[name] for name in STRATA], dtype=np.int64)[:, None, None]
        self._row_weight = np.array([weights[name] for name, _ in rows], dtype=np.int64)
        self._patient = np.array([name == "patient" for name, _ in rows], dtype=bool)
        self._size = np.bincount(placed.ravel(), minlength=len(rows))

    def _count(self, work: OpenWork, labels: Sequence[Label]) -> None:
        rows = len(self._size)
        self._mains = np.zeros((rows, len(work.raters)), dtype=np.int64)
        self._doubles = np.zeros(rows, dtype=np.int64)
        self._open = np.zeros((rows, len(work.raters)), dtype=bool)
        for place, label in enumerate(labels):
            self._add(self._row[:, place], label)
            self._open[self._row[:, place]] |= self._may_lead[place]
        for place, label in enumerate(work.kept_labels):
            self._add(self._kept_row[:, place], label)
        doubles = sum(second != ALONE for _, second in [*labels, *work.kept_labels])
        sessions = max(1, len(work.all_sessions))
        self._floor = self._size * doubles // sessions
        self._ceiling = -(-self._size * doubles // sessions)

    def _add(self, rows: Ints, label: Label) -> None:
        self._mains[rows, label[0]] += 1
        self._doubles[rows] += label[1] != ALONE

    def labels(self) -> list[Label]:
        """The labels by session, as they stand."""
        return list(zip(self.main.tolist(), self.second.tolist(), strict=True))

    def troubled(self) -> Ints:
        """Sessions in a stratum whose main ratings differ by more than 1 or whose doubles miss their share."""
        high = np.where(self._open, self._mains, -1).max(axis=1, initial=-1)
        low = np.where(self._open, self._mains, _FAR).min(axis=1, initial=_FAR)
        uneven = (high - low > 1) | (self._doubles < self._floor) | (self._doubles > self._ceiling)
        return np.flatnonzero(uneven[self._row].any(axis=0))

    def exchange(self, session: int, noise: Noise, amplitude: int, partners: int = 0) -> None:
        """Exchange labels with the best partner, noise included, of all or of some; staying put is a choice too."""
        theirs = np.append(noise.below(self.number, partners), session) if partners else np.arange(self.number)
        change = self._changes(np.array([session]), theirs)[0]
        best = int(np.argmin(_STEP * change + noise.below(amplitude, len(change))))
        if theirs[best] != session and change[best] < _FAR:
            self._exchange(session, int(theirs[best]), int(change[best]))

    def counts(self, name: str) -> Ints:
        """Main ratings of each session's own stratum, by session and rater."""
        counts: Ints = self._mains[self._row[list(STRATA).index(name)]]
        return counts

    def hand_on(self, sessions: list[int]) -> bool:
        """Give each session's label to the next one, the last one's to the first; undone, with False, if no better.

        Patients are not looked at: exchanges within a therapist and phase see to them.
        """
        weight = np.where(self._patient, 0, self._row_weight)
        before = self._measure(weight)
        for by in (1, -1):
            for place in sessions:
                self._shift(place, -1)
            self.main[sessions] = np.roll(self.main[sessions], by)
            self.second[sessions] = np.roll(self.second[sessions], by)
            for place in sessions:
                self._shift(place, 1)
            if self._measure(weight) < before:
                break
        self.unevenness = self._measure(self._row_weight)
        return self._measure(weight) < before

    def exchange_many(self, mine: Ints, theirs: Ints) -> int:
        """Let each of mine exchange labels with its best partner among theirs, where that helps; how many did."""
        change = self._changes(mine, theirs)
        best = change.argmin(axis=1)
        gain = np.take_along_axis(change, best[:, None], axis=1)[:, 0]
        done = 0
        for place in np.argsort(gain, kind="stable").tolist():
            if gain[place] >= 0:
                break
            session, partner = int(mine[place]), int(theirs[best[place]])
            now = int(self._changes(mine[[place]], theirs[[best[place]]])[0, 0])
            if now < 0:
                self._exchange(session, partner, now)
                done += 1
        return done

    def _exchange(self, session: int, partner: int, change: int) -> None:
        for place, by in ((session, -1), (partner, -1)):
            self._shift(place, by)
        self.main[[session, partner]] = self.main[[partner, session]]
        self.second[[session, partner]] = self.second[[partner, session]]
        for place, by in ((session, 1), (partner, 1)):
            self._shift(place, by)
        self.unevenness += change

    def _shift(self, place: int, by: int) -> None:
        rows = self._row[:, place]
        self._mains[rows, self.main[place]] += by
        self._doubles[rows] += by * int(self.second[place] != ALONE)

    def _changes(self, mine: Ints, theirs: Ints) -> Ints:
        """What unevenness changes by if each of mine exchanges labels with each of theirs; far where forbidden."""
        rows, here = self._row[:, None, theirs], self._row[:, mine, None]
        elsewhere = rows != here
        main, second = self.main[theirs][None, :], self.second[theirs][None, :]
        my_main, my_second = self.main[mine][:, None], self.second[mine][:, None]
        counts = self._mains
        gain = counts[here, main] - counts[here, my_main] + counts[rows, my_main] - counts[rows, main]
        change: Ints = (self._weight * elsewhere * (2 * gain + 4)).sum(axis=0) * (main != my_main)
        change += self._double_changes(here, rows, elsewhere, my_second != ALONE, second != ALONE)
        fits = (
            self._may_lead[mine[:, None], main]
            & self._may_follow[mine[:, None], second]
            & self._may_lead[theirs[None, :], my_main]
            & self._may_follow[theirs[None, :], my_second]
        )
        return np.where(fits, change, _FAR)

    def _double_changes(
        self, here: Ints, rows: Ints, elsewhere: NDArray[np.bool_], mine: NDArray[np.bool_], theirs: NDArray[np.bool_]
    ) -> Ints:
        sign = np.where(mine, -1, 1)
        gain = self._beyond_after(here, sign) + self._beyond_after(rows, -sign)
        change: Ints = (_DOUBLE_WEIGHT * self._weight * elsewhere * gain).sum(axis=0) * (mine != theirs)
        return change

    def _beyond_after(self, rows: Ints, by: Ints) -> Ints:
        now, floor, ceiling = self._doubles[rows], self._floor[rows], self._ceiling[rows]
        return _beyond(now + by, floor, ceiling) - _beyond(now, floor, ceiling)

    def _measure(self, weight: Ints) -> int:
        counts = np.where(self._open, self._mains, 0)
        cells = np.maximum(self._open.sum(axis=1), 1)
        q, r = np.divmod(counts.sum(axis=1), cells)
        main = (counts * counts).sum(axis=1) - (cells - r) * q * q - r * (q + 1) * (q + 1)
        double = _DOUBLE_WEIGHT * _beyond(self._doubles, self._floor, self._ceiling)
        return int((weight * (main + double)).sum())


def _beyond(count: Ints, floor: Ints, ceiling: Ints) -> Ints:
    off: Ints = np.maximum(0, np.maximum(floor - count, count - ceiling))
    off *= off
    return off
