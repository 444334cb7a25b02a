"""The heat map of disagreement: how often one rater gave this point and the other that one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rater.figures.figure import Figure, drawn
from rater.figures.language import Language
from rater.figures.tables import Cell, shaded
from rater.terms import Reason

TITLE = Reason("{item}: points of two raters")
FIRST, SECOND = Reason("Main rating"), Reason("Second rating")
ONE, OTHER = Reason("One rater"), Reason("Another rater")
PAIRS, SAME = Reason("Pairs of points: {n}."), Reason("On the diagonal: the same point.")
SAID = Reason(
    "Heat map for {item}. Pairs of points: {n}; equal: {equal}; one point apart: {near}; further apart: {far}."
)
SIDE = 40


def disagreement_map(item: str, told: Mapping[str, Any], language: Language) -> Figure:
    """Points of the main rating by points of the second, with the count of sessions in each cell.

    `told` is the item's `disagreement` in the reliability report: `points`, `counts` (rows are the main rating, or,
    where all rate all, the rater whose code comes first) and `by_position`.
    """
    points, counts = told["points"], told["counts"]
    most = max((count for row in counts for count in row), default=0)
    cells = [
        Cell(row, column, count / most if count else None, str(count) if count else "", marked=row == column)
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
    ]
    names = [language.number(point, 0) for point in points]
    one, other = (FIRST, SECOND) if told["by_position"] else (ONE, OTHER)
    chart = shaded(cells, names, names, SIDE, row_title=language(one), column_title=language(other))
    apart = [(abs(points[cell.row] - points[cell.column]), counts[cell.row][cell.column]) for cell in cells]
    total, equal, near = (sum(n for gap, n in apart if gap <= gaps) for gaps in (float("inf"), 0, 1))
    said = language(SAID, item=item, n=total, equal=equal, near=near - equal, far=total - near)
    notes = language(PAIRS, n=total), language(SAME)
    return drawn(chart, f"disagreement-{item}", language(TITLE, item=item), said, language, *notes)
