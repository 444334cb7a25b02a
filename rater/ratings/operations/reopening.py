"""Take a submitted rating back, or leave it as it was; and what each revision changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from rater.errors import Refused
from rater.ratings.completeness import GivenPoint, items_to_rate
from rater.ratings.operations.opening import find_assignment
from rater.ratings.revisions import PointChange, changes
from rater.ratings.texts import checked_text
from rater.scales.schema import Scale
from rater.storage.audit import record
from rater.storage.models import Assignment, Point, Rating, Revision, Study
from rater.storage.queries.ratings import given_points, latest_revision
from rater.studies.operations import scales_of_wave
from rater.terms import Actor, RatingState, Reason

SHORTEST_REASON, LONGEST_REASON = 3, 500
_COPIED = ("scale_version_id", "item", "value", "missing_code", "unsure", "version", "changed_at")


def held(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Assignment:
    """The actor's own assignment, held until the transaction ends, with its wave as it is now. Raises NotFound."""
    assignment = find_assignment(session, actor, public_id, now=now)
    session.refresh(assignment, ["state"], with_for_update=True)
    session.refresh(assignment.wave, ["locked_at"])
    return assignment


def refuse_locked(assignment: Assignment) -> None:
    """Raise Refused where the wave is locked."""
    if assignment.wave.locked_at is not None:
        raise Refused(Reason("The wave is locked; ratings in it stay as they are"))


def reopen_rating(session: Session, actor: Actor, public_id: str, reason: str, *, now: datetime) -> Revision:
    """A new revision to work on, with all points and marks of the submitted one, which goes on counting until then.

    `reason` has 3 to 500 characters. Raises NotFound, Refused where the wave is locked or the rating is not
    submitted, BadInput.
    """
    reason = checked_text(
        reason,
        LONGEST_REASON,
        empty=Reason("A rating is reopened with a reason"),
        remedy=Reason("Say in a few words what is to be changed"),
        shortest=SHORTEST_REASON,
    )
    assignment = held(session, actor, public_id, now=now)
    refuse_locked(assignment)
    submitted = latest_revision(session, assignment.id)
    if assignment.state != RatingState.SUBMITTED or submitted is None or submitted.submitted_at is None:
        raise Refused(Reason("This rating is open already"))
    fresh = Revision(rating_id=submitted.rating_id, number=submitted.number + 1, reason=reason)
    session.add(fresh)
    session.flush()
    copies = select(literal(fresh.id), *(getattr(Point, name) for name in _COPIED)).where(
        Point.revision_id == submitted.id
    )
    session.execute(insert(Point).from_select(["revision_id", *_COPIED], copies))
    assignment.state = RatingState.STARTED
    _record(session, actor, assignment, "rating.reopened", now, revision=fresh.number, reason=reason)
    return fresh


def is_reopened(revision: Revision | None) -> bool:
    """Whether this is the draft of a rating that was submitted before."""
    return revision is not None and revision.submitted_at is None and revision.number > 1


def keep_as_submitted(session: Session, actor: Actor, public_id: str, *, now: datetime) -> None:
    """Drop what was changed since reopening; points and marks are again those submitted last. Safe to repeat.

    Notes and logs have no revisions and stay as they are. Raises NotFound, Refused where there is nothing to fall
    back on.
    """
    assignment = held(session, actor, public_id, now=now)
    if assignment.state == RatingState.SUBMITTED:
        return
    refuse_locked(assignment)
    revision = latest_revision(session, assignment.id)
    if assignment.state != RatingState.STARTED or revision is None or not is_reopened(revision):
        raise Refused(Reason("This rating has not been submitted before"))
    number = revision.number
    session.execute(delete(Point).where(Point.revision_id == revision.id))
    session.execute(delete(Revision).where(Revision.id == revision.id))
    assignment.state = RatingState.SUBMITTED
    _record(session, actor, assignment, "rating.left_as_submitted", now, revision=number)


def _record(session: Session, actor: Actor, assignment: Assignment, action: str, now: datetime, **detail: Any) -> None:
    subject = f"assignment:{assignment.id}"
    record(session, actor, action, subject, now=now, study_id=assignment.wave.study_id, **detail)


@dataclass(frozen=True)
class KeptRevision:
    """One revision, and what it changed of the one before; `submitted_at` is None for the draft."""

    number: int
    submitted_at: datetime | None
    reason: str
    heard_share: float | None
    changes: list[PointChange]


@dataclass(frozen=True)
class History:
    """All revisions of one's own rating, the newest first."""

    assignment: Assignment
    study: Study
    scales: list[Scale]
    revisions: list[KeptRevision]


def revision_history(session: Session, actor: Actor, public_id: str, *, now: datetime) -> History:
    """The revisions of one of the actor's own ratings; the first one changes nothing. Raises NotFound."""
    assignment = find_assignment(session, actor, public_id, now=now)
    scales = [scale for _, scale in scales_of_wave(session, assignment.wave, observer_only=True)]
    items = items_to_rate(scales)
    rows = session.scalars(
        select(Revision).join(Revision.rating).where(Rating.assignment_id == assignment.id).order_by(Revision.number)
    ).all()
    found: list[KeptRevision] = []
    before: dict[str, GivenPoint] | None = None
    for row in rows:
        points = {
            each.item: GivenPoint(each.value, each.missing_code, each.version, each.unsure)
            for each in given_points(session, row.id)
        }
        changed = [] if before is None else changes(items, before, points)
        found.append(KeptRevision(row.number, row.submitted_at, row.reason, row.heard_share, changed))
        before = points
    return History(assignment, assignment.wave.study, scales, found[::-1])
