"""All settings of a study: shown, held against wishes, and applied; and the log of their changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.scales.loading import load_scale
from rater.storage.audit import record
from rater.storage.models import AuditEvent, Membership, Person, Study, TherapySession
from rater.studies.operations.asking import permit
from rater.studies.operations.rating import rating_settings
from rater.studies.permissions import Action
from rater.studies.settings import parse_phases, phase_of
from rater.studies.sheet import Consent, Difference, Known, Retention, Sheet, differences, written
from rater.studies.sheet_reading import read_sheet
from rater.studies.training import training_settings
from rater.terms import Actor, RateAtEnd, RatedBy


def sheet_of(session: Session, study: Study) -> tuple[Sheet, Known]:
    """All settings of a study, and what a file of them is held against."""
    rating = rating_settings(session, study)
    sheet = Sheet(
        study.title,
        study.phases,
        str(rating.rate_at_end),
        rating.heard_share,
        rating.concern_person,
        rating.concern_contact,
        study.double_rate,
        {scale: dict(scores) for scale, scores in study.min_valid.items()},
        Consent(study.consent_version, study.consent_text),
        retention_of(study),
        training_settings(study.gate_required, study.training),
        study.self_first,
        study.rated_by,
    )
    pairs = [(row, load_scale(row.source)) for row in study.scale_versions]
    scores = {scale.id: {name: len(each.items) for name, each in scale.scores.items()} for _, scale in pairs}
    members = select(Person.email).join(Membership, Membership.person_id == Person.id)
    people = session.scalars(members.where(Membership.study_id == study.id, Membership.until.is_(None)))
    names = tuple(f"{row.scale}@{row.version}" for row, _ in pairs)
    return sheet, Known(study.slug, names, scores, frozenset(people), study.kind)


def retention_of(study: Study) -> Retention:
    """How long the study's recordings are kept."""
    return Retention(study.ends_on, study.retention_months, study.originals)


@dataclass(frozen=True)
class Planned:
    """What would change; `digest` names the state that it was held against, `moved` sessions change their phase."""

    wanted: Sheet
    changes: Sequence[Difference]
    moved: int
    digest: str


def plan_sheet(session: Session, study: Study, wanted: Sheet) -> Planned:
    """What setting a study so would change; nothing is written."""
    before, known = sheet_of(session, study)
    moved = len(_moved(session, study, wanted.phases))
    digest = hashlib.sha256(f"{moved} {written(before, known)}".encode()).hexdigest()
    return Planned(wanted, differences(before, wanted), moved, digest)


def plan_file(session: Session, study: Study, text: str | bytes, *, file: str = "study.yaml") -> Planned:
    """What applying a file would change; nothing is written. Raises BadInput with every fault."""
    return plan_sheet(session, study, read_sheet(text, *sheet_of(session, study), file=file))


def apply_sheet(
    session: Session,
    actor: Actor,
    study: Study,
    text: str | bytes,
    *,
    now: datetime,
    agreed: bool = False,
    file: str = "study.yaml",
) -> list[str]:
    """Set what a file says, all of it or nothing; returns what has changed, which also stands in the audit.

    Raises NotPermitted, BadInput with every fault, and, unless `agreed`, BadInput where new phases would move sessions.
    """
    permit(session, actor, study, Action.SET_STUDY, now=now)
    before, known = sheet_of(session, study)
    wanted = read_sheet(text, before, known, file=file)
    changed = [name for name in before.__dataclass_fields__ if getattr(before, name) != getattr(wanted, name)]
    moved = _moved(session, study, wanted.phases)
    if moved and not agreed:
        cause = "other phases move {n} sessions to another phase"
        raise BadInput(fault(cause, "Say that this is wanted: --yes", file=file, n=len(moved)))
    for row, phase in moved.items():
        row.phase = phase
    _keep(session, study, wanted)
    if changed:
        subject = f"study:{study.slug}"
        record(session, actor, "study.settings", subject, now=now, study_id=study.id, changed=changed, moved=len(moved))
    if "min_valid" in changed:
        record(session, actor, "study.scoring", f"study:{study.slug}", now=now, study_id=study.id, to=wanted.min_valid)
    return changed


def _moved(session: Session, study: Study, phases: str) -> dict[TherapySession, str | None]:
    """The sessions whose phase followed from their number, and follows to another one now."""
    if phases == study.phases:
        return {}
    old, new = parse_phases(study.phases), parse_phases(phases)
    rows = session.scalars(select(TherapySession).where(TherapySession.study_id == study.id))
    derived = [row for row in rows if row.phase == phase_of(row.number, old)]
    return {row: phase_of(row.number, new) for row in derived if row.phase != phase_of(row.number, new)}


def _keep(session: Session, study: Study, wanted: Sheet) -> None:
    person = session.scalar(select(Person.id).where(Person.email == wanted.concern_person))
    study.title, study.phases, study.double_rate = wanted.title, wanted.phases, wanted.double_rate
    study.rate_at_end, study.heard_share = RateAtEnd(wanted.rate_at_end), wanted.heard_share
    study.concern_person_id, study.concern_contact = person, wanted.concern_contact
    study.min_valid = {scale: dict(scores) for scale, scores in wanted.min_valid.items()}
    study.consent_version, study.consent_text = wanted.consent.version, wanted.consent.text
    study.ends_on, study.retention_months = wanted.retention.study_ends, wanted.retention.months
    study.originals = wanted.retention.originals
    study.self_first, study.rated_by = wanted.self_first, RatedBy(wanted.rated_by)
    study.gate_required, study.training = wanted.training.required, wanted.training.kept()
    session.flush()


@dataclass(frozen=True)
class Change:
    """That somebody has changed settings of a study."""

    at: datetime
    by: str
    changed: list[str]


def setting_changes(session: Session, study: Study, *, most: int = 50) -> list[Change]:
    """The changes of a study's settings, newest first, as the audit has them."""
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.study_id == study.id, AuditEvent.action.in_(("study.settings", "study.set", "study.scale")))
        .order_by(AuditEvent.id.desc())
        .limit(most)
    )
    return [Change(row.at, row.actor_name, _changed(row)) for row in rows]


def _changed(event: AuditEvent) -> list[str]:
    if event.action == "study.scale":
        return [f"{event.detail['scale']}@{event.detail['after']}"]
    return sorted(event.detail.get("changed") or event.detail)
