"""Excerpts of recordings that show a point of an item: which there are, how their cutting stands, who hears them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import (
    Assignment,
    AuditEvent,
    Example,
    Job,
    Obstacle,
    Rater,
    Recording,
    ScaleVersion,
    TherapySession,
    TrainingStep,
    Wave,
)
from rater.storage.queries import jobs
from rater.storage.queries.exclusions import IS_WITHDRAWN_SILENTLY
from rater.terms import JobState, ObstacleAnswer, ObstacleReason, RatingState

_WITHDRAWN = exists().where(Obstacle.assignment_id == Assignment.id, Obstacle.answer == ObstacleAnswer.WITHDRAWN)
_CAN_BE_RATED = (
    Wave.locked_at.is_(None)
    & ~((Assignment.state == RatingState.SET_ASIDE) & _WITHDRAWN)
    & ~IS_WITHDRAWN_SILENTLY
)  # fmt: skip
_KNOWS_SOMEBODY = exists().where(
    Obstacle.assignment_id == Assignment.id,
    Obstacle.reason == ObstacleReason.KNOWS_PERSON,
    or_(Obstacle.answer.is_(None), Obstacle.answer == ObstacleAnswer.WITHDRAWN),
)


def examples_in(session: Session, study_id: int) -> list[Example]:
    """The examples of a study by scale, item, point and place in the recording."""
    found = session.scalars(
        select(Example)
        .join(Example.scale_version)
        .where(Example.study_id == study_id)
        .options(joinedload(Example.scale_version), joinedload(Example.recording).joinedload(Recording.therapy_session))
    ).all()
    return sorted(found, key=_order)


def _order(each: Example) -> tuple[str, str, float, int]:
    return each.scale_version.scale, each.item, -1.0 if each.point is None else each.point, each.id


def example_by_id(session: Session, public_id: str) -> Example | None:
    """The example with this id."""
    return session.scalar(select(Example).where(Example.public_id == public_id))


def examples_from(session: Session, recording_id: int) -> list[Example]:
    """The examples cut from a recording."""
    return list(session.scalars(select(Example).where(Example.recording_id == recording_id).order_by(Example.id)))


def has_examples(session: Session, version: ScaleVersion) -> bool:
    """Whether an example was made for this version of a scale."""
    return bool(session.scalar(select(exists().where(Example.scale_version_id == version.id))))


def is_in_a_pathway(session: Session, example: Example) -> bool:
    """Whether a step of a training pathway asks raters to listen to it."""
    return bool(session.scalar(select(exists().where(TrainingStep.example_id == example.id))))


def cutting_jobs(session: Session, study_id: int) -> dict[str, list[Job]]:
    """The jobs that cut a study's examples, oldest first, by the id of the example."""
    found: dict[str, list[Job]] = {}
    wanted = select(Job).where(Job.study_id == study_id, Job.kind == jobs.EXAMPLE).order_by(Job.id)
    for job in session.scalars(wanted):
        found.setdefault(str(job.asked["example"]), []).append(job)
    return found


def is_being_cut(found: Iterable[Job]) -> bool:
    """Whether one of these jobs waits or is at work."""
    return any(job.state in (JobState.WAITING, JobState.RUNNING) for job in found)


def closed_sessions(
    session: Session, person_id: int | None, session_ids: Collection[int], *, leads: bool = False
) -> set[int]:
    """Those of the therapy sessions of which a person must hear nothing outside a rating.

    Somebody in them is known to that person, or they can still be rated by that person, also by submitting again
    before the wave is locked; the latter is passed over for who `leads` the training.
    """
    bars = _KNOWS_SOMEBODY if leads else or_(_CAN_BE_RATED, _KNOWS_SOMEBODY)
    rows = session.scalars(
        select(TherapySession.id)
        .join(Assignment, Assignment.session_id == TherapySession.id)
        .join(Rater, Rater.id == Assignment.rater_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(TherapySession.id.in_(list(session_ids)), Rater.person_id == person_id, bars)
    )
    return set(rows)


def is_traced(session: Session, person_id: int | None, subject: str, *, since: datetime) -> bool:
    """Whether the audit shows after a moment that a person hears this example."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    AuditEvent.actor_id == person_id,
                    AuditEvent.action == "example.played",
                    AuditEvent.subject == subject,
                    AuditEvent.at > since,
                )
            )
        )
    )
