"""The therapy sessions of a study by their codes."""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from rater.storage.models import Assignment, Comment, Patient, Review, SessionRating, Study, TherapySession
from rater.storage.queries.begun import is_begun


def sessions_by_code(session: Session, study_id: int) -> dict[str, TherapySession]:
    """Every therapy session of a study, with patient, therapist and what leaves it out."""
    found = session.scalars(
        select(TherapySession)
        .where(TherapySession.study_id == study_id)
        .order_by(TherapySession.code)
        .options(
            joinedload(TherapySession.patient).selectinload(Patient.exclusions),
            joinedload(TherapySession.therapist),
            selectinload(TherapySession.exclusions),
        )
    )
    return {each.code: each for each in found}


def session_ids(session: Session, study_id: int) -> dict[str, int]:
    """The database's id of each therapy session."""
    rows = session.execute(select(TherapySession.code, TherapySession.id).where(TherapySession.study_id == study_id))
    return {row.code: row.id for row in rows}


def treatments(session: Session, study_id: int) -> dict[str, tuple[int, int]]:
    """The database's ids of patient and therapist of each therapy session, by its code."""
    wanted = select(TherapySession.code, TherapySession.patient_id, TherapySession.therapist_id)
    return {row[0]: (row[1], row[2]) for row in session.execute(wanted.where(TherapySession.study_id == study_id))}


def begun_sessions(session: Session, study_id: int) -> set[str]:
    """The codes of the sessions that somebody has begun to rate, in any wave, or to rate or comment in supervision."""
    rated = exists().where(Assignment.session_id == TherapySession.id, is_begun())
    supervised = (exists().where(each.session_id == TherapySession.id) for each in (SessionRating, Review, Comment))
    rows = select(TherapySession.code).where(TherapySession.study_id == study_id, or_(rated, *supervised))
    return set(session.scalars(rows))


def hold_study(session: Session, study_id: int) -> None:
    """Let no other import into the study begin before this transaction ends."""
    session.execute(select(Study.id).where(Study.id == study_id).with_for_update())
