"""How a score goes from session to session: each patient's line, and the means of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import altair as alt

from rater.figures.figure import Figure, drawn
from rater.figures.language import Language
from rater.figures.palette import ACCENT, INK, LABEL, QUIET, RULE, SMALL
from rater.figures.sketch import Sketch
from rater.terms import OneOrMany, Reason

PATIENTS, MEANS = Reason("{score}: each patient over the sessions"), Reason("{score}: mean over the sessions")
SESSION = Reason("Session")
INTERVALS = Reason("Bars: 95 % intervals of the mean. Grey: number of sessions.")
ACROSS = Reason("Across: number of the session.")
PATIENT_COUNT = OneOrMany("{count} patient", "{count} patients")
SAID_PATIENTS = Reason(
    "Small multiples of {score} for {patients}: a line over the sessions each, from {lowest} to {highest}."
)
SAID_MEANS = Reason("Means of {score} by session, from {first} in session {begin} to {last} in session {end}.")
COLUMNS, SIDE, TALL = 6, 92, 64
WIDE, HIGH = 420, 190
Lines = Mapping[str, Sequence[Sequence[float]]]


def course_figures(told: Mapping[str, Any]) -> Iterator[Sketch]:
    """For each score and outcome of an analysis that has values, the patients' lines and the means."""
    for score, lines in told["course"].items():
        if lines:
            yield Sketch(f"course-{score}", partial(patients_course, score, lines))
            yield Sketch(f"means-{score}", partial(mean_course, score, told["descriptives"]["by_session_no"]))


def patients_course(score: str, lines: Lines, language: Language) -> Figure:
    """A small chart for each patient, all on the same axes; `lines` are pairs of running number and value."""
    rows: list[dict[str, Any]] = [
        {"patient": patient, "session": number, "value": value}
        for patient, points in lines.items()
        for number, value in points
    ]
    values, last = [row["value"] for row in rows], max(row["session"] for row in rows)
    data = alt.Chart(alt.InlineData(values=rows))
    x = alt.X("session:Q", scale=alt.Scale(domain=[1, max(last, 2)], nice=False), axis=_axis(None, [1, last]))
    y = alt.Y("value:Q", scale=alt.Scale(domain=_domain(values)), axis=alt.Axis(title=None, tickCount=3, grid=True))
    panel = alt.layer(
        data.mark_line(color=INK, strokeWidth=1.2).encode(x=x, y=y),
        data.mark_point(shape="circle", filled=True, size=14, color=ACCENT, opacity=1).encode(x=x, y=y),
    ).properties(width=SIDE, height=TALL)
    header = alt.Header(title=None, labelColor=INK, labelFontSize=LABEL, labelPadding=2)
    chart = panel.facet(facet=alt.Facet("patient:N", header=header, sort=list(lines)), columns=COLUMNS)
    bounds = {"lowest": language.number(min(values)), "highest": language.number(max(values))}
    said = language(SAID_PATIENTS, score=score, patients=PATIENT_COUNT.of(len(lines)), **bounds)
    return drawn(chart, f"course-{score}", language(PATIENTS, score=score), said, language, language(ACROSS))


def mean_course(score: str, by_number: Mapping[str, Mapping[str, Any]], language: Language) -> Figure:
    """Mean, interval and n of a score in each session."""
    rows: list[dict[str, Any]] = [
        {"session": int(number), "value": each[score]["mean"], "n": each[score]["n"], **_limits(each[score])}
        for number, each in sorted(by_number.items(), key=lambda pair: int(pair[0]))
        if each[score]["n"]
    ]
    ends = [end for row in rows for end in (row["value"], row.get("low", row["value"]), row.get("high", row["value"]))]
    numbers = [row["session"] for row in rows]
    data = alt.Chart(alt.InlineData(values=rows))
    reach = alt.Scale(domain=[min(numbers) - 0.5, max(numbers) + 0.5], nice=False)
    x = alt.X("session:Q", scale=reach, axis=_axis(language(SESSION), numbers, padding=18))
    reached, y_axis = alt.Scale(domain=_domain(ends)), alt.Axis(title=None, tickCount=5, grid=True)
    y = alt.Y("value:Q", scale=reached, axis=y_axis)
    layers = alt.layer(
        data.transform_filter("isValid(datum.low)")
        .mark_rule(color=QUIET, strokeWidth=1.5)
        .encode(x=x, y=alt.Y("low:Q", scale=reached, axis=y_axis), y2="high:Q"),
        data.mark_line(color=INK, strokeWidth=1.2).encode(x=x, y=y),
        data.mark_point(shape="circle", filled=True, size=60, color=ACCENT, opacity=1).encode(x=x, y=y),
        data.mark_text(color=QUIET, fontSize=SMALL).encode(x=x, y=alt.value(HIGH + 12), text="n:N"),
    ).properties(width=WIDE, height=HIGH)
    words = {"first": language.number(rows[0]["value"]), "last": language.number(rows[-1]["value"])}
    said = language(SAID_MEANS, score=score, begin=numbers[0], end=numbers[-1], **words)
    return drawn(layers, f"means-{score}", language(MEANS, score=score), said, language, language(INTERVALS))


def _limits(told: Mapping[str, Any]) -> dict[str, float]:
    return {"low": told["ci95"][0], "high": told["ci95"][1]} if told["ci95"] else {}


def _axis(title: str | None, values: Sequence[float], *, padding: int = 6) -> alt.Axis:
    return alt.Axis(title=title, values=sorted(set(values)), format="d", grid=False, domain=True, domainColor=RULE,
                    labelPadding=padding)  # fmt: skip


def _domain(values: Sequence[float]) -> list[float]:
    """From the lowest to the highest, with a little air; never empty."""
    low, high = min(values), max(values)
    air = (high - low) * 0.06 or 0.5
    return [low - air, high + air]
