"""What the flow from sessions registered to sessions analysed is counted from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Patient, Rating, Recording, Revision, TherapySession, Wave
from rater.terms import Position, RatingState, WaveKind


def session_rows(session: Session, study_id: int) -> list[tuple[Any, ...]]:
    """Code, patient, number, use and whether there is a recording, of each session, by code."""
    rows = session.execute(
        select(TherapySession.code, Patient.code, TherapySession.number, TherapySession.use, Recording.id.is_not(None))
        .join(TherapySession.patient)
        .outerjoin(Recording, Recording.session_id == TherapySession.id)
        .where(TherapySession.study_id == study_id)
    )
    return sorted((row[0], row[1], row[2], row[3], bool(row[4])) for row in rows)


def main_states(session: Session, study_id: int) -> dict[tuple[str, str], str]:
    """The state of each rating of the main wave by session and position; one that was submitted counts as such."""
    submitted = (
        select(Rating.assignment_id)
        .join(Revision, Revision.rating_id == Rating.id)
        .where(Revision.submitted_at.is_not(None))
    )
    rows = session.execute(
        select(TherapySession.code, Assignment.position, Assignment.state, Assignment.id.in_(submitted))
        .join(Assignment.therapy_session)
        .join(Assignment.wave)
        .where(Wave.study_id == study_id, Wave.name == WaveKind.MAIN, Assignment.position.in_(list(Position)[:2]))
    )
    return {(code, at): RatingState.SUBMITTED if done else state for code, at, state, done in rows}
