"""Who is told what: the lines of a digest, when it is due, and how long a mail that failed waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from rater.terms import Reason

SOON = timedelta(days=2)
_PAUSES = (1, 5, 15, 60, 180, 360, 720)


@dataclass(frozen=True)
class Facts:
    """What waits for a person in one study: counts only, nothing about patients, sessions or outcomes.

    The last two are for coordinators, and 0 for whoever is still to rate in the study.
    """

    slug: str
    study: str
    due_soon: int = 0
    overdue: int = 0
    messages: int = 0
    given_back: int = 0
    obstacles: int = 0
    late_raters: int = 0


@dataclass(frozen=True)
class Part:
    """What a person is told of one study."""

    slug: str
    study: str
    lines: tuple[Reason, ...]


def digest(facts: Sequence[Facts]) -> tuple[Part, ...]:
    """What a person is told: a part for each study in which something waits, none where nothing does."""
    parts = (Part(each.slug, each.study, _lines(each)) for each in facts)
    return tuple(part for part in parts if part.lines)


def _lines(facts: Facts) -> tuple[Reason, ...]:
    counted = (
        (Reason("Sessions overdue: {n}", {"n": facts.overdue}), facts.overdue),
        (Reason("Sessions due within two days: {n}", {"n": facts.due_soon}), facts.due_soon),
        (Reason("Sessions given back to you: {n}", {"n": facts.given_back}), facts.given_back),
        (Reason("Unread messages: {n}", {"n": facts.messages}), facts.messages),
        (Reason("Sessions set aside, waiting for your decision: {n}", {"n": facts.obstacles}), facts.obstacles),
        (Reason("Raters with overdue sessions: {n}", {"n": facts.late_raters}), facts.late_raters),
    )
    return tuple(line for line, count in counted if count)


def digest_day(now: datetime, zone: tzinfo, hour: int) -> date | None:
    """The day whose digest may be sent now; None before the hour."""
    here = now.astimezone(zone)
    return here.date() if here.hour >= hour else None


def pause_after(attempts: int) -> timedelta | None:
    """How long a mail waits after so many attempts that failed; None once they were enough, after about a day."""
    return timedelta(minutes=_PAUSES[attempts - 1]) if 0 < attempts <= len(_PAUSES) else None
