"""Counts of what waits for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Obstacle, Rater, Wave
from rater.terms import ObstacleAnswer, RatingState


def _to_do(study_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Wave.study_id == study_id,
        Wave.locked_at.is_(None),
        Assignment.state.in_((RatingState.OPEN, RatingState.STARTED)),
    )


def own_due_dates(session: Session, person_id: int, study_id: int) -> Sequence[date]:
    """The due dates of what a person is still to rate in a study."""
    days = session.scalars(
        select(Assignment.due_on)
        .join(Assignment.wave)
        .join(Assignment.rater)
        .where(*_to_do(study_id), Rater.person_id == person_id, Assignment.due_on.is_not(None))
    )
    return [day for day in days if day is not None]


def given_back(session: Session, person_id: int, study_id: int, *, since: datetime) -> int:
    """How many sessions a coordinator gave back to a person since a moment and that are still to be rated."""
    found = (
        select(func.count(Assignment.id.distinct()))
        .join(Assignment.wave)
        .join(Assignment.rater)
        .join(Obstacle, Obstacle.assignment_id == Assignment.id)
        .where(*_to_do(study_id), Rater.person_id == person_id)
        .where(Obstacle.answer == ObstacleAnswer.GIVEN_BACK, Obstacle.answered_at >= since)
    )
    return session.scalar(found) or 0


def waiting_obstacles(session: Session, study_id: int) -> int:
    """How many sessions set aside wait for a decision."""
    found = (
        select(func.count(Obstacle.id))
        .join(Obstacle.assignment)
        .join(Assignment.wave)
        .where(Wave.study_id == study_id, Obstacle.answer.is_(None), Assignment.state == RatingState.SET_ASIDE)
    )
    return session.scalar(found) or 0


def raters_late(session: Session, study_id: int, today: date) -> int:
    """How many raters have a session whose day has passed."""
    found = (
        select(func.count(Assignment.rater_id.distinct()))
        .join(Assignment.wave)
        .where(*_to_do(study_id), Assignment.due_on < today)
    )
    return session.scalar(found) or 0
