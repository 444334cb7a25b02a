"""Consensus: what the raters of a revealed wave agree on when they meet; their own ratings stay as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Stale
from rater.storage.audit import record
from rater.storage.models import ConsensusPoint
from rater.storage.queries.sessions import hold_study
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import Actor
from rater.training.operations.discussing import place_in
from rater.training.operations.seeing import SeenWave, revealed_to
from rater.training.verdicts import Verdict, verdict_faults


def decide(
    session: Session, actor: Actor, slug: str, wave: str, rating_code: str, item: str, verdict: Verdict, *,
    seen: int, now: datetime,
) -> ConsensusPoint:  # fmt: skip
    """Keep the point or missing code that the raters agreed on for an item of a session, with their reasons.

    Raises NotFound, NotPermitted for who does not lead training, Refused before the reveal, BadInput with every fault,
    and Stale with what is kept where somebody has changed it since version `seen`, 0 where there was none.
    """
    study_for(session, actor, slug, Action.LEAD_TRAINING, now=now)
    opened = revealed_to(session, actor, slug, wave, now=now)
    hold_study(session, opened.study.id)
    place = place_in(session, opened, rating_code, item)
    faults = verdict_faults(place.scale, item, verdict, needs_rationale=True)
    if faults:
        raise BadInput(faults)
    named = ConsensusPoint.wave_id == opened.wave.id, ConsensusPoint.session_id == place.target.id
    row = session.scalar(select(ConsensusPoint).where(*named, ConsensusPoint.item == item))
    if row is None:
        row = ConsensusPoint(wave_id=opened.wave.id, session_id=place.target.id, item=item, version=0)
    elif verdict == Verdict(row.value, row.missing_code, row.rationale):
        return row
    if row.version != seen:
        raise Stale(Verdict(row.value, row.missing_code, row.rationale).as_dict(row.version))
    session.add(row)
    row.value, row.missing_code, row.rationale = verdict.value, verdict.missing_code, verdict.rationale
    row.version, row.decided_at, row.by_id = row.version + 1, now, actor.person_id
    session.flush()
    _recorded(session, actor, opened, row, place.target.code, verdict, now)
    return row


def _recorded(
    session: Session, actor: Actor, opened: SeenWave, row: ConsensusPoint, code: str, verdict: Verdict, now: datetime
) -> None:
    told: dict[str, Any] = {"wave": opened.wave.name, "of_session": code, "item": row.item}
    told |= verdict.as_dict(row.version)
    record(session, actor, "consensus.decided", f"session:{row.session_id}", now=now, study_id=opened.study.id, **told)
