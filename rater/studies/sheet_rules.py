"""Which settings a study can take, wherever they come from: a file, a page, a command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rater.errors import BadInput
from rater.scales.source import UNREADABLE
from rater.studies.settings import parse_phases
from rater.studies.sheet import Known, Sheet, flat
from rater.terms import AnalysisRule, GateStatistic, GateUnit, RateAtEnd, RatedBy, Reason

MOST_MONTHS = 1200
LONGEST = {
    "title": 200,
    "phases": 100,
    "concern.contact": 500,
    "consent.version": 64,
    "consent.text": 20_000,
    "retention.originals": 2000,
}
"""Characters that a text may have."""
CHOICES: dict[str, tuple[str, ...]] = {
    "gate.statistic": tuple(GateStatistic),
    "gate.unit": tuple(GateUnit),
    "analysis_rule": tuple(AnalysisRule),
    "rated_by": tuple(RatedBy),
}
"""What settings of words may be."""
RANGES: dict[str, tuple[float, float]] = {
    "gate.threshold": (0.01, 1),
    "gate.minimum_sessions": (2, 1000),
    "gate.recertify_months": (1, 120),
    "drift.weeks": (1, 52),
    "drift.sigma": (0.5, 10),
    "drift.smallest_shift": (0, 100),
    "drift.least_ratings": (2, 1000),
    "discrepancy": (0.5, 100),
}
"""Lowest and highest number of settings."""
LINES = frozenset({"consent.text", "retention.originals"})
"""Texts of more than one line."""


@dataclass(frozen=True)
class SettingFault:
    """What is wrong with the setting under a key, and how to mend it."""

    key: str
    cause: Reason
    remedy: Reason


def sheet_faults(wanted: Sheet, before: Sheet, known: Known) -> list[SettingFault]:
    """Every setting that cannot be taken; what stays as it was before is not judged."""
    kept = flat(before)
    return [
        SettingFault(key, *found)
        for key, value in flat(wanted).items()
        if key not in kept or value != kept[key]
        for found in _judged(key, value, known)
    ]


def _judged(key: str, value: object, known: Known) -> Iterator[tuple[Reason, Reason]]:
    if key in LONGEST and isinstance(value, str):
        yield from text_faults(key, value)
    match key, value:
        case "phases", str():
            yield from _phases(value)
        case "double_rate", float() if not 0 <= value <= 1:
            yield Reason("This is no share of sessions"), SHARE_OF_SESSIONS
        case "heard_share", float() if not 0 < value <= 1:
            yield Reason("This is no share of a recording"), SHARE_OF_RECORDING
        case "rate_at_end", str() if value not in set(RateAtEnd):
            yield Reason("This does not say whether raters listen first"), _one_of(*RateAtEnd)
        case "concern.person", str() if value not in known.people:
            yield Reason("{email} takes no part in the study", {"email": value}), Reason("Give the person a role first")
        case "retention.months", int() if not 0 <= value <= MOST_MONTHS:
            most = {"months": value, "most": MOST_MONTHS}
            yield Reason("{months} months cannot be kept", most), Reason("Write 0 to {most}", most)
        case _, int() if key.startswith("min_valid."):
            yield from _least(key, value, known)
        case _ if key in CHOICES and value not in CHOICES[key]:
            yield Reason("This is none of the choices"), _one_of(*CHOICES[key])
        case _, int() | float() if key in RANGES and not RANGES[key][0] <= value <= RANGES[key][1]:
            low, high = RANGES[key]
            yield Reason("This is out of range"), Reason("Write {low} to {high}", {"low": low, "high": high})


SHARE_OF_SESSIONS = Reason("Write a number from 0 to 1, such as 0.4")
SHARE_OF_RECORDING = Reason("Write a number above 0, up to 1, such as 0.9")


def _one_of(*words: str) -> Reason:
    return Reason("Use one of: {allowed}", {"allowed": ", ".join(words)})


def text_faults(key: str, words: str) -> Iterator[tuple[Reason, Reason]]:
    """What is wrong with one of the texts of `LONGEST`: cause and remedy of each fault."""
    if key == "title" and not words:
        yield Reason("The study has no title"), Reason("Write one")
    if len(words) > LONGEST[key]:
        cause = Reason("This is longer than {most} characters", {"most": LONGEST[key]})
        yield cause, Reason("Shorten it")
    if key not in LINES and ("\n" in words or "\r" in words):
        yield Reason("This has more than one line"), Reason("Write one line")
    if UNREADABLE.search(words):
        yield Reason("This holds a character that cannot be seen"), Reason("Type it anew")


def _phases(words: str) -> Iterator[tuple[Reason, Reason]]:
    try:
        parse_phases(words)
    except BadInput as error:
        yield from ((each.cause, each.remedy) for each in error.faults)


def _least(key: str, number: int, known: Known) -> Iterator[tuple[Reason, Reason]]:
    _, scale, score = key.split(".")
    items = known.scores.get(scale, {}).get(score, 0)
    if not 1 <= number <= items:
        most = {"items": items}
        yield Reason("The score has {items} items", most), Reason("Write 1 to {items}", most)
