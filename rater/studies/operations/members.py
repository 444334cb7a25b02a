"""Who takes part in a study: people in their roles, and raters' codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.storage.audit import record
from rater.storage.models import Membership, Person, Rater, Study
from rater.storage.queries.studies import raters_by_code
from rater.terms import Actor, Role

RATER_CODE = re.compile(r"[A-Za-z0-9_]+")


def add_member(
    session: Session,
    actor: Actor,
    study: Study,
    person: Person,
    role: Role,
    *,
    now: datetime,
    rater_code: str | None = None,
) -> Membership:
    """Give a person a role in a study; a rater also gets a code, the next free R1, R2, ... unless one is named.

    Raises BadInput where the code belongs to somebody else. Safe to repeat.
    """
    membership = session.scalar(
        select(Membership).where(
            Membership.study_id == study.id, Membership.person_id == person.id, Membership.role == role
        )
    )
    if membership is None:
        membership = Membership(study_id=study.id, person_id=person.id, role=role, since=now)
        session.add(membership)
    membership.until = None
    code = _claim_code(session, study, person, rater_code) if role is Role.RATER else None
    session.flush()
    record(
        session,
        actor,
        "member.added",
        f"person:{person.id}",
        now=now,
        study_id=study.id,
        role=role,
        **({"rater": code} if code else {}),
    )
    return membership


def _claim_code(session: Session, study: Study, person: Person, wanted: str | None) -> str:
    raters = raters_by_code(session, study.id)
    held = next((each.code for each in raters.values() if each.person_id == person.id), None)
    if held is not None and wanted in (None, held):
        return held
    if held is not None:
        raise BadInput(fault("{name} rates as {held}", "Leave out the code", name=person.name, held=held))
    if wanted is None:
        wanted = next(f"R{number}" for number in range(1, len(raters) + 2) if f"R{number}" not in raters)
    rater = ensure_raters(session, study, [wanted])[wanted]
    if rater.person_id is not None:
        raise BadInput(fault("{code} is somebody else's code", "Choose a free one", code=wanted))
    rater.person_id = person.id
    return wanted


def ensure_raters(session: Session, study: Study, codes: Iterable[str]) -> dict[str, Rater]:
    """The study's raters by code, with those named that were unknown added as codes without a sign-in."""
    raters = raters_by_code(session, study.id)
    unknown = sorted(set(codes) - set(raters))
    bad = [code for code in unknown if not RATER_CODE.fullmatch(code) or len(code) > 64]
    if bad:
        raise BadInput(
            [fault("{code!r} cannot be a rater's code", "Use letters, digits and _", code=code) for code in bad]
        )
    for code in unknown:
        raters[code] = Rater(study_id=study.id, code=code)
        session.add(raters[code])
    session.flush()
    return raters


def end_membership(session: Session, actor: Actor, study: Study, person: Person, role: Role, *, now: datetime) -> None:
    """Take a role from a person; it holds at the next request."""
    session.execute(
        update(Membership)
        .where(Membership.study_id == study.id, Membership.person_id == person.id, Membership.role == role)
        .values(until=now)
    )
    record(session, actor, "member.removed", f"person:{person.id}", now=now, study_id=study.id, role=role)
