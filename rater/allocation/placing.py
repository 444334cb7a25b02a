"""A first plan that keeps every hard rule, found by augmenting paths."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from random import Random

from rater.allocation.constraints import OpenWork, refuse_for_caps


def place(work: OpenWork, chance: Random, order: Sequence[int]) -> list[list[int]]:
    """One rater for every session and a second for `to_double` of them, tried in `order`.

    A session without room is helped by shifting others along a shortest augmenting path, so that as many ratings as
    possible are placed (Ford and Fulkerson). Raises NoFeasibleAllocation with the exact number left over.
    """
    placing = _Placing(work, chance)
    missing = sum(not placing.add(session) for session in order)
    doubled = 0
    for session in order:
        if doubled == work.to_double:
            break
        doubled += placing.add(session)
    missing += work.to_double - doubled
    if missing:
        refuse_for_caps(missing)
    return placing.raters_of


class _Placing:
    """Ratings placed so far, seen from the sessions and from the raters."""

    def __init__(self, work: OpenWork, chance: Random) -> None:
        self._able = work.able
        self._chance = chance
        self._room = list(work.room)
        self._load = [0] * len(work.raters)
        self.raters_of: list[list[int]] = [[] for _ in work.sessions]
        self._sessions_of: list[set[int]] = [set() for _ in work.raters]

    def add(self, session: int) -> bool:
        """Give the session one more rater; False where no shifting of others makes room."""
        free = [r for r in self._able[session] if self._room[r] and r not in self.raters_of[session]]
        if free:
            least = min(self._load[r] for r in free)
            self._give(session, self._chance.choice([r for r in free if self._load[r] == least]))
            return True
        return self._augment(session)

    def _augment(self, session: int) -> bool:
        came: dict[int, tuple[int, int | None]] = {}
        waiting: deque[int] = deque()
        for rater in self._able[session]:
            if rater not in self.raters_of[session]:
                came[rater] = (session, None)
                waiting.append(rater)
        while waiting:
            rater = waiting.popleft()
            if self._room[rater]:
                self._shift(rater, came)
                return True
            for other in sorted(self._sessions_of[rater]):
                for to in self._able[other]:
                    if to not in came and to not in self.raters_of[other]:
                        came[to] = (other, rater)
                        waiting.append(to)
        return False

    def _shift(self, rater: int, came: dict[int, tuple[int, int | None]]) -> None:
        at: int | None = rater
        while at is not None:
            session, before = came[at]
            if before is not None:
                self._take(session, before)
            self._give(session, at)
            at = before

    def _give(self, session: int, rater: int) -> None:
        self.raters_of[session].append(rater)
        self._sessions_of[rater].add(session)
        self._room[rater] -= 1
        self._load[rater] += 1

    def _take(self, session: int, rater: int) -> None:
        self.raters_of[session].remove(rater)
        self._sessions_of[rater].discard(session)
        self._room[rater] += 1
        self._load[rater] -= 1
