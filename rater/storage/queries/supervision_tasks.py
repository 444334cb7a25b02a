"""Supervision homework: the tasks of a trainee, what is attached to them, templates, and what they come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import AuditEvent, Comment, SessionRating, SupervisionTask, TaskAttachment, TaskTemplate
from rater.terms import RatedBy


def tasks_of(session: Session, trainee_id: int) -> Sequence[SupervisionTask]:
    """The tasks of a trainee in the order of their proposing."""
    found = select(SupervisionTask).where(SupervisionTask.trainee_id == trainee_id)
    people = joinedload(SupervisionTask.proposed_by)
    return session.scalars(found.options(people).order_by(SupervisionTask.proposed_at, SupervisionTask.id)).all()


def task_by_id(session: Session, trainee_id: int, public_id: str) -> SupervisionTask | None:
    """A trainee's task with this id."""
    return session.scalar(
        select(SupervisionTask).where(SupervisionTask.trainee_id == trainee_id, SupervisionTask.public_id == public_id)
    )


def attachment_by_id(session: Session, task_id: int, public_id: str) -> TaskAttachment | None:
    """A task's attachment with this id."""
    return session.scalar(
        select(TaskAttachment).where(TaskAttachment.task_id == task_id, TaskAttachment.public_id == public_id)
    )


def templates_in(session: Session, study_id: int) -> Sequence[TaskTemplate]:
    """The templates of a programme by type and title."""
    found = select(TaskTemplate).where(TaskTemplate.study_id == study_id)
    return session.scalars(found.order_by(TaskTemplate.type, TaskTemplate.title, TaskTemplate.id)).all()


def template_by_id(session: Session, study_id: int, public_id: str) -> TaskTemplate | None:
    """A programme's template with this id."""
    return session.scalar(
        select(TaskTemplate).where(TaskTemplate.study_id == study_id, TaskTemplate.public_id == public_id)
    )


def comment_by_id(session: Session, public_id: str) -> Comment | None:
    """The comment with this id."""
    return session.scalar(select(Comment).where(Comment.public_id == public_id))


def has_self_rated(session: Session, session_id: int, person_id: int) -> bool:
    """Whether a person has submitted the own rating of a session."""
    rated = exists().where(
        SessionRating.session_id == session_id,
        SessionRating.by_id == person_id,
        SessionRating.kind == RatedBy.SELF,
        SessionRating.submitted_at.is_not(None),
    )
    return bool(session.scalar(select(rated)))


def was_played(session: Session, person_id: int | None, subject: str, *, since: datetime) -> bool:
    """Whether the audit shows after a moment that a person hears this attachment."""
    played = exists().where(
        AuditEvent.actor_id == person_id,
        AuditEvent.action == "attachment.played",
        AuditEvent.subject == subject,
        AuditEvent.at > since,
    )
    return bool(session.scalar(select(played)))
