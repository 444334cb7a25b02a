"""What was written and rated about a trainee's session."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import Comment, Review, SessionPoint, SessionRating, TherapySession


def hold_session(session: Session, session_id: int) -> None:
    """Let nobody else begin a rating or a review of this session before the transaction ends."""
    session.execute(select(TherapySession.id).where(TherapySession.id == session_id).with_for_update())


def ratings_of_session(session: Session, session_id: int) -> list[SessionRating]:
    """All ratings of a session with their points and who gave them, the one submitted last at the end."""
    rows = session.scalars(
        select(SessionRating)
        .where(SessionRating.session_id == session_id)
        .options(joinedload(SessionRating.points).joinedload(SessionPoint.scale_version), joinedload(SessionRating.by))
        .order_by(SessionRating.submitted_at, SessionRating.id)
    )
    return list(rows.unique())


def reviews_of_session(session: Session, session_id: int) -> list[Review]:
    """All reviews of a session with their writers, the one begun first at the beginning."""
    rows = session.scalars(
        select(Review).where(Review.session_id == session_id).options(joinedload(Review.by)).order_by(Review.id)
    )
    return list(rows)


def comments_of_session(session: Session, session_id: int) -> list[Comment]:
    """All comments on a session and the answers to them, with their writers."""
    rows = session.scalars(
        select(Comment).where(Comment.session_id == session_id).options(joinedload(Comment.by)).order_by(Comment.id)
    )
    return list(rows)


def comment_by_id(session: Session, session_id: int, public_id: str) -> Comment | None:
    """The comment on a session with this id."""
    return session.scalar(select(Comment).where(Comment.session_id == session_id, Comment.public_id == public_id))
