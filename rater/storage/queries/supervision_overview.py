"""What a programme's lead is told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import Comment, TherapySession
from rater.terms import Audience, CommentKind, ReviewState


def comments_for_lead(session: Session, study_id: int) -> Sequence[Comment]:
    """The released comments of a programme that are addressed to its lead, by session and second; no answers."""
    found = (
        select(Comment)
        .join(Comment.therapy_session)
        .where(
            TherapySession.study_id == study_id,
            Comment.kind == CommentKind.COMMENT,
            Comment.audience == Audience.LEAD,
            Comment.state == ReviewState.RELEASED,
        )
        .options(joinedload(Comment.therapy_session), joinedload(Comment.by))
    )
    return session.scalars(found.order_by(TherapySession.code, Comment.start_s, Comment.id)).all()
