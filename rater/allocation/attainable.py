"""How even any plan could be under the same rules: a proven bound beside the excess of each margin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from rater.allocation.balance import STRATA
from rater.allocation.bounds import least_pair_squares
from rater.allocation.constraints import open_work
from rater.allocation.loads import kept_counts
from rater.allocation.noise import Noise
from rater.allocation.pairing import Pairing
from rater.allocation.placing import Shares, least_main_squares, panels_of
from rater.allocation.plans import ALONE, Plan, SessionToRate, Settings
from rater.allocation.programme import Programme

MOST_COLUMNS = 1_500
Key = TypeVar("Key", bound=Hashable)

_BESIDE = {"therapist_phase": ("therapist", "phase")}


def with_bounds(
    found: Mapping[str, Any],
    plan: Plan,
    sessions: Sequence[SessionToRate],
    settings: Settings,
    most_columns: int = MOST_COLUMNS,
) -> dict[str, Any]:
    """The balance of a plan that `allocate` drew, with `least_excess` in each margin: no plan falls below it.

    A margin is bounded for plans that are as even as this one in the margins before it: total load, pairs, main load,
    then therapist, phase and patient side by side, then therapist x phase. The bound is 0 where a linear programme of
    more than `most_columns` columns would be needed.
    """
    drawn = _Drawn(plan, sessions, settings, most_columns)
    gains: dict[str, Callable[[], int]] = {
        "total_load": lambda: 0,  # the search for these ends with a proof
        "pairs": drawn.pair_gain,
        "main_load": drawn.main_gain,
    }
    loads = {name: _bounded(found[name], gain) for name, gain in gains.items()}
    by = {name: _bounded(margin, partial(drawn.strata_gain, name)) for name, margin in found["by"].items()}
    return {**found, **loads, "by": by}


def _bounded(margin: Mapping[str, Any], gain: Callable[[], int]) -> dict[str, Any]:
    excess = int(margin["excess"])
    return {**margin, "least_excess": max(0, excess - gain()) if excess else 0}


class _Drawn:
    """A plan beside what it was drawn from. A gain is the most that a sum of squares can be above what it could be."""

    def __init__(self, plan: Plan, sessions: Sequence[SessionToRate], settings: Settings, most_columns: int) -> None:
        self._work, self._most = open_work(sessions, settings), most_columns
        rows = {row.session_id: row for row in plan.sessions}
        index = {rater: place for place, rater in enumerate(self._work.raters)} | {None: ALONE}
        drawn = [rows[each.id] for each in self._work.all_sessions]
        self._labels = [(index[row.main_rater], index[row.second_rater]) for row in drawn]

    @cached_property
    def _pairing(self) -> Pairing:
        """The number of ratings and doubles by panel as they were drawn, with other pairs."""
        panels, size = panels_of(self._work, range(len(self._work.sessions))), len(self._work.raters)
        ratings, doubles = [[0] * size for _ in panels], [0] * len(panels)
        for place, panel in enumerate(panels):
            for session in panel.sessions:
                for before, after in zip(panel.begun, self._labels[session], strict=True):
                    if before != after:
                        ratings[place][after] += 1
                doubles[place] += self._labels[session][1] != panel.begun[1]
        total, _, pairs = kept_counts(self._work)
        return Pairing(Shares(panels, ratings, doubles), total, pairs, self._work.room, Noise(0))

    def pair_gain(self) -> int:
        """Of pairs."""
        met = Counter((min(label), max(label)) for label in self._labels)
        return sum(count * count for (a, _), count in met.items() if a != ALONE) - least_pair_squares(self._pairing)

    def main_gain(self) -> int:
        """Of main loads."""
        _, base, _ = kept_counts(self._work)
        order = range(len(self._work.sessions))
        return self._main_squares() - least_main_squares(self._work, base.tolist(), self._most_added(), order)

    def _most_added(self) -> list[int]:
        """The most ratings that a rater can still be given while total loads are as even as they are."""
        added = self._pairing.total - self._pairing.base_total + 1
        return [min(most, room) for most, room in zip(added.tolist(), self._work.room, strict=True)]

    def _main_squares(self) -> int:
        return sum(count * count for count in Counter(main for main, _ in self._labels).values())

    def strata_gain(self, name: str) -> int:
        """Of the main ratings by stratum and rater."""
        names = (name, *_BESIDE.get(name, ()))
        strata = [tuple(STRATA[each](session) for each in names) for session in self._work.all_sessions]
        ours = [Counter((part[place], main) for part, (main, _) in zip(strata, self._labels, strict=True))
                for place in range(len(names))]  # fmt: skip
        classes: Counter[tuple[tuple[str, ...], tuple[int, ...]]] = Counter()
        fixed: list[tuple[tuple[str, ...], int]] = []
        for place, part in enumerate(strata):
            if place < len(self._work.sessions) and self._work.begun[place][0] == ALONE:
                classes[part, self._work.able[place]] += 1
            else:
                fixed.append((part, self._labels[place][0]))
        members = [(each, rater) for each in classes for rater in each[1]]
        if len(members) > self._most:
            return sum(count * count for count in ours[0].values())
        programme = Programme(len(members))
        for each, columns in _grouped(each for each, _ in members).items():
            programme.demand(columns, classes[each], classes[each])
        most = self._most_added()
        for rater, columns in _grouped(rater for _, rater in members).items():
            programme.demand(columns, 0, most[rater])
        counted = [[(part[place], rater) for (part, _), rater in members] for place in range(len(names))]
        given = [Counter((part[place], rater) for part, rater in fixed) for place in range(len(names))]
        squares = [
            _squares(programme, here, base, found) for here, base, found in zip(counted, given, ours, strict=True)
        ]
        loads = _squares(
            programme,
            [("", rater) for _, rater in members],
            Counter(("", rater) for _, rater in fixed),
            Counter(("", main) for main, _ in self._labels),
        )
        programme.demand(loads, 0, self._main_squares())
        for own, found in zip(squares[1:], ours[1:], strict=True):
            programme.demand(own, 0, sum(count * count for count in found.values()))
        return sum(count * count for count in ours[0].values()) - programme.least(squares[0])


def _grouped(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """The places of each key."""
    found: dict[Key, list[int]] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, []).append(place)
    return found


def _squares(
    programme: Programme, cells: Sequence[tuple[str, int]], base: Counter[tuple[str, int]],
    found: Counter[tuple[str, int]],
) -> list[int]:  # fmt: skip
    """A column for the square of every cell of a margin, which stands near what was found in its stratum."""
    nowhere: dict[tuple[str, int], list[int]] = {cell: [] for cell in (*base, *found)}
    members = nowhere | _grouped(cells)
    counts: dict[str, list[int]] = {}
    for stratum, rater in members:
        counts.setdefault(stratum, []).append(found[stratum, rater])
    return [
        programme.square(mine, base[cell], range(max(0, min(counts[cell[0]]) - 2), max(counts[cell[0]]) + 2))
        for cell, mine in members.items()
    ]
