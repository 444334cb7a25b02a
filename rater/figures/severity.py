"""The forest plot of severity: how much higher or lower than the average rater each one gives points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from rater.figures.figure import Chart, Figure, drawn
from rater.figures.language import Language
from rater.figures.palette import ACCENT, INK, LABEL, PAPER, QUIET
from rater.terms import OneOrMany, Reason

WIDE, ROW, AIR = 300, 24, 1.12
TITLE = Reason("{score}: severity of each rater")
AXIS = Reason("Points above or below the average rater, interval of 95 %")
HOLLOW = Reason("Hollow: the difference from the mean of all raters, not drawn towards it.")
ROW_WORDS = Reason("{estimate}, n = {n}")
RATERS = OneOrMany("{count} rater", "{count} raters")
SAID = Reason(
    "Forest plot of the severity of {raters} for {score}, in points: from {lowest} ({lowest_rater}) to {highest} "
    "({highest_rater}). Below 0 is stricter than the average rater."
)


Estimates = Mapping[str, Mapping[str, Any]]


def severity_plot(score: str, severity: Estimates, difference: Estimates, language: Language) -> Figure:
    """A row for each rater, by code, with estimate, interval and n; both are those of a score's drift."""
    rows = [
        _row(place, rater, told, difference[rater]["value"], language)
        for place, (rater, told) in enumerate(severity.items())
    ]
    name = score.replace("_", " ")
    values = {rater: told["value"] for rater, told in severity.items()}
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    said = language(
        SAID,
        raters=RATERS.of(len(rows)),
        score=name,
        lowest=language.number(values[low]),
        lowest_rater=low,
        highest=language.number(values[high]),
        highest_rater=high,
    )
    title, note = language(TITLE, score=name), language(HOLLOW)
    return drawn(_chart(rows, language(AXIS)), f"severity-{score}", title, said, language, note)


def _row(place: int, rater: str, told: Mapping[str, Any], as_it_is: float | None, language: Language) -> dict[str, Any]:
    limits = told["ci95"]
    words = language(ROW_WORDS, estimate=language.estimate(told), n=told["n"])
    row = {"place": place, "label": rater, "value": told["value"], "words": words, "as_it_is": as_it_is}
    return row | ({"low": limits[0], "high": limits[1]} if limits else {})


def _chart(rows: Sequence[Mapping[str, Any]], axis_title: str) -> Chart:
    ends = [abs(row[key]) for row in rows for key in ("value", "as_it_is", "low", "high") if row.get(key)]
    reach = max(ends, default=0.0) * AIR or 1.0
    data, height = alt.Chart(alt.InlineData(values=list(rows))), ROW * len(rows)
    y = alt.Y("place:Q", scale=alt.Scale(domain=[-0.5, len(rows) - 0.5], reverse=True, nice=False), axis=None)
    axis = alt.Axis(grid=True, title=axis_title, tickCount=5)
    measured: dict[str, Any] = {"scale": alt.Scale(domain=[-reach, reach], nice=False), "axis": axis}
    x = alt.X("value:Q", **measured)
    average = alt.Chart(alt.InlineData(values=[{"value": 0}]))
    whole: dict[str, Any] = {"y": alt.value(0), "y2": alt.value(height)}
    words: dict[str, Any] = {"baseline": "middle", "fontSize": LABEL}
    return alt.layer(
        average.mark_rule(color=INK, strokeDash=[4, 3]).encode(x=x, **whole),
        data.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=1.5)
        .encode(x=alt.X("low:Q", **measured), x2="high:Q", y=y),
        data.transform_filter("isValid(datum.as_it_is)")
        .mark_point(shape="circle", filled=True, size=44, fill=PAPER, stroke=ACCENT, strokeWidth=1.5, opacity=1)
        .encode(x=alt.X("as_it_is:Q", **measured), y=y),
        data.mark_point(shape="circle", filled=True, size=70, color=ACCENT, opacity=1).encode(x=x, y=y),
        data.mark_text(align="right", color=INK, **words).encode(y=y, x=alt.value(-8), text="label:N"),
        data.mark_text(align="left", color=QUIET, **words).encode(y=y, x=alt.value(WIDE + 12), text="words:N"),
    ).properties(width=WIDE, height=height)
