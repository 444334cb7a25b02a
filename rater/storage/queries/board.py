"""What the coordinator's board is made of: rows of work, and when somebody was last there. No points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from rater.storage.models import (
    Assignment,
    HomeworkTask,
    Listening,
    Obstacle,
    Point,
    Rater,
    Rating,
    Recording,
    Revision,
    SignIn,
    Therapist,
    TherapySession,
    Wave,
)
from rater.terms import RatingState


def work_rows(session: Session, study_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every assignment of a study with its session, rater, wave and therapist, by wave, rater and queue."""
    recorded = exists().where(Recording.session_id == TherapySession.id)
    waiting = (
        select(func.max(Obstacle.reported_at))
        .where(Obstacle.assignment_id == Assignment.id, Obstacle.answer.is_(None))
        .scalar_subquery()
    )
    return session.execute(
        select(
            Assignment.id,
            Assignment.state,
            Assignment.assigned_at,
            Assignment.due_on,
            TherapySession.code.label("session"),
            Rater.code.label("rater"),
            Wave.name.label("wave"),
            Wave.locked_at,
            Therapist.code.label("therapist"),
            recorded.label("recorded"),
            waiting.label("waiting_since"),
        )
        .join(Wave, Wave.id == Assignment.wave_id)
        .join(Rater, Rater.id == Assignment.rater_id)
        .join(TherapySession, TherapySession.id == Assignment.session_id)
        .join(Therapist, Therapist.id == TherapySession.therapist_id)
        .where(Wave.study_id == study_id)
        .order_by(Wave.id, Rater.code, Assignment.queue_place, Assignment.id)
    ).all()


def last_touched(session: Session, study_id: int) -> dict[int, datetime]:
    """For each assignment that is started: when it was begun, or a point of it changed, or it was last listened to."""
    begun = (
        select(Assignment.id, func.max(Rating.started_at), func.max(Point.changed_at))
        .join(Wave, Wave.id == Assignment.wave_id)
        .join(Rating, Rating.assignment_id == Assignment.id)
        .outerjoin(Revision, Revision.rating_id == Rating.id)
        .outerjoin(Point, Point.revision_id == Revision.id)
        .where(Wave.study_id == study_id, Assignment.state == RatingState.STARTED)
        .group_by(Assignment.id)
    )
    heard = (
        select(Listening.assignment_id, Listening.changed_at)
        .join(Assignment, Assignment.id == Listening.assignment_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Wave.study_id == study_id, Assignment.state == RatingState.STARTED)
    )
    found = {key: max(start, change or start) for key, start, change in session.execute(begun)}
    for key, moment in session.execute(heard):
        found[key] = max(moment, found.get(key, moment))
    return found


def last_seen(session: Session, study_id: int) -> dict[str, datetime]:
    """When each rater of a study was last signed in; raters who never were are left out."""
    rows = session.execute(
        select(Rater.code, func.max(SignIn.seen_at))
        .join(SignIn, SignIn.person_id == Rater.person_id)
        .where(Rater.study_id == study_id)
        .group_by(Rater.code)
    )
    return {code: moment for code, moment in rows if moment is not None}


def sessions_with_work_due(session: Session, study_id: int) -> set[str]:
    """The codes of the sessions in which a task of the homework log is to be reviewed."""
    due = select(TherapySession.code).join(HomeworkTask, HomeworkTask.reviewed_session_id == TherapySession.id)
    return set(session.scalars(due.where(TherapySession.study_id == study_id)))
