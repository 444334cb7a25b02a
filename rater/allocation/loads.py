"""Even loads under bars, caps and kept rows: total load, pairs and main load, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from rater.allocation.balance import excess
from rater.allocation.constraints import OpenWork
from rater.allocation.noise import Noise, fading
from rater.allocation.plans import ALONE, Label

Ints = NDArray[np.int64]
Evenness = tuple[int, int, int]

_FAR = np.int64(1) << 40
_WEIGHTS = (4, 4, 1)
_SCALE = 4
_CYCLE = 1000
_HIGH = 60


def even_loads(work: OpenWork, labels: Sequence[Label], chance: Random, noise: Noise, effort: int) -> list[Label]:
    """Labels as even in total load, pairs and main load as `effort` steps of a noised local search find them.

    Starts from `labels`, which must obey the hard rules, never breaks one, and returns the best labels met, compared
    in the order total, pairs, main. Kept rows count towards the loads.
    """
    search = _Search(work, labels)
    best, best_labels = search.evenness(), list(search.labels)
    for step in range(effort):
        if best == (0, 0, 0) or not work.sessions:
            break
        search.step(chance, noise, fading(step, _CYCLE, _HIGH))
        now = search.evenness()
        if now < best:
            best, best_labels = now, list(search.labels)
    return best_labels


class _Search:
    def __init__(self, work: OpenWork, labels: Sequence[Label]) -> None:
        size = len(work.raters)
        self._total: Ints = np.zeros(size, dtype=np.int64)
        self._main: Ints = np.zeros(size, dtype=np.int64)
        self._pairs: Ints = np.zeros((size, size), dtype=np.int64)
        for label in work.kept_labels:
            self._count(label, 1)
        self._most = self._total + np.array(work.room, dtype=np.int64)
        wanted = int(self._total.sum()) + len(work.sessions) + work.to_double
        self._short = _shortfall(self._total, self._most, wanted)
        self._main_short = _shortfall(self._main, self._most, int(self._main.sum()) + len(work.sessions))
        self._able = work.able
        self._closed: dict[tuple[int, ...], tuple[Ints, Ints]] = {}
        for able in set(work.able):
            single: Ints = np.full(size, _FAR, dtype=np.int64)
            single[list(able)] = 0
            double = single[:, None] + single[None, :]
            np.fill_diagonal(double, _FAR)
            self._closed[able] = (single, double)
        self._open_raters = sorted({rater for able in work.able for rater in able})
        able_pairs = np.zeros((size, size), dtype=bool)
        for able in self._closed:
            able_pairs[np.ix_(able, able)] = True
        self._open_pairs = np.triu(able_pairs, 1)
        self.labels = list(labels)
        for label in self.labels:
            self._count(label, 1)

    def evenness(self) -> Evenness:
        """Excess of total load, pairs and main load."""
        return (
            excess(self._total[self._open_raters].tolist()),
            excess(self._pairs[self._open_pairs].tolist()),
            excess(self._main[self._open_raters].tolist()),
        )

    def step(self, chance: Random, noise: Noise, amplitude: int) -> None:
        """Redraw one session, or let a double and a single change places."""
        first = int(chance.random() * len(self.labels))
        second = int(chance.random() * len(self.labels))
        is_double = self.labels[first][1] != ALONE
        if chance.random() < 0.5 or is_double == (self.labels[second][1] != ALONE):
            self._redraw([first], [is_double], noise, amplitude)
        else:
            self._redraw([first, second], [not is_double, is_double], noise, amplitude)

    def _redraw(self, sessions: list[int], doubled: list[bool], noise: Noise, amplitude: int) -> None:
        before = [self.labels[session] for session in sessions]
        for label in before:
            self._count(label, -1)
        for session, double in zip(sessions, doubled, strict=True):
            found = self._cheapest(session, double, noise, amplitude)
            if found is None:
                self._restore(sessions, before, session)
                return
            self.labels[session] = found
            self._count(found, 1)

    def _restore(self, sessions: list[int], before: list[Label], until: int) -> None:
        for session in sessions[: sessions.index(until)]:
            self._count(self.labels[session], -1)
        for session, label in zip(sessions, before, strict=True):
            self.labels[session] = label
            self._count(label, 1)

    def _cheapest(self, session: int, double: bool, noise: Noise, amplitude: int) -> Label | None:
        of_total, of_pair, of_main = _WEIGHTS
        """The label of least cost, noise included; None where caps and bars leave none."""
        closed_single, closed_double = self._closed[self._able[session]]
        load = of_total * (self._total + self._short) + np.where(self._total >= self._most, _FAR, 0)
        cost = closed_single + load + of_main * (self._main + self._main_short)
        if double:
            cost = closed_double + cost[:, None] + load[None, :] + of_pair * self._pairs
        flat = (2 * _SCALE * cost).ravel() + noise.below(amplitude, cost.size)
        chosen = int(np.argmin(flat))
        if flat[chosen] >= _FAR:
            return None
        return divmod(chosen, len(self._total)) if double else (chosen, ALONE)

    def _count(self, label: Label, by: int) -> None:
        main, second = label
        self._total[main] += by
        self._main[main] += by
        if second != ALONE:
            self._total[second] += by
            self._pairs[main, second] += by
            self._pairs[second, main] += by


def _shortfall(least: Ints, most: Ints, wanted: int) -> Ints:
    """How far each rater's room ends below the level at which `wanted` ratings fill all rooms like water.

    Added to the loads, it keeps a rater with a small cap from looking idle for ever.
    """
    low, high = 0, wanted
    while low < high:
        level = (low + high + 1) // 2
        if int(np.maximum(least, np.minimum(most, level)).sum()) <= wanted:
            low = level
        else:
            high = level - 1
    return np.maximum(0, low - most)
