"""What waits in a supervision programme: counted for supervisors, listed for trainees."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import (
    Comment,
    Meeting,
    Review,
    SessionRating,
    Supervision,
    SupervisionTask,
    TherapySession,
    Trainee,
)
from rater.terms import Audience, MeetingState, RatedBy, ReviewState, SupervisionTaskState


def supervised_by(session: Session, study_id: int, person_id: int | None, *, now: datetime) -> list[Trainee]:
    """The trainees whom a person supervises in a programme at a moment, in the order of their codes."""
    rows = session.scalars(
        select(Trainee)
        .join(Supervision, Supervision.trainee_id == Trainee.id)
        .where(
            Trainee.study_id == study_id,
            Supervision.person_id == person_id,
            Supervision.since <= now,
            or_(Supervision.until.is_(None), Supervision.until > now),
        )
        .options(joinedload(Trainee.therapist), joinedload(Trainee.person))
    )
    return sorted(rows, key=lambda each: each.therapist.code)


def sessions_of(session: Session, trainees: Iterable[Trainee]) -> dict[int, list[TherapySession]]:
    """The therapy sessions of trainees by patient and number, by the trainee's id."""
    by_therapist = {each.therapist_id: each.id for each in trainees}
    rows = session.scalars(
        select(TherapySession)
        .where(TherapySession.therapist_id.in_(by_therapist))
        .options(joinedload(TherapySession.patient), joinedload(TherapySession.recording))
    )
    found: dict[int, list[TherapySession]] = {each: [] for each in by_therapist.values()}
    for row in sorted(rows, key=lambda each: (each.patient.code, each.number)):
        found[by_therapist[row.therapist_id]].append(row)
    return found


def reviewed(session: Session, sessions: Collection[int]) -> set[int]:
    """Those of the sessions of which a review is released."""
    rows = select(Review.session_id).where(Review.session_id.in_(sessions), Review.state == ReviewState.RELEASED)
    return set(session.scalars(rows))


def answered(session: Session, sessions: Collection[int], trainee: Trainee) -> set[int]:
    """Those of a trainee's sessions on which a review, or a comment that the trainee may read, is released."""
    comments = select(Comment.session_id).where(
        Comment.session_id.in_(sessions),
        Comment.state == ReviewState.RELEASED,
        Comment.audience.in_((Audience.BOTH, Audience.LEAD)),
        Comment.by_id != trainee.person_id,
    )
    return reviewed(session, sessions) | set(session.scalars(comments))


def drafted(session: Session, sessions: Collection[int], person_id: int | None) -> set[int]:
    """Those of the sessions on which a person has a draft of a review or of a comment."""
    found: set[int] = set()
    for kind in (Review, Comment):
        rows = select(kind.session_id).where(
            kind.session_id.in_(sessions), kind.by_id == person_id, kind.state == ReviewState.DRAFT
        )
        found |= set(session.scalars(rows))
    return found


def rated_by_oneself(session: Session, sessions: Collection[int], trainee: Trainee) -> set[int]:
    """Those of a trainee's sessions that the trainee has rated and submitted."""
    rows = select(SessionRating.session_id).where(
        SessionRating.session_id.in_(sessions),
        SessionRating.by_id == trainee.person_id,
        SessionRating.kind == RatedBy.SELF,
        SessionRating.submitted_at.is_not(None),
    )
    return set(session.scalars(rows))


def open_tasks(session: Session, trainees: Collection[int]) -> dict[int, list[SupervisionTask]]:
    """The homework that trainees have agreed on and not yet done, the earliest due first, by the trainee's id."""
    rows = session.scalars(
        select(SupervisionTask).where(
            SupervisionTask.trainee_id.in_(trainees), SupervisionTask.state == SupervisionTaskState.AGREED
        )
    )
    found: dict[int, list[SupervisionTask]] = {each: [] for each in trainees}
    for row in sorted(rows, key=lambda each: (each.due_on or date.max, each.id)):
        found[row.trainee_id].append(row)
    return found


def next_meetings(session: Session, trainees: Collection[int], *, today: date) -> dict[int, date]:
    """The day of the next meeting that is planned, by the trainee's id."""
    rows = session.execute(
        select(Meeting.trainee_id, func.min(Meeting.meets_on))
        .where(Meeting.trainee_id.in_(trainees), Meeting.state == MeetingState.PLANNED, Meeting.meets_on >= today)
        .group_by(Meeting.trainee_id)
    )
    return {trainee_id: day for trainee_id, day in rows.all()}  # noqa: C416  (rows are tuples to mypy alone)
