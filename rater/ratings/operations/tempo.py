"""The sessions that a rater has submitted, with the time at work on each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.ratings.tempo import SubmittedSession
from rater.storage.models import Assignment, Rater, Rating, Revision, Study, WorkStretch
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import Actor, RatingState


def my_submitted(session: Session, actor: Actor, study: Study, *, now: datetime) -> list[SubmittedSession]:
    """The actor's own submitted sessions in a study, in any wave. Raises NotFound, NotPermitted."""
    permit(session, actor, study, Action.RATE, now=now)
    worked = (
        select(func.sum(WorkStretch.seconds))
        .where(WorkStretch.assignment_id == Assignment.id)
        .correlate(Assignment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(func.min(Revision.submitted_at), func.coalesce(worked, 0.0))
        .join(Rating, Rating.id == Revision.rating_id)
        .join(Assignment, Assignment.id == Rating.assignment_id)
        .join(Rater, Rater.id == Assignment.rater_id)
        .where(
            Rater.person_id == actor.person_id,
            Rater.study_id == study.id,
            Assignment.state == RatingState.SUBMITTED,
            Revision.submitted_at.is_not(None),
        )
        .group_by(Assignment.id)
        .order_by(Assignment.id)
    )
    return [SubmittedSession(at, float(seconds)) for at, seconds in rows]
