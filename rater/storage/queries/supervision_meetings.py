"""Supervision meetings: those of a trainee, and what has happened between two of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from rater.storage.models import Comment, Meeting, Review, SessionRating, SupervisionTask, TherapySession
from rater.terms import Audience, CommentKind, ReviewState, SupervisionTaskState


def meetings_of(session: Session, trainee_id: int) -> Sequence[Meeting]:
    """The meetings of a trainee by their day."""
    found = select(Meeting).where(Meeting.trainee_id == trainee_id).options(joinedload(Meeting.supervisor))
    return session.scalars(found.order_by(Meeting.meets_on, Meeting.id)).all()


def meeting_by_id(session: Session, trainee_id: int, public_id: str) -> Meeting | None:
    """A trainee's meeting with this id."""
    return session.scalar(select(Meeting).where(Meeting.trainee_id == trainee_id, Meeting.public_id == public_id))


def homework_for(session: Session, meeting: Meeting) -> Sequence[SupervisionTask]:
    """What a meeting looks at: tasks agreed or done outside of it, and those that it has looked at already."""
    waits = SupervisionTask.state.in_((SupervisionTaskState.AGREED, SupervisionTaskState.DONE))
    from_here = SupervisionTask.meeting_id == meeting.id
    found = select(SupervisionTask).where(
        SupervisionTask.trainee_id == meeting.trainee_id,
        or_(waits & (SupervisionTask.meeting_id.is_(None) | ~from_here), SupervisionTask.reviewed_in_id == meeting.id),
    )
    return session.scalars(found.order_by(SupervisionTask.due_on, SupervisionTask.id)).all()


def tasks_made_in(session: Session, meeting_id: int) -> Sequence[SupervisionTask]:
    """The tasks that were proposed in a meeting."""
    found = select(SupervisionTask).where(SupervisionTask.meeting_id == meeting_id)
    return session.scalars(found.order_by(SupervisionTask.id)).all()


def ratings_between(
    session: Session, therapist_id: int, people: Collection[int], *, since: datetime | None, until: datetime | None
) -> Sequence[SessionRating]:
    """The ratings of a trainee's sessions by these people, submitted after one moment and up to another."""
    found = (
        select(SessionRating)
        .join(SessionRating.therapy_session)
        .where(
            TherapySession.therapist_id == therapist_id,
            SessionRating.by_id.in_(people),
            SessionRating.submitted_at.is_not(None),
        )
        .options(selectinload(SessionRating.points), joinedload(SessionRating.therapy_session))
    )
    if since is not None:
        found = found.where(SessionRating.submitted_at > since)
    if until is not None:
        found = found.where(SessionRating.submitted_at <= until)
    return session.scalars(found.order_by(SessionRating.session_id, SessionRating.id)).all()


def comments_between(
    session: Session, therapist_id: int, *, since: datetime | None, until: datetime | None
) -> Sequence[Comment]:
    """The comments on a trainee's sessions, not answers, released after one moment and up to another.

    Those for the supervisor alone are not among them: a meeting's page lies between the two.
    """
    found = (
        select(Comment)
        .join(Comment.therapy_session)
        .where(
            TherapySession.therapist_id == therapist_id,
            Comment.kind == CommentKind.COMMENT,
            Comment.state == ReviewState.RELEASED,
            Comment.audience != Audience.SUPERVISOR,
        )
        .options(joinedload(Comment.therapy_session))
    )
    if since is not None:
        found = found.where(Comment.released_at > since)
    if until is not None:
        found = found.where(Comment.released_at <= until)
    return session.scalars(found.order_by(TherapySession.number, Comment.start_s, Comment.id)).all()


def released_reviews(session: Session, session_ids: Collection[int]) -> set[tuple[int, int]]:
    """Of which of these sessions whose review is released: pairs of session and reviewer."""
    found = select(Review.session_id, Review.by_id).where(
        Review.session_id.in_(session_ids), Review.state == ReviewState.RELEASED
    )
    return {(session_id, by_id) for session_id, by_id in session.execute(found)}
