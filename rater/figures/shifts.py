"""Shifts by week within their control bands: a small chart for each rater, and one for the agreement of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
from babel.dates import format_skeleton

from rater.figures.figure import Figure, drawn
from rater.figures.language import Language
from rater.figures.palette import ACCENT, BAND, INK, LABEL, QUIET
from rater.terms import OneOrMany, Reason

RATERS = Reason("{score}: shift of each rater by week")
AGREEMENT = Reason("{score}: change of the agreement by week")
POINTS = Reason("Points")
SHARE = Reason("Change of the share of items on which two ratings lie at most one point apart.")
SHADED = Reason("Shaded: control band around no change. Diamond: drift.")
ACROSS = Reason("Across: Monday of the last week looked at.")
RATER_COUNT = OneOrMany("{count} rater", "{count} raters")
SAID = Reason("Small multiples of {score} for {raters}: shift by week within its control band. {drift}")
SAID_AGREEMENT = Reason(
    "Change by week of the share of items on which two ratings of {score} lie within one point, with its control band. "
    "{drift}"
)
NOBODY = Reason("Nothing has drifted.")
DRIFTED = Reason("Drift: {weeks}")
COLUMNS, SIDE, TALL = 4, 150, 88
WIDE, HIGH = 420, 170
MOST_LABELS = 3
AIR = 1.08
Weeks = Sequence[Mapping[str, Any]]


def shifts_of_raters(score: str, by_week: Mapping[str, Weeks], language: Language) -> Figure:
    """A small chart for each rater who has a shift, all on the same axes; `by_week` is that of a score's drift."""
    shown = {rater: weeks for rater, weeks in by_week.items() if _shifts(weeks)}
    rows = [{"rater": rater, **row} for rater, weeks in shown.items() for row in _rows(weeks)]
    panel = _banded(rows, language(POINTS), language, most=MOST_LABELS).properties(width=SIDE, height=TALL)
    header = alt.Header(title=None, labelColor=INK, labelFontSize=LABEL, labelPadding=2)
    chart = panel.facet(facet=alt.Facet("rater:N", header=header, sort=list(shown)), columns=COLUMNS)
    chart = chart.resolve_axis(x="independent")
    name = score.replace("_", " ")
    found = [(rater, week["week"]) for rater, weeks in shown.items() for week in weeks if week["drifted"]]
    words = [f"{rater} {_day(week, language)}" for rater, week in found]
    said = language(SAID, score=name, raters=RATER_COUNT.of(len(shown)), drift=_drift(words))
    notes = language(SHADED), language(ACROSS)
    return drawn(chart, f"shifts-{score}", language(RATERS, score=name), said, language, *notes)


def shifts_of_agreement(score: str, weeks: Weeks, language: Language) -> Figure:
    """The change of the share of items within one point; `weeks` is the agreement of a score's drift."""
    chart = _banded(_rows(weeks), None, language, most=8).properties(width=WIDE, height=HIGH)
    name = score.replace("_", " ")
    words = [_day(week["week"], language) for week in weeks if week["drifted"]]
    said = language(SAID_AGREEMENT, score=name, drift=_drift(words))
    notes = language(SHARE), language(SHADED), language(ACROSS)
    return drawn(chart, f"agreement-{score}", language(AGREEMENT, score=name), said, language, *notes)


def has_shifts(weeks: Weeks) -> bool:
    """Whether there is a week with a shift to be drawn."""
    return bool(_shifts(weeks))


def _shifts(weeks: Weeks) -> list[Mapping[str, Any]]:
    return [each for each in weeks if each["shift"] is not None]


def _rows(weeks: Weeks) -> list[dict[str, Any]]:
    """A row for each week with a shift, placed by the number of weeks since a Monday long ago."""
    rows = []
    for each in _shifts(weeks):
        place = date.fromisoformat(each["week"]).toordinal() // 7
        bounds = {"from": place - 0.5, "to": place + 0.5, "low": each["low"], "high": each["high"]}
        rows.append({"place": place, "shift": each["shift"], "drifted": each["drifted"], **bounds})
    return rows


def _banded(
    rows: Sequence[Mapping[str, Any]], title: str | None, language: Language, *, most: int
) -> alt.LayerChart | alt.FacetChart:
    places = [row["place"] for row in rows]
    first, last = min(places), max(places)
    ends = [abs(row[key]) for row in rows for key in ("shift", "low", "high")]
    reach = max(ends) * AIR or 1.0
    step = max(1, -(-(last - first) // max(most - 1, 1)))
    marks = list(range(first, last + 1, step))
    words = {place: _day(date.fromordinal(place * 7 + 1).isoformat(), language) for place in marks}
    data = alt.Chart(alt.InlineData(values=list(rows)))
    axis = alt.Axis(title=None, values=marks, labelExpr=f"({words!r})[datum.value]", labelColor=QUIET)
    measured: dict[str, Any] = {"scale": alt.Scale(domain=[first - 0.6, last + 0.6], nice=False), "axis": axis}
    scaled: dict[str, Any] = {
        "scale": alt.Scale(domain=[-reach, reach], nice=False),
        "axis": alt.Axis(title=title, tickCount=5, grid=True),
    }
    x, y = alt.X("place:Q", **measured), alt.Y("shift:Q", **scaled)
    band = data.mark_rect(color=BAND).encode(
        x=alt.X("from:Q", **measured), x2="to:Q", y=alt.Y("low:Q", **scaled), y2="high:Q"
    )
    point: dict[str, Any] = {"filled": True, "opacity": 1}
    return alt.layer(
        band,
        data.mark_rule(color=INK, strokeDash=[4, 3]).encode(y=alt.Y(datum=0, **scaled)),
        data.mark_line(color=QUIET, strokeWidth=1.2).encode(x=x, y=y),
        data.transform_filter("!datum.drifted")
        .mark_point(shape="circle", size=34, color=ACCENT, **point)
        .encode(x=x, y=y),
        data.transform_filter("datum.drifted")
        .mark_point(shape="diamond", size=120, color=INK, **point)
        .encode(x=x, y=y),
    )


def _day(week: str, language: Language) -> str:
    return str(format_skeleton("MMMd", date.fromisoformat(week), locale=language.code))


def _drift(words: Sequence[str]) -> Reason:
    return Reason(DRIFTED.template, {"weeks": ", ".join(words)}) if words else NOBODY
