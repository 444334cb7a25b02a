"""The most even loads and pairs that any plan reaches, from an integer programme that knows nothing of the search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from rater.allocation.constraints import may_rate
from rater.allocation.plans import Plan, SessionToRate, Settings, number_to_double
from tests.allocation.measure import excess, measured

MARGINS = ("total_load", "pairs", "main_load")
Excesses = tuple[int, int, int]
Dyad = tuple[str, str]


def excesses_of(plan: Plan, sessions: list[SessionToRate], settings: Settings) -> Excesses:
    """Excess of total loads, pairs and main loads."""
    found = measured(plan, sessions, settings)
    total, pairs, main = (int(found[name]) for name in MARGINS)
    return total, pairs, main


def least_excesses(sessions: list[SessionToRate], settings: Settings) -> Excesses | None:
    """The lexicographically least `excesses_of` of all plans; None where no plan exists.

    How many doubles are pairs of the settings' raters may depend on the plan, where somebody else has begun sessions
    as main rater; every such number is tried.
    """
    programme = _Programme(sessions, settings)
    best = None
    for pairs in programme.numbers_of_pairs():
        found = programme.least(pairs)
        if found is not None and (best is None or found < best):
            best = found
        if best == (0, 0, 0):
            break
    return best


class _Programme:
    """Columns: labels of the sessions that are alike, then the squares of the counts that they add up to."""

    def __init__(self, sessions: list[SessionToRate], settings: Settings) -> None:
        kept = {row.session_id: row for row in settings.kept}
        begun = {each.session_id: (each.main_rater, each.second_rater) for each in settings.begun}
        open_to = [tuple(r for r in settings.raters if may_rate(r, session, settings.bars)) for session in sessions]
        self._groups = Counter(
            (able, begun.get(session.id, (None, None)))
            for session, able in zip(sessions, open_to, strict=True)
            if session.id not in kept
        )
        self._labels = [(group, label) for group in self._groups for label in labels_of(*group)]
        self._of_cell: dict[tuple[str, object], list[int]] = {}
        for place, (_, label) in enumerate(self._labels):
            for cell in cells_of(label):
                self._of_cell.setdefault(cell, []).append(place)
        raters = sorted({rater for able in open_to for rater in able})
        dyads = sorted({(a, b) for able in open_to for a, b in combinations(sorted(able), 2)})
        self._cells: list[tuple[str, object]] = [("total", rater) for rater in raters]
        self._cells += [("pair", dyad) for dyad in dyads]
        self._cells += [("main", rater) for rater in raters]
        self._base = Counter(cell for row in settings.kept for cell in cells_of((row.main_rater, row.second_rater)))
        self._to_double = number_to_double(settings.double, len(sessions)) - sum(
            row.second_rater is not None for row in settings.kept
        )
        self._caps, self._reach = settings.caps, len(sessions)
        self._varies = any(main and main not in settings.raters and not second for main, second in begun.values())

    def numbers_of_pairs(self) -> Iterable[int | None]:
        """How many doubles may turn out to be pairs of the settings' raters; None where it is not for us to say."""
        return range(self._to_double, -1, -1) if self._varies else (None,)

    def least(self, pairs: int | None) -> Excesses | None:
        """The least excesses with so many doubles that are such pairs."""
        if {group for group, _ in self._labels} != set(self._groups):
            return None
        entries, limits = self._rules(pairs)
        columns = len(self._labels)
        found = []
        for kind in ("total", "pair", "main"):
            mine = [columns + place for place, cell in enumerate(self._cells) if cell[0] == kind]
            cost = np.zeros(columns + len(self._cells))
            cost[mine] = 1
            row, column, value = zip(*entries, strict=True)
            matrix = csr_array((value, (row, column)), shape=(len(limits), len(cost)))
            whole = np.array([1] * columns + [0] * len(self._cells))
            low, high = zip(*limits, strict=True)
            answer = milp(
                cost, integrality=whole, bounds=Bounds(0, np.inf), constraints=LinearConstraint(matrix, low, high)
            )
            if answer.status != 0:
                return None
            entries += [(len(limits), each, 1.0) for each in mine]
            limits.append((0, round(answer.fun) + 1e-6))
            given = np.rint(answer.x[:columns])
            found.append(int(excess(self._counts(kind, given))))
        return found[0], found[1], found[2]

    def _counts(self, kind: str, given: np.ndarray) -> Iterator[int]:
        for cell in self._cells:
            if cell[0] == kind:
                yield self._base[cell] + int(sum(given[place] for place in self._columns(cell)))

    def _columns(self, cell: tuple[str, object]) -> list[int]:
        return self._of_cell.get(cell, [])

    def _rules(self, pairs: int | None) -> tuple[list[tuple[int, int, float]], list[tuple[float, float]]]:
        entries: list[tuple[int, int, float]] = []
        limits: list[tuple[float, float]] = []

        def demand(row: dict[int, float], low: float, high: float) -> None:
            entries.extend((len(limits), column, value) for column, value in row.items())
            limits.append((low, high))

        def places(wanted: object) -> dict[int, float]:
            return {place: 1.0 for place, (group, _) in enumerate(self._labels) if group == wanted}

        for group, size in self._groups.items():
            demand(places(group), size, size)
        doubled = {place: 1.0 for place, (_, label) in enumerate(self._labels) if label[1]}
        demand(doubled, self._to_double, self._to_double)
        met: dict[int, float] = {}
        for number, cell in enumerate(self._cells):
            mine, base = self._columns(cell), self._base[cell]
            if cell[0] == "total":
                demand(dict.fromkeys(mine, 1.0), 0, self._caps.get(str(cell[1]), 10**6) - base)
            if cell[0] == "pair":
                met |= dict.fromkeys(mine, 1.0)
            for level in range(self._reach + 1):
                row = dict.fromkeys(mine, -(2.0 * level + 1)) | {len(self._labels) + number: 1.0}
                demand(row, (2 * level + 1) * base - level * (level + 1), np.inf)
        if pairs is not None:
            demand(met, pairs, pairs)
        return entries, limits


def labels_of(able: tuple[str, ...], begun: tuple[str | None, str | None]) -> list[tuple[str, str | None]]:
    """Who may rate a session, as main and second rater, given who has begun it."""
    main, second = begun
    mains = [main] if main else list(able)
    seconds = [second] if second else [None, *able]
    return [(a, b) for a in mains for b in seconds if a != b]


def cells_of(label: tuple[str, str | None]) -> list[tuple[str, object]]:
    """What one label counts towards."""
    main, second = label
    if second is None:
        return [("total", main), ("main", main)]
    return [("total", main), ("main", main), ("total", second), ("pair", tuple(sorted((main, second))))]
