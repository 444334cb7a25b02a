"""Submit a rating: complete, once, and for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import Incomplete
from rater.ratings.completeness import GivenPoint, missing_items
from rater.ratings.operations.saving import draft, open_for_change
from rater.storage.audit import record
from rater.storage.models import Revision
from rater.storage.queries.ratings import given_points
from rater.studies.operations import scales_of
from rater.terms import Actor, RatingState


def submit_rating(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Revision:
    """Make the draft the revision that counts. Raises NotFound, Refused, Incomplete with the items missing."""
    assignment = open_for_change(session, actor, public_id, now=now)
    revision = draft(session, assignment, now=now)
    scales = [scale for _, scale in scales_of(assignment.wave.study, observer_only=True)]
    given = {each.item: GivenPoint(each.value, each.missing_code) for each in given_points(session, revision.id)}
    missing = missing_items(scales, given)
    if missing:
        raise Incomplete(missing)
    revision.submitted_at = now
    revision.by_id = actor.person_id
    assignment.state = RatingState.SUBMITTED
    record(
        session,
        actor,
        "rating.submitted",
        f"assignment:{assignment.id}",
        now=now,
        study_id=assignment.wave.study_id,
        revision=revision.number,
    )
    return revision
