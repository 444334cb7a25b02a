"""Pairs named one by one for the ratings that each panel has to give, before chains of exchanges even them out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rater.allocation.balance import excess
from rater.allocation.noise import Noise
from rater.allocation.placing import Panel, Shares

Ints = NDArray[np.int64]

_FAR = np.int64(1) << 40
_SCALE = 16
_RARE = 4096
_IDLE = 400


def first_pairs(
    shares: Shares, base: Ints, open_pairs: NDArray[np.bool_], noise: Noise
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Singles by panel and rater, doubles by panel and pair, and how often each pair meets, `base` included.

    The rarest pair comes first; a rater whose share equals the sessions left must be in each. Total loads are those of
    the shares.
    """
    first = _First(shares, base, open_pairs, noise)
    for place, panel in enumerate(shares.panels):
        if panel.is_begun:
            first.join(place, panel)
        else:
            first.name(place, panel)
    first.hand_over()
    return first.singles, first.doubles, first.pairs


class _First:
    def __init__(self, shares: Shares, base: Ints, open_pairs: NDArray[np.bool_], noise: Noise) -> None:
        count, size = len(shares.panels), len(base)
        self._shares, self._open, self._noise = shares, open_pairs, noise
        self.singles: Ints = np.array(shares.ratings, dtype=np.int64).reshape(count, size)
        self.doubles: Ints = np.zeros((count, size, size), dtype=np.int64)
        self.pairs: Ints = base.copy()

    def join(self, place: int, panel: Panel) -> None:
        """The pairs of sessions that somebody has begun; one who is apart asks nothing of the pairs."""
        if panel.apart:
            return
        ratings = self.singles[place].copy()
        self.singles[place] = 0
        self.singles[place, panel.fixed] = len(panel.sessions) - int(ratings.sum())
        for rater in np.flatnonzero(ratings).tolist():
            self._double(place, panel.fixed, rater, int(ratings[rater]))

    def name(self, place: int, panel: Panel) -> None:
        """The doubles of a panel, taken from the ratings left there."""
        left, sessions = self.singles[place], len(panel.sessions)
        cost: Ints = np.where(self._open & (left > 0)[:, None] & (left > 0)[None, :], 0, _FAR)
        cost += (self.pairs * _RARE - left[:, None] - left[None, :]) * _SCALE
        cost += self._noise.below(_SCALE, cost.size).reshape(cost.shape)
        for _ in range(self._shares.doubles[place]):
            must = np.flatnonzero(left >= sessions)
            a, b = divmod(int(np.argmin(_within(cost, must) if len(must) else cost)), len(left))
            self._double(place, a, b, 1)
            cost[min(a, b), max(a, b)] += _RARE * _SCALE
            for rater in (a, b):
                left[rater] -= 1
                cost[rater] += _SCALE if left[rater] else _FAR
                cost[:, rater] += _SCALE if left[rater] else _FAR
            sessions -= 1

    def hand_over(self) -> None:
        """Let a member of one of the most frequent pairs hand a place to somebody who is alone in the same panel.

        No handing over makes pairs less even; one that does not make them more even moves what is too much to where
        another may take it. Total loads stay.
        """
        free = np.array([not panel.is_begun for panel in self._shares.panels], dtype=bool)
        idle = 0
        while idle < _IDLE and excess(self.pairs[self._open].tolist()) > 0:
            idle += 1
            count = np.where(self._open, self.pairs, -1)
            pair = self._any_of(np.argwhere(count == count.max())).tolist()
            stays, goes = pair[:: 1 - 2 * int(self._noise.below(2, 1)[0])]
            places = np.flatnonzero(free & (self.doubles[:, stays, goes] > 0))
            if not len(places):
                continue
            place, here = int(self._any_of(places)), self.pairs[stays].copy()
            here[(self.singles[place] == 0) | (np.arange(len(here)) == stays)] = _FAR
            joins = int(self._any_of(np.flatnonzero(here == here.min())))
            if here[joins] >= count.max():
                continue
            idle = 0 if here[joins] < count.max() - 1 else idle
            self._double(place, stays, goes, -1)
            self._double(place, stays, joins, 1)
            self.singles[place, joins] -= 1
            self.singles[place, goes] += 1

    def _any_of(self, rows: Ints) -> Ints:
        found: Ints = rows[int(self._noise.below(len(rows), 1)[0])]
        return found

    def _double(self, place: int, a: int, b: int, by: int) -> None:
        for one, other in ((a, b), (b, a)):
            self.doubles[place, one, other] += by
            self.pairs[one, other] += by


def _within(cost: Ints, must: Ints) -> Ints:
    """The costs of pairs of which all of `must` are members, the others far."""
    for rater in must.tolist():
        outside = np.ones(cost.shape, dtype=bool)
        outside[rater, :] = outside[:, rater] = False
        cost = np.where(outside, _FAR, cost)
    return cost
