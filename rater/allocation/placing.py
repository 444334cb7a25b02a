"""How many sessions each rater takes from whom, found as a flow: hard rules first, then even total loads."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from random import Random

from rater.allocation.constraints import OpenWork, refuse_for_caps
from rater.allocation.plans import ALONE, Label

_Step = tuple[int, int]


@dataclass(frozen=True)
class Panel:
    """Sessions, by index, that the same raters may still join, and who has begun them, if anyone.

    Where that one is `apart`, not among those whose loads are evened, nothing is asked of the pairs made.
    """

    raters: tuple[int, ...]
    sessions: tuple[int, ...]
    begun: Label = (ALONE, ALONE)
    apart: bool = False

    @property
    def fixed(self) -> int:
        """The rater who has begun the sessions, or ALONE."""
        return max(self.begun)

    @property
    def is_begun(self) -> bool:
        """Whether somebody has begun the sessions."""
        return self.fixed != ALONE

    @property
    def needs_main(self) -> int:
        """How many of the sessions still need a main rater."""
        return len(self.sessions) if self.begun[0] == ALONE else 0

    @property
    def most_doubles(self) -> int:
        """How many of the sessions can still be given a second rater."""
        return len(self.sessions) if self.begun[1] == ALONE else 0


@dataclass(frozen=True)
class Shares:
    """Ratings by panel and rater (`ratings`) and doubles by panel (`doubles`).

    No rater has more ratings in a panel than it has sessions, so that distinct raters can be named for every double.
    """

    panels: tuple[Panel, ...]
    ratings: list[list[int]]
    doubles: list[int]


def panels_of(work: OpenWork, order: Sequence[int]) -> tuple[Panel, ...]:
    """Sessions grouped by the raters who may join them and who has begun them, each group in the given order."""
    found: dict[tuple[tuple[int, ...], Label], list[int]] = {}
    for session in order:
        found.setdefault((work.able[session], work.begun[session]), []).append(session)
    return tuple(
        Panel(raters, tuple(sessions), begun, max(begun) >= work.listed)
        for (raters, begun), sessions in sorted(found.items())
    )


def place(work: OpenWork, base: Sequence[int], order: Sequence[int], doubled: set[int], chance: Random) -> Shares:
    """Shares with a rater for every session and a second for `to_double` of them, total loads as even as possible.

    `base` is what each rater has already. Doubles fall on the panels of `doubled` unless room or evenness asks for
    others. As many ratings as possible are placed (augmenting paths, Ford and Fulkerson), or NoFeasibleAllocation is
    raised with the exact number left over. The sum of squared total loads is the least that any plan reaches: no
    improving path is left, which is enough for a separable convex cost on a flow.
    """
    panels = panels_of(work, order)
    flow = Flow(panels, base, work.room, chance)
    missing = sum(flow.add(panel, each.needs_main) for panel, each in enumerate(panels))
    wanted = [sum(session in doubled for session in each.sessions) for each in panels]
    missing += sum(flow.add_doubles(panel, number) for panel, number in enumerate(wanted))
    if missing:
        refuse_for_caps(missing)
    flow.even_out()
    return Shares(panels, flow.ratings, flow.doubles)


def least_main_squares(work: OpenWork, base: Sequence[int], most: Sequence[int], order: Sequence[int]) -> int:
    """A number that the sum of squared main loads cannot fall below, for at most `most` further ratings per rater."""
    flow = Flow(panels_of(work, order), base, most, Random(0))  # noqa: S311 - any choice gives the same number
    for panel, each in enumerate(flow.panels):
        flow.add(panel, each.needs_main)
    flow.even_out()
    return sum(load * load for load in flow.load)


def rank_by_reach(panels: Sequence[Panel], lot: Sequence[int]) -> list[int]:
    """Who takes a rating over: rank 0 for the rater who may take most sessions and can spread best; ties by lot."""
    reach = [0] * len(lot)
    for panel in panels:
        for rater in panel.raters:
            reach[rater] += len(panel.sessions)
    order = sorted(range(len(lot)), key=lambda rater: (-reach[rater], lot[rater]))
    return [order.index(rater) for rater in range(len(lot))]


class Flow:
    """Ratings from panels to raters; the pool of doubles (node -1) can move a double from one panel to another.

    Nodes of a path are -1 for the pool, 0.. for panels and `len(panels)`.. for raters.
    """

    def __init__(self, panels: Sequence[Panel], base: Sequence[int], room: Sequence[int], chance: Random) -> None:
        self.panels = panels
        self.load = list(base)
        self.ratings = [[0] * len(base) for _ in panels]
        self.doubles = [0] * len(panels)
        self._room = list(room)
        self._size = [len(panel.sessions) for panel in panels]
        self._most = [panel.most_doubles for panel in panels]
        self._raters = range(len(base))
        lot = chance.sample(self._raters, len(base))
        self.rank = rank_by_reach(panels, lot)

    def add(self, panel: int, number: int) -> int:
        """So many more ratings for the panel; how many of them no shifting of others makes room for."""
        left = number - self._direct(panel, number)
        return left - sum(self._reach(panel) for _ in range(left))

    def add_doubles(self, panel: int, number: int) -> int:
        """So many more doubles, on this panel while it has room, else on any; how many no shifting makes room for."""
        direct = self._direct(panel, min(number, self._most[panel] - self.doubles[panel]))
        self.doubles[panel] += direct
        left = number - direct
        return left - sum(self._reach(-1) for _ in range(left))

    def _direct(self, panel: int, number: int) -> int:
        """Give up to `number` ratings to those who have the least and may take more; how many were given."""
        given, size = self.ratings[panel], self._size[panel]
        lowest = [
            (self.load[r], self.rank[r], r) for r in self.panels[panel].raters if self._room[r] and given[r] < size
        ]
        heapify(lowest)
        done = 0
        while lowest and done < number:
            _, rank, rater = lowest[0]
            given[rater] += 1
            self._count(rater, 1)
            done += 1
            if self._room[rater] and given[rater] < size:
                heapreplace(lowest, (self.load[rater], rank, rater))
            else:
                heappop(lowest)
        return done

    def _reach(self, start: int) -> bool:
        came = self._search(start)
        ends = [r for r in self._raters if self._room[r] and len(self.panels) + r in came]
        if not ends:
            return False
        rater = min(ends, key=lambda r: (self.load[r], self.rank[r]))
        self._shift(came, len(self.panels) + rater)
        self._count(rater, 1)
        return True

    def even_out(self) -> None:
        """Move ratings along paths from a rater to one with at least two fewer, until there is no such path.

        A rating over goes to the rater of the lowest rank. A rater of the highest load without a path to a better
        place never gets one later, so each rater is settled once.
        """
        settled: set[int] = set()
        while left := [r for r in self._raters if r not in settled]:
            high = max(left, key=lambda r: (self.load[r], self.rank[r]))
            came = self._search(len(self.panels) + high)
            ends = [r for r in self._raters if self._room[r] and len(self.panels) + r in came]
            low = min(ends, key=lambda r: (self.load[r], self.rank[r]), default=high)
            if (self.load[high] - 1, self.rank[high]) <= (self.load[low], self.rank[low]):
                settled.add(high)
                continue
            self._shift(came, len(self.panels) + low)
            self._count(high, -1)
            self._count(low, 1)

    def _count(self, rater: int, by: int) -> None:
        self.load[rater] += by
        self._room[rater] -= by

    def _search(self, start: int) -> dict[int, int]:
        """All nodes that a unit taken at `start` can reach, each with the node before it."""
        came = {start: start}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            for there in self._onward(node):
                if there not in came:
                    came[there] = node
                    waiting.append(there)
        return came

    def _onward(self, node: int) -> list[int]:
        count = len(self.panels)
        if node == -1:
            return [panel for panel in range(count) if self.doubles[panel] < self._most[panel]]
        if node >= count:
            return [panel for panel in range(count) if self.ratings[panel][node - count]]
        given, size = self.ratings[node], self._size[node]
        free = [count + r for r in self.panels[node].raters if given[r] < size]
        return [*free, -1] if self.doubles[node] else free

    def _shift(self, came: dict[int, int], node: int) -> None:
        count = len(self.panels)
        while came[node] != node:
            before = came[node]
            if node >= count:
                self.ratings[before][node - count] += 1
            elif before >= count:
                self.ratings[node][before - count] -= 1
            elif before == -1:
                self.doubles[node] += 1
            else:
                self.doubles[before] -= 1
            node = before
