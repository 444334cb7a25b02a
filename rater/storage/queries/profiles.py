"""What a trainee's page is made of: ratings, reviews and outcomes of many sessions, and what is worked on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from rater.storage.models import Focus, OutcomeValue, Review, SessionRating
from rater.terms import ReviewState


def submitted_ratings(session: Session, sessions: Collection[int]) -> dict[int, list[SessionRating]]:
    """The submitted ratings of sessions with their points, by session, the last one at the end."""
    rows = session.scalars(
        select(SessionRating)
        .where(SessionRating.session_id.in_(sessions), SessionRating.submitted_at.is_not(None))
        .options(selectinload(SessionRating.points))
        .order_by(SessionRating.submitted_at, SessionRating.id)
    )
    found: dict[int, list[SessionRating]] = {}
    for row in rows:
        found.setdefault(row.session_id, []).append(row)
    return found


def released_by(session: Session, sessions: Collection[int]) -> set[tuple[int, int]]:
    """Which sessions have a released review of whom: session and person."""
    rows = session.execute(
        select(Review.session_id, Review.by_id).where(
            Review.session_id.in_(sessions), Review.state == ReviewState.RELEASED
        )
    )
    return {(session_id, by_id) for session_id, by_id in rows}


def outcome_values(session: Session, sessions: Collection[int]) -> dict[int, dict[int, dict[str, float | None]]]:
    """The outcome values by scale version, session and item."""
    found: dict[int, dict[int, dict[str, float | None]]] = {}
    for row in session.scalars(select(OutcomeValue).where(OutcomeValue.session_id.in_(sessions))):
        found.setdefault(row.scale_version_id, {}).setdefault(row.session_id, {})[row.item] = row.value
    return found


def focus_of(session: Session, trainee_id: int) -> Focus | None:
    """What a trainee works on now."""
    return session.scalar(
        select(Focus).where(Focus.trainee_id == trainee_id, Focus.ended_at.is_(None)).order_by(Focus.id.desc())
    )


def foci_of(session: Session, trainee_id: int) -> Sequence[Focus]:
    """All that a trainee has worked on, in the order of choosing."""
    found = select(Focus).where(Focus.trainee_id == trainee_id)
    return session.scalars(found.order_by(Focus.chosen_at, Focus.id)).all()
