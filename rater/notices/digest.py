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

    Those from `obstacles` on are for coordinators and, `drifting`, for trainers, and 0 for whoever is still to rate in
    the study. Those from `feedback` on are of supervision: numbers of sessions, answers, tasks, meetings, recordings.
    """

    slug: str
    study: str
    due_soon: int = 0
    overdue: int = 0
    messages: int = 0
    given_back: int = 0
    obstacles: int = 0
    late_raters: int = 0
    drifting: int = 0
    feedback: int = 0
    replies: int = 0
    to_self_rate: int = 0
    tasks_overdue: int = 0
    tasks_due: int = 0
    tasks_proposed: int = 0
    tasks_agreed: int = 0
    tasks_done: int = 0
    meetings_planned: int = 0
    meetings_soon: int = 0
    consents_ending: int = 0


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
        (Reason("Drift alerts that wait for your answer: {n}", {"n": facts.drifting}), facts.drifting),
    )
    return tuple(line for line, count in (*counted, *_of_supervision(facts)) if count)


def _of_supervision(facts: Facts) -> tuple[tuple[Reason, int], ...]:
    return (
        (Reason("Sessions with new feedback for you: {n}", {"n": facts.feedback}), facts.feedback),
        (Reason("New answers to comments: {n}", {"n": facts.replies}), facts.replies),
        (Reason("Own sessions to rate: {n}", {"n": facts.to_self_rate}), facts.to_self_rate),
        (Reason("Supervision homework past its day: {n}", {"n": facts.tasks_overdue}), facts.tasks_overdue),
        (Reason("Supervision homework due within two days: {n}", {"n": facts.tasks_due}), facts.tasks_due),
        (Reason("Supervision homework that waits for you to agree: {n}", {"n": facts.tasks_proposed}),
         facts.tasks_proposed),
        (Reason("Supervision homework that the other side has agreed to: {n}", {"n": facts.tasks_agreed}),
         facts.tasks_agreed),
        (Reason("Supervision homework reported as done: {n}", {"n": facts.tasks_done}), facts.tasks_done),
        (Reason("Supervision meetings newly planned: {n}", {"n": facts.meetings_planned}), facts.meetings_planned),
        (Reason("Supervision meetings today or tomorrow: {n}", {"n": facts.meetings_soon}), facts.meetings_soon),
        (Reason("Recordings whose consent ends within 30 days: {n}", {"n": facts.consents_ending}),
         facts.consents_ending),
    )  # fmt: skip


def digest_day(now: datetime, zone: tzinfo, hour: int) -> date | None:
    """The day whose digest may be sent now; None before the hour."""
    here = now.astimezone(zone)
    return here.date() if here.hour >= hour else None


def pause_after(attempts: int) -> timedelta | None:
    """How long a mail waits after so many attempts that failed; None once they were enough, after about a day."""
    return timedelta(minutes=_PAUSES[attempts - 1]) if 0 < attempts <= len(_PAUSES) else None
