"""The most even loads and pairs that any plan reaches, from an integer programme that knows nothing of the search."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from rater.allocation.balance import balance
from rater.allocation.constraints import may_rate
from rater.allocation.plans import Plan, SessionToRate, Settings, number_to_double

MARGINS = ("total_load", "pairs", "main_load")
Squares = tuple[int, int, int]


def squares_of(plan: Plan, sessions: list[SessionToRate], settings: Settings) -> Squares:
    """Sums of squared total loads, pairs and main loads."""
    found = balance(plan, sessions, settings)
    total, pairs, main = (sum(count**2 for count in found[name]["counts"].values()) for name in MARGINS)
    return total, pairs, main


def least_squares(sessions: list[SessionToRate], settings: Settings, reach: int = 8) -> Squares | None:
    """The lexicographically least `squares_of` of all plans; None where no plan exists.

    Squares are modelled by their chords for counts up to `reach`, so no optimal count may lie beyond.
    """
    kept = {row.session_id: row for row in settings.kept}
    begun = {each.session_id: (each.main_rater, each.second_rater) for each in settings.begun}
    groups = Counter(
        (
            tuple(sorted(rater for rater in settings.raters if may_rate(rater, session, settings.bars))),
            begun.get(session.id, (None, None)),
        )
        for session in sessions
        if session.id not in kept
    )
    labels = [(group, label) for group in groups for label in labels_of(*group)]
    if {group for group, _ in labels} != set(groups):
        return None
    open_to = [tuple(r for r in settings.raters if may_rate(r, session, settings.bars)) for session in sessions]
    raters = sorted({rater for able in open_to for rater in able})
    dyads = sorted({tuple(sorted(pair)) for able in open_to for pair in combinations(able, 2)})
    cells: list[tuple[str, str | tuple[str, ...]]] = [("total", rater) for rater in raters]
    cells += [("pair", dyad) for dyad in dyads]
    cells += [("main", rater) for rater in raters]
    base = Counter(cell for row in settings.kept for cell in cells_of((row.main_rater, row.second_rater)))
    rows, low, high = [], [], []

    def demand(row: np.ndarray, least: float, most: float) -> None:
        rows.append(row)
        low.append(least)
        high.append(most)

    for group, size in groups.items():
        demand(np.array([own == group for own, _ in labels] + [False] * len(cells), dtype=float), size, size)
    doubles = number_to_double(settings.double, len(sessions)) - sum(bool(row.second_rater) for row in settings.kept)
    demand(np.array([bool(label[1]) for _, label in labels] + [False] * len(cells), dtype=float), doubles, doubles)
    for place, cell in enumerate(cells):
        count = np.array([cell in cells_of(label) for _, label in labels] + [False] * len(cells), dtype=float)
        if cell[0] == "total":
            demand(count, 0, settings.caps.get(str(cell[1]), 10**6) - base[cell])
        for level in range(reach):
            row = -(2 * level + 1) * count
            row[len(labels) + place] = 1
            demand(row, (2 * level + 1) * base[cell] - level * (level + 1), np.inf)
    found = []
    for kind in ("total", "pair", "main"):
        cost = np.array([0.0] * len(labels) + [float(cell[0] == kind) for cell in cells])
        whole = np.array([1] * len(labels) + [0] * len(cells))
        answer = milp(cost, integrality=whole, bounds=Bounds(0, np.inf), constraints=LinearConstraint(rows, low, high))
        if answer.status != 0:
            return None
        found.append(round(answer.fun))
        demand(cost, 0, found[-1] + 1e-6)
    return found[0], found[1], found[2]


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
