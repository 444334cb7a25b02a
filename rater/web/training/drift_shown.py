"""How drift is laid out on its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from rater.storage.models import DriftAlert

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Outside:
    """One score that left its band: in which weeks, and the week in which it was farthest from no change.

    `still` tells whether the newest result has any of these weeks outside too.
    """

    score: str
    weeks: tuple[date, ...]
    shift: float
    low: float
    high: float
    still: bool


@dataclass(frozen=True)
class Drifting:
    """What waits for an answer about one rater, or, where `rater` is empty, about the agreement of all."""

    rater: str
    ids: tuple[str, ...]
    scores: tuple[Outside, ...]

    @property
    def is_lower(self) -> bool:
        """Whether points, or the agreement, have fallen on most scores."""
        return sum(each.shift < 0 for each in self.scores) * 2 > len(self.scores)


@dataclass(frozen=True)
class Answered:
    """What was answered at one moment about one rater, or about the agreement of all."""

    rater: str
    scores: tuple[str, ...]
    weeks: tuple[date, ...]
    answer: str
    answered_at: datetime


@dataclass(frozen=True)
class Week:
    """A row of a table of weeks; `rater` is empty for the agreement of all."""

    rater: str
    week: date
    told: Told


@dataclass(frozen=True)
class ScoreShown:
    """One score: raters with severity, difference and their last shift, and all weeks of raters and of agreement."""

    name: str
    reason: str | None
    raters: tuple[tuple[str, Told, Told, Told | None], ...]
    weeks: tuple[Week, ...]
    agreement: tuple[Week, ...]

    @property
    def has_shift(self) -> bool:
        """Whether any week of any rater could be compared with earlier ones."""
        return any(each.told["shift"] is not None for each in self.weeks)


def drifting(alerts: Iterable[DriftAlert], told: Told | None) -> list[Drifting]:
    """What waits for an answer, raters by code, the agreement of all last."""
    now = {(each["rater"], each["score"], each["week"]) for each in told["alerts"]} if told else set()
    waiting = [each for each in alerts if each.answer is None]
    found = []
    for code in sorted({_code(each) for each in waiting}, key=lambda code: (code == "", code)):
        mine = [each for each in waiting if _code(each) == code]
        scores = tuple(_outside(score, [each for each in mine if each.score == score], now) for score in _scores(mine))
        found.append(Drifting(code, tuple(each.public_id for each in mine), scores))
    return found


def answered(alerts: Iterable[DriftAlert]) -> list[Answered]:
    """What was answered, the newest answer first."""
    given = [each for each in alerts if each.answered_at is not None and each.answer is not None]
    given.sort(key=lambda each: (each.answered_at, _code(each)), reverse=True)
    found = []
    for (at, code, answer), group in groupby(given, key=lambda each: (each.answered_at, _code(each), each.answer)):
        mine = list(group)
        weeks = tuple(sorted({each.week for each in mine}))
        found.append(Answered(code, tuple(_scores(mine)), weeks, str(answer), at))
    return found


def scores_shown(told: Told) -> list[ScoreShown]:
    """The scores of a drift document in their order."""
    return [_score(name, found) for name, found in told["scores"].items()]


def _score(name: str, found: Told) -> ScoreShown:
    by_week = found["by_week"]
    raters = tuple(
        (rater, each, found["difference"][rater], _last(by_week.get(rater, ())))
        for rater, each in found["severity"].items()
    )
    weeks = tuple(week for rater, given in by_week.items() for week in _weeks(rater, given))
    return ScoreShown(name, found["reason"], raters, weeks, _weeks("", found["agreement"]))


def _weeks(rater: str, given: Sequence[Told]) -> tuple[Week, ...]:
    return tuple(Week(rater, date.fromisoformat(each["week"]), each) for each in given)


def _last(weeks: Sequence[Told]) -> Told | None:
    return next((each for each in reversed(weeks) if each["shift"] is not None), None)


def _outside(score: str, alerts: Sequence[DriftAlert], now: set[tuple[str | None, str, str]]) -> Outside:
    worst = max(alerts, key=lambda each: abs(each.shift))
    still = any((_code(each) or None, score, each.week.isoformat()) in now for each in alerts)
    return Outside(score, tuple(sorted(each.week for each in alerts)), worst.shift, worst.low, worst.high, still)


def _scores(alerts: Iterable[DriftAlert]) -> list[str]:
    return list(dict.fromkeys(each.score for each in sorted(alerts, key=lambda each: each.id)))


def _code(alert: DriftAlert) -> str:
    return alert.rater.code if alert.rater else ""
