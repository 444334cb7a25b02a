"""Proposals to word an anchor, or an item's description, more clearly: made where raters talk, answered elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.errors import BadInput, fault
from rater.storage.audit import record
from rater.storage.models import AnchorProposal, ScaleVersion, Study
from rater.terms import Actor
from rater.training.operations.discussing import place_in
from rater.training.operations.seeing import revealed_to

LONGEST = 4000


def propose(
    session: Session, actor: Actor, slug: str, wave: str, rating_code: str, item: str, *,
    point: int | None, text: str, rationale: str, now: datetime,
) -> AnchorProposal:  # fmt: skip
    """Propose other words for an anchor of the item talked over, or for its description where `point` is None.

    Whoever sees the discussion may. Raises NotFound, NotPermitted, Refused before the reveal, and BadInput with every
    fault.
    """
    seen = revealed_to(session, actor, slug, wave, now=now)
    place = place_in(session, seen, rating_code, item)
    words, why = text.strip(), rationale.strip()
    faults = []
    if point is not None and point not in place.item.points:
        cause = "{value} is not a point of {item}"
        faults.append(fault(cause, "Choose one of its points", column="point", value=point, item=item))
    if not words or len(words) > LONGEST:
        cause = "The new words are empty or have more than {most} characters"
        faults.append(fault(cause, "Write the words as they are to stand in the scale", column="text", most=LONGEST))
    if not why or len(why) > LONGEST:
        cause = "The reason for the proposal is empty or has more than {most} characters"
        faults.append(fault(cause, "Write what was unclear", column="rationale", most=LONGEST))
    if faults:
        raise BadInput(faults)
    version = next(row for row in seen.study.scale_versions if row.scale == place.scale.id)
    made = AnchorProposal(
        scale_version_id=version.id, item=item, point=point, text=words, rationale=why,
        proposed_at=now, by_id=actor.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    told: dict[str, Any] = {"scale": version.scale, "item": item, "point": point}
    record(session, actor, "wording.proposed", f"proposal:{made.public_id}", now=now, study_id=seen.study.id, **told)
    return made


def open_proposals(session: Session, study: Study) -> Sequence[AnchorProposal]:
    """The proposals of a study that nobody has answered yet, the oldest first."""
    return session.scalars(
        select(AnchorProposal)
        .join(AnchorProposal.scale_version)
        .where(ScaleVersion.study_id == study.id, AnchorProposal.answer.is_(None))
        .order_by(ScaleVersion.order, AnchorProposal.id)
        .options(joinedload(AnchorProposal.scale_version), joinedload(AnchorProposal.by))
    ).all()
