"""Tables as pictures: cells whose shade grows with a number that also stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from rater.figures.figure import Chart
from rater.figures.palette import EMPTY_CELL, FRAME, LABEL, ON_EMPTY, RULE, shade

SIGN = 7.5
"""The width of a sign of a label: names wider than their column stand upright."""


@dataclass(frozen=True)
class Cell:
    """A cell of a picture: where it stands, its share from 0 to 1 of the deepest shade (None: no shade), its words.

    `small` stands below `words`; a `marked` cell has a frame and bold words.
    """

    row: int
    column: int
    share: float | None
    words: str
    small: str = ""
    marked: bool = False


def shaded(
    cells: Sequence[Cell],
    rows: Sequence[str],
    columns: Sequence[str],
    side: int,
    *,
    row_title: str | None = None,
    column_title: str | None = None,
) -> Chart:
    """Square cells `side` wide under column names, beside row names."""
    data = alt.Chart(alt.InlineData(values=[_told(cell) for cell in cells]))
    is_long = max(map(len, columns), default=0) * SIGN > side
    x = alt.X("column:O", **_axis(columns, column_title, orient="top", labelAngle=-90 if is_long else 0))
    y = alt.Y("row:O", **_axis(rows, row_title))
    ground = data.mark_rect(stroke=RULE, strokeWidth=1).encode(x=x, y=y, fill=alt.Fill("ground:N", scale=None))
    frame = data.transform_filter("datum.marked").mark_rect(fill=None, stroke=FRAME, strokeWidth=1.5).encode(x=x, y=y)
    layers = [ground, frame]
    has_small = any(cell.small for cell in cells)
    for field, size, down in (("words", LABEL, -6 if has_small else 0), ("small", LABEL - 2, 9)):
        text: dict[str, Any] = {"baseline": "middle", "fontSize": min(size, side // 3), "dy": down * min(1, side / 36)}
        for which, weight in (("datum.marked", "bold"), ("!datum.marked", "normal")):
            mark = {**text, "fontWeight": weight}
            given = data.transform_filter(f"datum.{field} != '' && {which}").mark_text(**mark)
            layers.append(given.encode(x=x, y=y, text=f"{field}:N", color=alt.Color("ink:N", scale=None)))
    return alt.layer(*layers).properties(width=side * max(len(columns), 1), height=side * max(len(rows), 1))


def _told(cell: Cell) -> dict[str, Any]:
    ground, ink = shade(cell.share) if cell.share is not None else (EMPTY_CELL, ON_EMPTY)
    place = {"row": cell.row, "column": cell.column}
    return place | {"ground": ground, "ink": ink, "words": cell.words, "small": cell.small, "marked": cell.marked}


def _axis(names: Sequence[str], title: str | None, **more: Any) -> dict[str, Any]:
    """An axis whose places are numbers and whose labels are names, so that names may come twice or be anything."""
    words = f"{list(names)!r}[datum.value]" if names else "''"
    scale = alt.Scale(domain=list(range(len(names))), paddingInner=0, paddingOuter=0)
    return {"scale": scale, "axis": alt.Axis(title=title, labelExpr=words, **more)}
