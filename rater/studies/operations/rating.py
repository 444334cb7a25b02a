"""How a study's raters rate, and who is told of a worry about a patient."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, fault
from rater.storage.audit import record
from rater.storage.models import Person, Study
from rater.storage.queries.studies import roles_in
from rater.studies.settings import RatingSettings, setting_faults
from rater.terms import Actor, RateAtEnd


def rating_settings(session: Session, study: Study) -> RatingSettings:
    """How the study's raters rate, and who is told of a worry."""
    person = session.get(Person, study.concern_person_id) if study.concern_person_id is not None else None
    return RatingSettings(study.rate_at_end, study.heard_share, person.email if person else None, study.concern_contact)


def change_rating_settings(
    session: Session, actor: Actor, study: Study, wanted: RatingSettings, *, now: datetime
) -> RatingSettings:
    """Set how the study's raters rate; what is as it was leaves no trace.

    Ratings that have points stay open, whatever is set. Raises BadInput with every fault; the person told of a worry
    takes part in the study.
    """
    before = rating_settings(session, study)
    faults = setting_faults(wanted.rate_at_end, wanted.heard_share, wanted.concern_contact)
    person = _concern_person(session, study, wanted.concern_person, faults, now=now)
    if faults:
        raise BadInput(faults)
    study.rate_at_end, study.heard_share = RateAtEnd(wanted.rate_at_end), wanted.heard_share
    study.concern_person_id, study.concern_contact = person.id if person else None, wanted.concern_contact
    session.flush()
    after = rating_settings(session, study)
    changed = {name: value for name, value in after.as_dict().items() if value != before.as_dict()[name]}
    if "concern_person" in changed:
        changed["concern_person"] = study.concern_person_id
    if changed:
        record(session, actor, "study.set", f"study:{study.slug}", now=now, study_id=study.id, **changed)
    return after


def _concern_person(
    session: Session, study: Study, email: str | None, faults: list[Fault], *, now: datetime
) -> Person | None:
    if email is None:
        return None
    person = session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.closed_at.is_(None)))
    if person is not None and person.id == study.concern_person_id:
        return person
    if person is None or not roles_in(session, person.id, study.id, now=now):
        cause = "{email} takes no part in the study"
        remedy = "Give the person a role first: rater user add EMAIL --role {slug}:coordinator"
        faults.append(fault(cause, remedy, column="--concern-person", email=email, slug=study.slug))
    return person
