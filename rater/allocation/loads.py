"""Even pairs and main loads under bars, caps and kept rows, on total loads that are already as even as can be."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from rater.allocation.balance import excess
from rater.allocation.bounds import least_pair_squares
from rater.allocation.constraints import OpenWork
from rater.allocation.dyads import alternating, even_mains
from rater.allocation.noise import Noise
from rater.allocation.pairing import Pairing
from rater.allocation.placing import Panel, least_main_squares, place, rank_by_reach
from rater.allocation.plans import ALONE, Label

Ints = NDArray[np.int64]

_ROUNDS = 200
_ROUNDS_EACH = 12
_PATIENCE = 2_000_000


def even_loads(work: OpenWork, order: Sequence[int], doubled: set[int], chance: Random, noise: Noise) -> list[Label]:
    """Labels by session that obey every hard rule, even in total load, then pairs, then main load.

    The squares of the total loads are the least possible. Pairs are improved by exchanges between raters until none
    helps, then shaken and improved again, until a proven bound is reached or the rounds are used up; main loads are the
    most even that these pairs allow. Kept rows count towards the loads. Raises NoFeasibleAllocation.
    """
    total, main, pairs = kept_counts(work)
    shares = place(work, total.tolist(), order, doubled, chance)
    rank = rank_by_reach(shares.panels, chance.sample(range(len(work.raters)), len(work.raters)))
    pairing = Pairing(shares, total, pairs, work.room, noise)
    bounds = _Bounds(work, pairing, main, order)
    pairing.improve()
    best = _Found(pairing, main, rank, chance)
    for _ in range(_rounds(work, pairing)):
        if bounds.reached(best):
            break
        before = pairing.state()
        pairing.shake()
        pairing.improve()
        found = _Found(pairing, main, rank, chance) if pairing.excess() <= best.pair_excess else None
        if found is not None and found.evenness() <= best.evenness():
            best = found
        else:
            pairing.restore(before)
    return _dealt(work, pairing, best, chance)


def _rounds(work: OpenWork, pairing: Pairing) -> int:
    size = max(1, len(pairing.panels) * len(work.raters) ** 3)
    return min(_ROUNDS, _ROUNDS_EACH * len(work.sessions), _PATIENCE // size)


class _Found:
    """The directed doubles that a pairing allows, with how even they are."""

    def __init__(self, pairing: Pairing, kept_main: Ints, rank: Sequence[int], chance: Random) -> None:
        self.pair_excess = pairing.excess()
        singles = (kept_main + pairing.certain_mains()).tolist()
        self.mains, self.directed = even_mains(singles, pairing.edges(), rank, chance)
        self.main_squares = sum(load * load for load in self.mains)

    def evenness(self) -> tuple[int, int]:
        """Excess of pairs, then squares of main loads; less is more even."""
        return self.pair_excess, self.main_squares


class _Bounds:
    """What pairs and main loads cannot fall below, worked out only once they are needed."""

    def __init__(self, work: OpenWork, pairing: Pairing, kept_main: Ints, order: Sequence[int]) -> None:
        self._work, self._pairing, self._kept_main, self._order = work, pairing, kept_main, order

    def reached(self, found: _Found) -> bool:
        """Whether nothing more even can be found."""
        if found.pair_excess > 0 and found.pair_excess > self._pairs:
            return False
        return excess(found.mains[: self._work.listed]) == 0 or found.main_squares <= self._mains

    @cached_property
    def _pairs(self) -> int:
        return least_pair_squares(self._pairing) - self._pairing.least_squares()

    @cached_property
    def _mains(self) -> int:
        most = (self._pairing.total - self._pairing.base_total + 1).clip(0, self._work.room)
        return least_main_squares(self._work, self._kept_main.tolist(), most.tolist(), self._order)


def _dealt(work: OpenWork, pairing: Pairing, found: _Found, chance: Random) -> list[Label]:
    directions: dict[tuple[int, int], list[Label]] = {}
    for label in alternating(found.directed, chance):
        directions.setdefault((min(label), max(label)), []).append(label)
    labels: list[Label] = [(ALONE, ALONE)] * len(work.sessions)
    for place_of, panel in enumerate(pairing.panels):
        if panel.is_begun:
            _join(labels, panel, pairing.joined(place_of), chance)
            continue
        doubles = [directions[pair].pop() for pair in pairing.pairs_in(place_of)]
        singles = [(rater, ALONE) for rater in pairing.singles_in(place_of)]
        doubles, singles = alternating(doubles, chance), alternating(singles, chance)
        number, size = len(doubles), len(panel.sessions)
        start = chance.randrange(size)
        for turn, session in enumerate(panel.sessions):
            labels[session] = (doubles if (turn * number + start) % size < number else singles).pop()
    return labels


def _join(labels: list[Label], panel: Panel, joined: Ints, chance: Random) -> None:
    """Give the sessions that somebody has begun their other raters."""
    others = np.repeat(np.arange(len(joined)), joined).tolist()
    others += [ALONE] * (len(panel.sessions) - len(others))
    chance.shuffle(others)
    main, second = panel.begun
    for session, other in zip(panel.sessions, others, strict=True):
        labels[session] = (other, second) if main == ALONE else (main, other)


def kept_counts(work: OpenWork) -> tuple[Ints, Ints, Ints]:
    """Total loads, main loads and pairs that kept and begun rows give before anything is drawn."""
    size = len(work.raters)
    total, main = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    pairs = np.zeros((size, size), dtype=np.int64)
    for first, second in (*work.kept_labels, *work.begun):
        if first != ALONE:
            main[first] += 1
            total[first] += 1
        if second != ALONE:
            total[second] += 1
        if ALONE not in (first, second):
            pairs[first, second] += 1
            pairs[second, first] += 1
    return total, main, pairs
