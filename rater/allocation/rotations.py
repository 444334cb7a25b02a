"""Where bars let no two sessions exchange what they should, labels go round from one group of sessions to the next."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rater.allocation.balance import STRATA
from rater.allocation.chains import FAR, Ints, closed_chain
from rater.allocation.constraints import OpenWork
from rater.allocation.noise import Noise
from rater.allocation.plans import ALONE

_MOST_BLOCKS = 120
_MOST_ROUNDS = 400
_COMPARED = 30_000_000
_REPEATS = 50
_SCALE = 16
_TIE = 5
_NEAR = tuple(name for name in STRATA if name != "patient")


class Arrangement(Protocol):
    """Labels by session, with the main ratings of every stratum."""

    main: Ints
    second: Ints

    def counts(self, name: str) -> Ints:
        """Main ratings of each session's own stratum, by session and rater."""

    def hand_on(self, sessions: list[int]) -> bool:
        """Give each session's label to the next one, the last one's to the first; undone, with False, if no better."""


def rotate(work: OpenWork, arrangement: Arrangement, noise: Noise) -> None:
    """Carry out closed chains that make main ratings by therapist and phase more even, until none is found.

    A block is the sessions of one therapist and phase that the same raters may take and that nobody has begun. A step
    of a chain hands a single or a double of one block to another that it fits, so that doubles stay where they are.
    Nothing is done where all blocks are open to the same raters, or there are too many of them.
    """
    blocks = _Blocks(work)
    if not 1 < blocks.number <= _MOST_BLOCKS or blocks.alike:
        return
    failed = 0
    for turn in range(min(_MOST_ROUNDS, _COMPARED // (blocks.number * len(work.sessions)))):
        failed = 0 if blocks.improve(arrangement, noise, doubles=turn % 2 == 1) else failed + 1
        if failed == 2:
            return


class _Blocks:
    def __init__(self, work: OpenWork) -> None:
        keys: dict[tuple[tuple[int, ...], str, str], int] = {}
        self._of = np.full(len(work.sessions), ALONE, dtype=np.int64)
        for place, session in enumerate(work.sessions):
            if work.begun[place] == (ALONE, ALONE):
                key = (work.able[place], session.therapist, session.phase)
                self._of[place] = keys.setdefault(key, len(keys))
        self.number, self._raters = len(keys), len(work.raters)
        self.alike = len({able for able, _, _ in keys}) == 1
        self._able = np.zeros((self.number, self._raters + 1), dtype=bool)
        self._able[:, ALONE] = True
        for (able, _, _), block in keys.items():
            self._able[block, list(able)] = True
        self._first = np.array([int(np.argmax(self._of == block)) for block in range(self.number)], dtype=np.int64)
        same = [[STRATA[name](work.sessions[first]) for first in self._first.tolist()] for name in _NEAR]
        self._elsewhere = np.array([[[a != b for b in names] for a in names] for names in same], dtype=bool)

    def improve(self, arrangement: Arrangement, noise: Noise, *, doubles: bool) -> bool:
        """One chain of singles or of doubles, as often as it helps; whether it did."""
        inside = np.flatnonzero((self._of != ALONE) & ((arrangement.second != ALONE) == doubles))
        fits = self._able[:, arrangement.main[inside]] & self._able[:, arrangement.second[inside]]
        steps, raters = self._steps(arrangement, inside, fits)
        ties = noise.below(_TIE, steps.size).reshape(steps.shape)
        chain = closed_chain(np.where(steps < FAR, _SCALE * steps + ties, FAR), -_TIE)
        if chain is None:
            return False
        helped = False
        for _ in range(_REPEATS):
            sessions = self._sessions(arrangement, chain, raters, inside, fits, noise)
            if sessions is None or not arrangement.hand_on(sessions):
                break
            helped = True
            fits = self._able[:, arrangement.main[inside]] & self._able[:, arrangement.second[inside]]
        return helped

    def _steps(self, arrangement: Arrangement, inside: Ints, fits: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """The cost of the cheapest label to hand from block to block, and whose main rating that is."""
        key = self._of[inside] * self._raters + arrangement.main[inside]
        size = self.number * self._raters
        held = np.array([np.bincount(key[each], minlength=size) > 0 for each in fits])
        held = held.reshape(self.number, self.number, self._raters).transpose(1, 0, 2)
        cost: Ints = np.zeros(held.shape, dtype=np.int64)
        for name, elsewhere in zip(_NEAR, self._elsewhere, strict=True):
            count = arrangement.counts(name)[self._first]
            cost += elsewhere[:, :, None] * (2 * (count[None, :, :] - count[:, None, :]) + 2)
        cost = np.where(held, cost, FAR)
        cost[np.arange(self.number), np.arange(self.number)] = FAR
        return cost.min(axis=2), cost.argmin(axis=2)

    def _sessions(
        self, arrangement: Arrangement, chain: list[int], raters: Ints, inside: Ints, fits: NDArray[np.bool_],
        noise: Noise,
    ) -> list[int] | None:  # fmt: skip
        """A session of each block that can hand its label on, all different; None where one is missing."""
        found: list[int] = []
        for block, to in zip(chain, chain[1:] + chain[:1], strict=True):
            mine = (self._of[inside] == block) & (arrangement.main[inside] == raters[block, to]) & fits[to]
            left = np.setdiff1d(inside[mine], found)
            if not len(left):
                return None
            found.append(int(left[int(noise.below(len(left), 1)[0])]))
        return found
