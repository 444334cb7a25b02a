"""Submit a rating: complete, heard as far as the study asks, and locked until it is reopened with a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import Incomplete, Refused
from rater.ratings.completeness import GivenPoint, missing_items
from rater.ratings.coverage import Gate
from rater.ratings.operations.listening import gate_of, share_at_submission
from rater.ratings.operations.saving import draft, open_for_change
from rater.storage.audit import record
from rater.storage.models import Revision
from rater.storage.queries.ratings import given_points
from rater.studies.operations import scales_of
from rater.terms import Actor, RatingState, Reason


def submit_rating(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Revision:
    """Make the draft the revision that counts, with the share of the recording heard by now.

    Raises NotFound; Refused where the rating is closed, or where the study requires to hear more first; Incomplete
    with the items missing.
    """
    assignment = open_for_change(session, actor, public_id, now=now)
    revision = draft(session, assignment, now=now)
    scales = [scale for _, scale in scales_of(assignment.wave.study, observer_only=True)]
    given = {each.item: GivenPoint(each.value, each.missing_code) for each in given_points(session, revision.id)}
    missing = missing_items(scales, given)
    if missing:
        raise Incomplete(missing)
    share = share_at_submission(session, assignment.id)
    gate = gate_of(session, assignment.id)
    if not gate.open:
        raise Refused(_unheard(gate, told=share is not None))
    revision.submitted_at = now
    revision.by_id = actor.person_id
    revision.heard_share = share
    assignment.state = RatingState.SUBMITTED
    record(
        session,
        actor,
        "rating.submitted",
        f"assignment:{assignment.id}",
        now=now,
        study_id=assignment.wave.study_id,
        revision=revision.number,
        heard_share=share,
    )
    return revision


def _unheard(gate: Gate, *, told: bool) -> Reason:
    if told:
        return Reason(
            "This study asks you to hear {wanted} of a recording before you submit your rating; so far you have heard "
            "{share}. Your points are saved",
            gate.said,
        )
    return Reason(
        "This study asks you to hear {wanted} of a recording before you submit your rating, and nothing has told yet "
        "what you heard: the player needs JavaScript for that. Your points are saved",
        gate.said,
    )
