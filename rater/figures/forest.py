"""The forest plot of dyads: each pair of raters with its interval, beside what all ratings say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from rater.figures.figure import Chart, Figure, drawn
from rater.figures.language import Language
from rater.figures.palette import ACCENT, BAND, INK, LABEL, PAPER, QUIET, RULE
from rater.terms import OneOrMany, Reason

LOWEST, HIGHEST = -0.2, 1.0
WIDE, ROW = 300, 24
TITLE = Reason("{score}: each dyad, and all ratings together")
AXIS = Reason("ICC(2,k) of the dyad, interval of 95 %")
POOLED = Reason("All ratings, ICC(A,2)")
HOLLOW = Reason("Hollow: fewer than five sessions.")
SHADED = Reason("Shaded: interval of all ratings together.")
ROW_WORDS = Reason("{estimate}, n = {n}")
DYADS = OneOrMany("{count} dyad", "{count} dyads")
SAID = Reason(
    "Forest plot of {dyads} for {score}. ICC(2,k) lies between {lowest} ({lowest_dyad}) and {highest} "
    "({highest_dyad}). All ratings together, ICC(A,2): {pooled}."
)
SAID_NONE = Reason("Forest plot for {score}: no dyad can be estimated. All ratings together, ICC(A,2): {pooled}.")


def forest_plot(score: str, told: Mapping[str, Any], language: Language) -> Figure:
    """The dyads of one score with ICC(2,k), interval and n, and in the last row the pooled ICC(A,2).

    `told` is the score's part of the reliability report. What lies beyond the axis ends in an arrow head, a dyad that
    cannot be estimated has its reason in its row, and one on fewer than five sessions is hollow. The pooled interval
    is a shaded band behind all rows.
    """
    pooled, dyads, name = told["overall"]["icc_a_2"], told["dyads"], score.replace("_", " ")
    rows = [_row(each["icc"]["2,k"], language, label=dyad_words(dyad), hollow=each["unstable"]) for dyad, each in
            dyads.items()]  # fmt: skip
    rows.append(_row(pooled, language, label=language(POOLED), whole=True))
    notes = [language(HOLLOW)] if any(row["hollow"] for row in rows) else []
    notes += [language(SHADED)] if pooled["ci95"] else []
    placed = [{**row, "place": place} for place, row in enumerate(rows)]
    chart = _chart(placed, pooled, language(AXIS))
    title, said = language(TITLE, score=name), _said(name, dyads, pooled, language)
    return drawn(chart, f"forest-{score}", title, said, language, *notes)


def dyad_words(dyad: str) -> str:
    """The two codes of a dyad's key with a dash between them."""
    return dyad.replace("-", " \u2013 ")


def _row(
    told: Mapping[str, Any], language: Language, *, label: str, hollow: bool = False, whole: bool = False
) -> dict[str, Any]:
    words, value = language.estimate(told), told["value"]
    limits = told["ci95"] if value is not None else None
    return {
        "label": label,
        "words": words if value is None else language(ROW_WORDS, estimate=words, n=told["n"]),
        "hollow": hollow,
        "whole": whole,
        "value": value,
        "inside": value is not None and value >= LOWEST,
        "cut": value is not None and min([value, *(limits or [])]) < LOWEST,
        **({"low": max(limits[0], LOWEST), "high": max(limits[1], LOWEST)} if limits else {}),
    }


def _chart(rows: Sequence[Mapping[str, Any]], pooled: Mapping[str, Any], axis_title: str) -> Chart:
    data, height = alt.Chart(alt.InlineData(values=list(rows))), ROW * len(rows)
    y = alt.Y("place:Q", scale=alt.Scale(domain=[-0.5, len(rows) - 0.5], reverse=True, nice=False), axis=None)
    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], grid=True, format=".2f", title=axis_title, labelFlush=False)
    measured: dict[str, Any] = {"scale": alt.Scale(domain=[LOWEST, HIGHEST], nice=False), "axis": axis}
    points = data.transform_filter("datum.inside").encode(x=alt.X("value:Q", **measured), y=y)
    whiskers = data.transform_filter("isValid(datum.low)").encode(x=alt.X("low:Q", **measured), x2="high:Q", y=y)
    heads = data.transform_filter("datum.cut").encode(x=alt.value(0), y=y)
    last = alt.Chart(alt.InlineData(values=[{"place": len(rows) - 1.5}]))
    layers = [
        *_reference(pooled, measured, height),
        last.mark_rule(color=RULE).encode(y=y, x=alt.value(0), x2=alt.value(WIDE)),
        whiskers.mark_rule(color=INK, strokeWidth=1.5),
        heads.mark_point(shape="triangle-left", filled=True, size=60, color=INK, opacity=1),
        points.transform_filter("!datum.whole")
        .mark_point(shape="circle", filled=True, size=70, stroke=ACCENT, strokeWidth=2, opacity=1)
        .encode(fill=alt.condition("datum.hollow", alt.value(PAPER), alt.value(ACCENT))),
        points.transform_filter("datum.whole").mark_point(shape="diamond", filled=True, size=130, color=INK, opacity=1),
        *_words(data, y),
    ]
    return alt.layer(*layers).properties(width=WIDE, height=height)


def _reference(pooled: Mapping[str, Any], measured: Mapping[str, Any], height: int) -> list[alt.Chart]:
    """The pooled value as a broken line through all rows, its interval as a band."""
    layers, value, limits = [], pooled["value"], pooled["ci95"]
    whole: dict[str, Any] = {"y": alt.value(0), "y2": alt.value(height)}
    if value is not None and limits:
        band = alt.Chart(alt.InlineData(values=[{"low": max(limits[0], LOWEST), "high": max(limits[1], LOWEST)}]))
        layers.append(band.mark_rect(color=BAND).encode(x=alt.X("low:Q", **measured), x2="high:Q", **whole))
    if value is not None and value >= LOWEST:
        line = alt.Chart(alt.InlineData(values=[{"value": value}]))
        layers.append(line.mark_rule(color=INK, strokeDash=[4, 3]).encode(x=alt.X("value:Q", **measured), **whole))
    return layers


def _words(data: alt.Chart, y: alt.Y) -> list[alt.Chart]:
    """The names of the rows on the left, their figures on the right; the last row in bold, reasons in grey."""
    layers = []
    for field, left, align in (("label", -8, "right"), ("words", WIDE + 12, "left")):
        for which, weight in (("datum.whole", "bold"), ("!datum.whole", "normal")):
            mark: dict[str, Any] = {"align": align, "baseline": "middle", "fontSize": LABEL, "fontWeight": weight}
            quiet = alt.condition(f"isValid(datum.value) || '{field}' == 'label'", alt.value(INK), alt.value(QUIET))
            text = data.transform_filter(which).mark_text(**mark)
            layers.append(text.encode(y=y, x=alt.value(left), text=alt.Text(f"{field}:N"), color=quiet))
    return layers


def _said(score: str, dyads: Mapping[str, Any], pooled: Mapping[str, Any], language: Language) -> str:
    found = {dyad: each["icc"]["2,k"]["value"] for dyad, each in dyads.items()}
    values = {dyad: value for dyad, value in found.items() if value is not None}
    words = language.estimate(pooled)
    if not values:
        return language(SAID_NONE, score=score, pooled=words)
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    ends = {"lowest": values[low], "highest": values[high]}
    numbers = {name: language.number(value) for name, value in ends.items()}
    names = {"lowest_dyad": dyad_words(low), "highest_dyad": dyad_words(high)}
    return language(SAID, dyads=DYADS.of(len(dyads)), score=score, pooled=words, **numbers, **names)
