"""A supervisor's review of a session: its summary, its release with all that belongs to it, its withdrawal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import NotFound, Refused
from rater.ratings.texts import checked_text
from rater.ratings.versions import next_version
from rater.storage.audit import record
from rater.storage.models import Comment, Review
from rater.storage.queries.reviews import comments_of_session, hold_session, ratings_of_session
from rater.supervision.moments import LONGEST_SUMMARY
from rater.supervision.operations.asking import Seat, SeenSession, supervised_session
from rater.supervision.operations.commenting import let_out, take_back
from rater.supervision.operations.looking import review_of
from rater.terms import Actor, Audience, RatedBy, Reason, ReviewState

IS_OUT = Reason("The review is released. Withdraw it first to change its summary")
NOT_OUT = Reason("The review is not released")
NOTHING = Reason("There is nothing to release yet: write a summary or a comment, or submit your rating")


def save_summary(
    session: Session, actor: Actor, slug: str, code: str, text: str, *, now: datetime, seen: int
) -> Review:
    """Keep the summary of the actor's review; `seen` is the version that was changed, 0 where none was begun.

    Raises NotFound for all but who supervises, Refused while it is released, BadInput, and Stale with what is kept.
    """
    found = _held(session, actor, slug, code, now=now)
    text = checked_text(text, LONGEST_SUMMARY) if text.strip() else ""
    review = review_of(session, actor, found, now=now)
    if review.summary == text:
        return review
    if review.state == ReviewState.RELEASED:
        raise Refused(IS_OUT)
    based_on = seen if review.summary else None
    review.version = next_version(based_on, review.version, {"summary": review.summary}, {"summary": text})
    review.summary = text
    _record(session, actor, found, "review.changed", review, now)
    session.flush()
    return review


def release_review(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> int:
    """Release the actor's review with every draft in it that is not for the supervisor alone; how many comments.

    What was withdrawn together with the review comes back with it. Raises NotFound for all but who supervises, Refused
    where there is nothing to release.
    """
    found = _held(session, actor, slug, code, now=now)
    review = review_of(session, actor, found, now=now)
    comments = [each for each in _own_comments(session, found, review) if each.audience != Audience.SUPERVISOR]
    waiting = [each for each in comments if each.state == ReviewState.DRAFT or _went_along(each, review)]
    if not (review.summary or waiting or _is_rated(session, found, actor)) and review.state != ReviewState.RELEASED:
        raise Refused(NOTHING)
    for each in waiting:
        let_out(each, now=now)
    review.state, review.released_at, review.withdrawn_at = ReviewState.RELEASED, now, None
    review.version += 1
    _record(session, actor, found, "review.released", review, now, comments=[each.public_id for each in waiting])
    session.flush()
    return len(waiting)


def withdraw_review(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> int:
    """Take the actor's released review back with all its released comments; how many comments.

    Comments that are for supervisors alone stay as they are. Raises NotFound for all but who supervises, Refused where
    it is not released.
    """
    found = _held(session, actor, slug, code, now=now)
    review = review_of(session, actor, found, now=now)
    if review.state != ReviewState.RELEASED:
        raise Refused(NOT_OUT)
    out = [
        each
        for each in _own_comments(session, found, review)
        if each.state == ReviewState.RELEASED and each.audience != Audience.SUPERVISOR
    ]
    for each in out:
        take_back(each, now=now)
    review.state, review.withdrawn_at = ReviewState.WITHDRAWN, now
    review.version += 1
    _record(session, actor, found, "review.withdrawn", review, now, comments=[each.public_id for each in out])
    session.flush()
    return len(out)


def _held(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> SeenSession:
    seen = supervised_session(session, actor, slug, code, now=now)
    if seen.seat is not Seat.SUPERVISOR:
        raise NotFound
    hold_session(session, seen.therapy_session.id)
    return seen


def _own_comments(session: Session, seen: SeenSession, review: Review) -> list[Comment]:
    return [each for each in comments_of_session(session, seen.therapy_session.id) if each.review_id == review.id]


def _went_along(comment: Comment, review: Review) -> bool:
    """Whether a comment was withdrawn together with its review, and not on its own."""
    is_back = comment.state == review.state == ReviewState.WITHDRAWN
    return is_back and comment.withdrawn_at == review.withdrawn_at


def _is_rated(session: Session, seen: SeenSession, actor: Actor) -> bool:
    rows = ratings_of_session(session, seen.therapy_session.id)
    return any(
        each.by_id == actor.person_id and each.kind == RatedBy.SUPERVISOR and each.submitted_at is not None
        for each in rows
    )


def _record(
    session: Session, actor: Actor, seen: SeenSession, action: str, review: Review, now: datetime, **detail: Any
) -> None:
    told = {"of_session": seen.therapy_session.code, **detail}
    record(session, actor, action, f"review:{review.public_id}", now=now, study_id=seen.study.id, **told)
