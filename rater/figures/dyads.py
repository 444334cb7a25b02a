"""The matrix of dyads: raters by raters, with agreement and n in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rater.figures.figure import Figure, drawn
from rater.figures.language import Language
from rater.figures.tables import Cell, shaded
from rater.terms import Reason

TITLE = Reason("{score}: ICC(2,k) of each dyad")
NONE, APART = Reason("\u2013: cannot be estimated."), Reason("Empty: no session in common.")
SAID = Reason(
    "Matrix of {raters} raters for {score}. Pairs with an ICC(2,k): {values} of {pairs}; that cannot be estimated: "
    "{none}; without a session in common: {apart}."
)
SIDE, LEAST_SIDE, WIDEST = 52, 36, 760


def dyad_matrix(score: str, told: Mapping[str, Any], language: Language) -> Figure:
    """Raters x raters: ICC(2,k) and n of each pair, darker where agreement is higher; every pair once.

    `told` is the score's part of the reliability report. Negative values have the lightest shade.
    """
    dyads, raters, name = told["dyads"], _raters(told), score.replace("_", " ")
    cells = [_cell(row, column, dyads.get(f"{raters[column]}-{raters[row]}"), language)
             for row in range(1, len(raters)) for column in range(row)]  # fmt: skip
    side = max(min(SIDE, WIDEST // max(len(raters), 1)), LEAST_SIDE)
    moved = [Cell(cell.row - 1, cell.column, cell.share, cell.words, cell.small) for cell in cells]
    chart = shaded(moved, raters[1:], raters[:-1], side)
    values = sum(each["icc"]["2,k"]["value"] is not None for each in dyads.values())
    counts = {"pairs": len(cells), "values": values, "none": len(dyads) - values, "apart": len(cells) - len(dyads)}
    said = language(SAID, score=name, raters=len(raters), **counts)
    notes = [language(each) for each, count in ((NONE, counts["none"]), (APART, counts["apart"])) if count]
    return drawn(chart, f"matrix-{score}", language(TITLE, score=name), said, language, *notes)


def _raters(told: Mapping[str, Any]) -> Sequence[str]:
    """All raters that the report names, in the order of their codes."""
    apart = [each["dyad"] for each in told["summary"]["icc_2_k"]["not_estimable"]]
    return sorted({rater for dyad in (*told["dyads"], *apart) for rater in dyad.split("-")})


def _cell(row: int, column: int, dyad: Mapping[str, Any] | None, language: Language) -> Cell:
    if dyad is None:
        return Cell(row, column, None, "")
    told = dyad["icc"]["2,k"]
    words = "\u2013" if told["value"] is None else language.number(told["value"])
    return Cell(row, column, told["value"], words, f"n = {told['n']}")
