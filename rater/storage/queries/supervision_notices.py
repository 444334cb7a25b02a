"""Counts of what waits for people in a supervision programme."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.storage.models import (
    Comment,
    Consent,
    Meeting,
    Recording,
    Review,
    SupervisionTask,
    TherapySession,
    Trainee,
)
from rater.terms import Audience, CommentKind, ConsentScope, ReviewState


def sessions_with_feedback(session: Session, trainee: Trainee, *, since: datetime) -> set[int]:
    """The trainee's sessions on which others have released feedback to him or her since a moment."""
    released = (
        select(Review.session_id)
        .join(Review.therapy_session)
        .where(Review.state == ReviewState.RELEASED, Review.released_at >= since)
        .where(TherapySession.therapist_id == trainee.therapist_id)
    )
    commented = (
        select(Comment.session_id)
        .join(Comment.therapy_session)
        .where(Comment.state == ReviewState.RELEASED, Comment.released_at >= since, Comment.by_id != trainee.person_id)
        .where(Comment.kind == CommentKind.COMMENT, Comment.audience != Audience.SUPERVISOR)
        .where(TherapySession.therapist_id == trainee.therapist_id)
    )
    return {*session.scalars(released), *session.scalars(commented)}


def replies_to(session: Session, person_id: int, trainees: Collection[Trainee], *, since: datetime) -> list[int]:
    """The sessions of trainees, one entry for each answer that somebody else has released since a moment."""
    found = (
        select(Comment.session_id)
        .join(Comment.therapy_session)
        .where(Comment.parent_id.is_not(None), Comment.by_id != person_id, Comment.audience != Audience.SUPERVISOR)
        .where(Comment.state == ReviewState.RELEASED, Comment.released_at >= since)
        .where(TherapySession.therapist_id.in_([each.therapist_id for each in trainees]))
    )
    return list(session.scalars(found))


def tasks_of_all(session: Session, trainees: Collection[Trainee]) -> Sequence[SupervisionTask]:
    """The supervision homework of trainees."""
    ids = [each.id for each in trainees]
    return session.scalars(select(SupervisionTask).where(SupervisionTask.trainee_id.in_(ids))).all()


def meetings_of_all(session: Session, trainees: Collection[Trainee]) -> Sequence[Meeting]:
    """The meetings of trainees."""
    return session.scalars(select(Meeting).where(Meeting.trainee_id.in_([each.id for each in trainees]))).all()


def recorded_of(session: Session, trainee: Trainee) -> Sequence[TherapySession]:
    """The trainee's sessions that have a recording."""
    found = select(TherapySession).join(Recording, Recording.session_id == TherapySession.id)
    return session.scalars(found.where(TherapySession.therapist_id == trainee.therapist_id)).all()


def consents_ending(
    session: Session, study_id: int, therapists: Collection[int] | None, *, today: date, until: date
) -> int:
    """How many recordings of a programme, or of these therapists, lose their consent to supervision by a day.

    One whose consent stands beyond the day is not counted.
    """
    found = (
        select(Recording)
        .join(TherapySession, TherapySession.id == Recording.session_id)
        .where(TherapySession.study_id == study_id)
    )
    if therapists is not None:
        found = found.where(TherapySession.therapist_id.in_(therapists))
    ids = session.scalars(found.with_only_columns(Recording.id)).all()
    last: dict[int, date] = {}
    rows = session.execute(
        select(Consent.recording_id, Consent.until).where(
            Consent.recording_id.in_(ids),
            Consent.scope == ConsentScope.SUPERVISION,
            Consent.withdrawn_at.is_(None),
            Consent.given_on <= today,
        )
    )
    for recording_id, end in rows:
        last[recording_id] = max(end or date.max, last.get(recording_id, date.min))
    return sum(today <= end <= until for end in last.values())
