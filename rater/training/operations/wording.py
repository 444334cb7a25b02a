"""Proposals to word anchors anew: taken into a new version of the scale, or declined."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, fault
from rater.ratings.texts import unseen_signs
from rater.scales.differences import Change, differences
from rater.scales.loading import load_scale
from rater.scales.refining import Refinement, refined
from rater.scales.schema import SOURCE_LANGUAGE, Scale
from rater.storage.audit import record
from rater.storage.models import AnchorProposal, Rater, ScaleVersion, Study
from rater.storage.queries.versions import readings_of
from rater.studies.operations import permit, scales_of, supersede_scale
from rater.studies.permissions import Action
from rater.terms import Actor
from rater.training.operations.proposing import open_proposals

TAKEN, DECLINED = "taken", "declined"


@dataclass(frozen=True)
class Planned:
    """A version that would be made: its source, the scale before and after, and every change."""

    source: str
    old: Scale
    new: Scale
    changes: Sequence[Change]


@dataclass(frozen=True)
class Reader:
    """A rater, and when he or she read the changes of each scale version, by id."""

    code: str
    read_at: dict[int, datetime]


def plan_wording(
    session: Session, study: Study, scale: str, chosen: Collection[str], *, language: str = SOURCE_LANGUAGE
) -> Planned:
    """The version that the chosen proposals, by public id, would make of a scale; `language` is that of their words.

    Raises NotFound for a proposal that is not open, and BadInput where none is chosen or they cannot be taken together.
    """
    proposals = _chosen(session, study, scale, chosen)
    old = next(row for row in study.scale_versions if row.scale == scale)
    words = [
        Refinement(each.item, None if each.point is None else int(each.point), each.text, language)
        for each in proposals
    ]
    source = refined(old.source, words)
    before, after = load_scale(old.source), load_scale(source)
    return Planned(source, before, after, differences(before, after))


def take_proposals(
    session: Session,
    actor: Actor,
    study: Study,
    scale: str,
    chosen: Collection[str],
    changes: str,
    *,
    now: datetime,
    language: str = SOURCE_LANGUAGE,
) -> ScaleVersion:
    """Make a new version of a scale from the chosen proposals; the others stay open.

    Raises NotPermitted, NotFound, and BadInput with what `plan_wording` and `supersede_scale` refuse.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    planned = plan_wording(session, study, scale, chosen, language=language)
    if faults := unseen_signs(changes):
        raise BadInput(faults)
    made, _ = supersede_scale(session, actor, study, planned.source, changes, now=now)
    for each in _chosen(session, study, scale, chosen):
        _answer(session, actor, study, each, TAKEN, now=now)
    return made


def decline_proposal(session: Session, actor: Actor, study: Study, public_id: str, *, now: datetime) -> None:
    """Answer a proposal with no; safe to repeat. Raises NotPermitted, and NotFound where it was taken."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    found = session.scalar(
        select(AnchorProposal)
        .join(AnchorProposal.scale_version)
        .where(ScaleVersion.study_id == study.id, AnchorProposal.public_id == public_id)
        .with_for_update(of=AnchorProposal)
    )
    if found is None or found.answer == TAKEN:
        raise NotFound
    if found.answer is None:
        _answer(session, actor, study, found, DECLINED, now=now)


def readers_of(session: Session, study: Study) -> tuple[list[ScaleVersion], list[Reader]]:
    """The versions with changes, the newest first, and who of the raters behind whom a person stands has read them."""
    versions = session.scalars(
        select(ScaleVersion)
        .where(ScaleVersion.study_id == study.id, ScaleVersion.changes != "")
        .order_by(ScaleVersion.added_at.desc(), ScaleVersion.id.desc())
    ).all()
    read = readings_of(session, study.id)
    raters = session.scalars(
        select(Rater).where(Rater.study_id == study.id, Rater.person_id.is_not(None)).order_by(Rater.code)
    )
    readers = [
        Reader(
            each.code,
            {row.id: read[row.id][each.person_id] for row in versions if each.person_id in read.get(row.id, {})},
        )
        for each in raters
        if each.person_id is not None
    ]
    return list(versions), readers


def _chosen(session: Session, study: Study, scale: str, chosen: Collection[str]) -> Sequence[AnchorProposal]:
    if scale not in {row.scale for row, _ in scales_of(study, observer_only=True)}:
        raise NotFound
    if not chosen:
        raise BadInput(fault("No proposal is chosen", "Tick those that the new version is to take", column="proposal"))
    found = [
        each
        for each in open_proposals(session, study)
        if each.public_id in set(chosen) and each.scale_version.scale == scale
    ]
    if len(found) != len(set(chosen)):
        raise NotFound
    return found


def _answer(
    session: Session, actor: Actor, study: Study, proposal: AnchorProposal, answer: str, *, now: datetime
) -> None:
    proposal.answer, proposal.answered_at, proposal.answered_by_id = answer, now, actor.person_id
    session.flush()
    subject = f"proposal:{proposal.public_id}"
    record(session, actor, f"wording.{answer}", subject, now=now, study_id=study.id, item=proposal.item)
