"""Whether a rater may do main-wave work: decided by the gate, or by a person with a reason, and always on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.errors import BadInput, NotFound, fault
from rater.storage.audit import record
from rater.storage.models import Certification, Rater, Study, Wave
from rater.studies.operations import permit, scales_of
from rater.studies.permissions import Action
from rater.studies.sheet import months_after
from rater.terms import Actor, CertificationGround, GateStatistic
from rater.training.operations.agreement import beside_criterion, beside_each_other, criterion_of
from rater.training.operations.revealing import revealed_wave
from rater.training.operations.settings import gate_policy, settings_of

if TYPE_CHECKING:
    from rater.training.gate import GateDecision

LEAST_REASON, LONGEST_REASON = 10, 2000


def gate_decisions(session: Session, study: Study, wave: str) -> dict[str, GateDecision]:
    """What the study's gate says of each rater of a revealed wave, by code.

    Where raters are held against the criterion, a scale without any criterion is not judged. Raises NotFound, and
    Refused before the wave's reveal.
    """
    from rater.training.gate import pass_gate
    from rater.training.gate_figures import of_group, of_rater

    policy = gate_policy(study)
    compared = beside_criterion(session, study, wave)
    codes = sorted({code for raters in compared.values() for code in raters})
    if policy.statistic is GateStatistic.ICC_GROUP:
        decision = pass_gate(of_group(beside_each_other(session, study, wave), policy), policy)
        return dict.fromkeys(codes, decision)
    criterion = {item for _, item in criterion_of(session, study)}
    judged = {scale.id for _, scale in scales_of(study, observer_only=True) if criterion & set(scale.item_ids)}
    attained = {
        code: {
            score: each
            for scale, raters in compared.items()
            if scale in judged and code in raters
            for score, each in of_rater(raters[code], policy).items()
        }
        for code in codes
    }
    return {code: pass_gate(found, policy) for code, found in attained.items()}


def decide_at_gate(
    session: Session, actor: Actor, study: Study, code: str, wave: str, *, now: datetime
) -> Certification:
    """Put on record what the gate says of one rater after a revealed wave; who fails is not certified any more.

    Raises NotFound, NotPermitted, and Refused before the wave's reveal.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    found = gate_decisions(session, study, wave).get(code)
    if found is None:
        raise NotFound
    return _decided(
        session, actor, study, code, found.passed, CertificationGround.GATE, now=now,
        wave=revealed_wave(session, study, wave), figures=found.as_dict(),
    )  # fmt: skip


def override_gate(
    session: Session, actor: Actor, study: Study, code: str, certified: bool, reason: str, *, now: datetime
) -> Certification:
    """Certify a rater, or end a certification, whatever the gate says. Raises NotFound, NotPermitted, BadInput."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    words = _reason(reason)
    return _decided(session, actor, study, code, certified, CertificationGround.OVERRIDE, now=now, reason=words)


def send_back(session: Session, actor: Actor, study: Study, code: str, reason: str, *, now: datetime) -> Certification:
    """End a rater's certification for drift: main-wave work not begun is closed until the gate is passed again.

    Raises NotFound, NotPermitted, BadInput.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    words = _reason(reason)
    return _decided(session, actor, study, code, False, CertificationGround.DRIFT, now=now, reason=words)


def certifications_of(session: Session, study: Study) -> dict[str, Sequence[Certification]]:
    """All decisions on the raters of a study, by code, the newest first."""
    rows = session.scalars(
        select(Certification)
        .join(Certification.rater)
        .where(Rater.study_id == study.id)
        .order_by(Certification.id.desc())
        .options(joinedload(Certification.rater), joinedload(Certification.wave), joinedload(Certification.by))
    )
    found: dict[str, list[Certification]] = {}
    for row in rows:
        found.setdefault(row.rater.code, []).append(row)
    return {code: tuple(each) for code, each in found.items()}


def is_certified(rater: Rater, today: date) -> bool:
    """Whether a rater holds a certification that has not run out."""
    return rater.certified and (rater.recertify_on is None or rater.recertify_on > today)


def _decided(
    session: Session, actor: Actor, study: Study, code: str, certified: bool, ground: CertificationGround, *,
    now: datetime, wave: Wave | None = None, figures: dict[str, object] | None = None, reason: str = "",
) -> Certification:  # fmt: skip
    rater = session.scalar(select(Rater).where(Rater.study_id == study.id, Rater.code == code).with_for_update())
    if rater is None:
        raise NotFound
    months = settings_of(study).gate.recertify_months
    until = months_after(now.date(), months) if certified and months is not None else None
    made = Certification(
        rater_id=rater.id,
        wave_id=wave.id if wave else None,
        ground=ground,
        certified=certified,
        recertify_on=until,
        figures=figures or {},
        reason=reason,
        decided_at=now,
        by_id=actor.person_id,
    )
    session.add(made)
    rater.certified, rater.recertify_on = certified, until
    session.flush()
    told: dict[str, Any] = {
        "rater": code,
        "ground": str(ground),
        "certified": certified,
        "wave": wave.name if wave else None,
    }
    told |= {"recertify_on": until and until.isoformat(), "reason": reason}
    record(session, actor, "rater.certification", f"rater:{rater.id}", now=now, study_id=study.id, **told)
    return made


def _reason(words: str) -> str:
    words = words.strip()
    if not LEAST_REASON <= len(words) <= LONGEST_REASON:
        cause = "The reason has fewer than {least} or more than {most} characters"
        remedy = "Write why, so that a reader in two years understands it"
        raise BadInput(fault(cause, remedy, column="reason", least=LEAST_REASON, most=LONGEST_REASON))
    return words
