"""Leave a session or a patient out, lift it again, and see to the assignments that this concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, Refused
from rater.recordings.exclusions import Wanted, at, exclusion_faults, reasons_to_offer, settled_reason, text_faults
from rater.storage.audit import record
from rater.storage.models import Exclusion, Obstacle, Patient, Rating, Study, TherapySession
from rater.storage.queries.begun import begun_among, drop_unbegun
from rater.storage.queries.exclusions import (
    assignments_to_withdraw,
    exclusions_of,
    left_out,
    withdrawn_assignments,
)
from rater.storage.queries.sessions import hold_study
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.tables import nearest, shown
from rater.terms import Actor, ExclusionScope, ObstacleAnswer, RatingState, Reason


@dataclass(frozen=True)
class Withdrawn:
    """What became of assignments: those not begun are gone, those begun are kept and out of their rater's list."""

    gone: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Register:
    """The exclusions of a study with what a form offers: reasons, codes of sessions and of patients."""

    entries: Sequence[Exclusion]
    reasons: Sequence[str]
    sessions: Sequence[str]
    patients: Sequence[str]


def register(session: Session, actor: Actor, study: Study, *, now: datetime) -> Register:
    """All exclusions, those that stand first. Raises NotFound, NotPermitted."""
    permit(session, actor, study, Action.EXCLUDE, now=now)
    entries = exclusions_of(session, study.id)
    return Register(
        entries, reasons_to_offer({each.reason for each in entries}), *map(sorted, _codes(session, study.id))
    )


def offered_reasons(session: Session, study: Study) -> list[str]:
    """The reasons that a form offers: those in use, then the usual ones."""
    return reasons_to_offer({each.reason for each in exclusions_of(session, study.id)})


def _codes(session: Session, study_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """The ids of the study's sessions and patients by code."""
    sessions, patients = (
        {row.code: row.id for row in session.execute(select(kind.code, kind.id).where(kind.study_id == study_id))}
        for kind in (TherapySession, Patient)
    )
    return sessions, patients


def exclude(
    session: Session, actor: Actor, study: Study, wanted: Wanted, *, now: datetime
) -> tuple[Exclusion, Withdrawn]:
    """Leave a session or patient out; assignments that this ends are withdrawn, ratings that were begun are kept.

    Raises NotFound, NotPermitted, and BadInput with every fault, such as a session that is left out already.
    """
    permit(session, actor, study, Action.EXCLUDE, now=now)
    hold_study(session, study.id)
    entries = exclusions_of(session, study.id)
    reason = settled_reason(wanted.reason, {each.reason for each in entries})
    wanted = replace(wanted, session=wanted.session.strip(), patient=wanted.patient.strip(), reason=reason)
    wanted = replace(wanted, note=wanted.note.replace("\r\n", "\n").strip())
    codes = _codes(session, study.id)[0 if wanted.session else 1]
    faults = exclusion_faults(wanted)
    if wanted.code:
        faults += _unknown(wanted, codes) or _standing(wanted, codes[wanted.code], entries)
    if faults:
        raise BadInput(faults)
    made = Exclusion(
        study_id=study.id,
        session_id=codes[wanted.session] if wanted.session else None,
        patient_id=codes[wanted.patient] if wanted.patient else None,
        reason=wanted.reason,
        scope=ExclusionScope(wanted.scope),
        note=wanted.note,
        excluded_at=now,
        by_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    session.expire_all()
    ended = withdraw(session, actor, study, now=now)
    _record(session, actor, made, "exclusion.made", now, gone=ended.gone, kept=ended.kept)
    return made, ended


def _unknown(wanted: Wanted, codes: dict[str, int]) -> list[Fault]:
    if wanted.code in codes:
        return []
    guess = nearest(wanted.code, codes)
    remedy = Reason("Write the code as in the list of sessions")
    if guess:
        remedy = Reason("Did you mean {guess}?", {"guess": guess})
    params = {"value": shown(wanted.code)}
    if wanted.session:
        return [at("code", Reason("The study has no session {value}", params), remedy)]
    return [at("code", Reason("The study has no patient {value}", params), remedy)]


def _standing(wanted: Wanted, key: int, entries: Sequence[Exclusion]) -> list[Fault]:
    for each in entries:
        same = each.session_id == key if wanted.session else each.patient_id == key
        if same and each.lifted_at is None:
            cause = Reason("{code} is excluded already: {reason}", {"code": wanted.code, "reason": each.reason})
            return [at("code", cause, Reason("Lift that exclusion first"))]
    return []


def lift(session: Session, actor: Actor, study: Study, public_id: str, why: str, *, now: datetime) -> Exclusion:
    """Let a session or patient take part again; the exclusion stays in the register as lifted.

    Ratings that were begun come back to their raters; what was not begun is for the next draw. Raises NotFound,
    NotPermitted, BadInput without a reason, and Refused where it is lifted already.
    """
    permit(session, actor, study, Action.EXCLUDE, now=now)
    hold_study(session, study.id)
    why = why.replace("\r\n", "\n").strip()
    found = session.scalar(select(Exclusion).where(Exclusion.public_id == public_id, Exclusion.study_id == study.id))
    if found is None:
        raise NotFound
    session.refresh(found, ["lifted_at"], with_for_update=True)
    if found.lifted_at is not None:
        raise Refused(Reason("This exclusion has been lifted already"))
    if faults := text_faults(why, column="why", shortest=3):
        raise BadInput(faults)
    found.lifted_at, found.lifted_by_id, found.lift_reason = now, actor.person_id, why
    session.flush()
    session.expire_all()
    back = _give_back(session, study)
    _record(session, actor, found, "exclusion.lifted", now, given_back=back)
    return found


def withdraw(session: Session, actor: Actor, study: Study, *, now: datetime) -> Withdrawn:
    """End the assignments of sessions that are left out of their wave; what raters said against them is answered.

    What is submitted, or in a locked wave, stays as it is.
    """
    found = assignments_to_withdraw(session, study.id)
    held = begun_among(session, [each.id for each in found])
    gone = [each.id for each in found if each.id not in held]
    kept = [each for each in found if each.id in held]
    begun = sum(each.state != RatingState.SET_ASIDE for each in kept)
    for each in kept:
        each.state = RatingState.SET_ASIDE
    waiting = session.scalars(
        select(Obstacle).where(Obstacle.assignment_id.in_([each.id for each in kept]), Obstacle.answer.is_(None))
    )
    for said in waiting:
        said.answer, said.answered_at, said.answered_by_id = ObstacleAnswer.WITHDRAWN, now, actor.person_id
    session.flush()
    if gone:
        drop_unbegun(session, gone)
    return Withdrawn(len(gone), begun)


def _give_back(session: Session, study: Study) -> int:
    """Give begun ratings back to their raters where their session is no longer left out of the wave."""
    out = left_out(session, study.id)
    back = [
        each
        for each in withdrawn_assignments(session, study.id)
        if (code := each.therapy_session.code) not in out or not out[code].bars(each.wave.name)
    ]
    rated = set(session.scalars(select(Rating.assignment_id).where(Rating.assignment_id.in_([e.id for e in back]))))
    for each in back:
        each.state = RatingState.STARTED if each.id in rated else RatingState.OPEN
    session.flush()
    return len(back)


def _record(session: Session, actor: Actor, about: Exclusion, action: str, now: datetime, **detail: Any) -> None:
    told = {"of": code_of(about), "reason": about.reason, "scope": about.scope, **detail}
    record(session, actor, action, f"exclusion:{about.public_id}", now=now, study_id=about.study_id, **told)


def code_of(exclusion: Exclusion) -> str:
    """`session:CODE` or `patient:CODE`."""
    if exclusion.therapy_session is not None:
        return f"session:{exclusion.therapy_session.code}"
    return f"patient:{exclusion.patient.code}" if exclusion.patient else ""
