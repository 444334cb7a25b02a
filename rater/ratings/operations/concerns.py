"""A rater is worried about a patient: kept, and told to the person whom the study names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from rater.errors import NotFound
from rater.ratings.operations.opening import find_assignment
from rater.ratings.texts import checked_text
from rater.storage.audit import record
from rater.storage.models import Assignment, Concern, Membership, Person, Study, TherapySession, Wave
from rater.storage.queries import mails
from rater.studies.permissions import ALLOWED, Action
from rater.terms import Actor, MailKind, Reason, Role

LONGEST_CONCERN = 5000


@dataclass(frozen=True)
class Told:
    """Who learns of a worry in a study: the person it names, else its coordinators, else its researchers."""

    people: list[Person]
    named: Person | None
    contact: str

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [person.name for person in self.people]


def whom_to_tell(session: Session, study: Study, *, now: datetime) -> Told:
    """Who would be told of a worry now; somebody named who has left the study is passed over."""
    return _told(session, study, study.concern_person_id, now=now)


def _told(session: Session, study: Study, named_id: int | None, *, now: datetime) -> Told:
    members: dict[int, tuple[Person, set[str]]] = {}
    rows = session.execute(
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.study_id == study.id,
            Membership.since <= now,
            or_(Membership.until.is_(None), Membership.until > now),
            Person.closed_at.is_(None),
        )
        .order_by(Person.name, Person.id)
    )
    for person, role in rows:
        members.setdefault(person.id, (person, set()))[1].add(role)
    if named_id in members:
        named = members[named_id][0]
        return Told([named], named, study.concern_contact)
    coordinators = [person for person, roles in members.values() if roles & ALLOWED[Action.SEE_CONCERNS]]
    researchers = [person for person, roles in members.values() if Role.RESEARCHER in roles]
    return Told(coordinators or researchers, None, study.concern_contact)


def raise_concern(session: Session, actor: Actor, public_id: str, text: str, *, now: datetime) -> Concern:
    """Tell that the actor is worried about the patient of one of the actor's own sessions, in any state of it.

    Asked again with the same words before anybody has seen them, nothing new is written. Raises NotFound, BadInput.
    """
    text = checked_text(
        text,
        LONGEST_CONCERN,
        empty=Reason("Nothing was written yet, so nobody has been told"),
        remedy=Reason("Say in a few words what worries you"),
        shortest=2,
    )
    assignment = find_assignment(session, actor, public_id, now=now)
    session.refresh(assignment, ["state"], with_for_update=True)
    same = select(Concern).where(
        Concern.assignment_id == assignment.id, Concern.text == text, Concern.seen_at.is_(None)
    )
    if (kept := session.scalars(same).first()) is not None:
        return kept
    study = assignment.wave.study
    whom = whom_to_tell(session, study, now=now)
    named = whom.named
    concern = Concern(
        assignment_id=assignment.id,
        text=text,
        raised_at=now,
        by_id=actor.person_id,
        told_person_id=named.id if named else None,
    )
    session.add(concern)
    session.flush()
    for person in whom.people:
        mails.ask(session, person.id, MailKind.CONCERN, now.date(), about=concern.public_id, now=now)
    told = concern.told_person_id
    record(session, actor, "concern.raised", f"concern:{concern.id}", now=now, study_id=study.id, told=told)
    return concern


def concerns_told_to(session: Session, actor: Actor, *, now: datetime) -> list[Concern]:
    """The worries of which the actor is told, those that nobody has seen yet first, each kind newest first."""
    mine = (
        select(Wave.study_id)
        .join(Membership, Membership.study_id == Wave.study_id)
        .where(Membership.person_id == actor.person_id)
    )
    rows = session.scalars(_whole().where(Wave.study_id.in_(mine)).order_by(Concern.id.desc())).all()
    heard = [each for each in rows if _is_told(session, actor, each, now=now)]
    return [each for each in heard if each.seen_at is None] + [each for each in heard if each.seen_at]


def open_concern(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Concern:
    """One worry, for whoever is told of it. Raises NotFound for anybody else."""
    concern = session.scalar(_whole().where(Concern.public_id == public_id))
    if concern is None or not _is_told(session, actor, concern, now=now):
        raise NotFound
    return concern


def take_on(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Concern:
    """Say that one has seen a worry and sees to it; the first one to say so counts. Raises NotFound."""
    concern = open_concern(session, actor, public_id, now=now)
    session.refresh(concern, ["seen_at"], with_for_update=True)
    if concern.seen_at is None:
        concern.seen_at = now
        study_id = concern.assignment.wave.study_id
        record(session, actor, "concern.seen", f"concern:{concern.id}", now=now, study_id=study_id)
    return concern


def _whole() -> Select[Concern]:
    return (
        select(Concern)
        .join(Concern.assignment)
        .join(Assignment.wave)
        .options(
            joinedload(Concern.assignment).joinedload(Assignment.therapy_session).joinedload(TherapySession.patient),
            joinedload(Concern.assignment).joinedload(Assignment.rater),
            joinedload(Concern.assignment).joinedload(Assignment.wave).joinedload(Wave.study),
        )
    )


def _is_told(session: Session, actor: Actor, concern: Concern, *, now: datetime) -> bool:
    told = _told(session, concern.assignment.wave.study, concern.told_person_id, now=now)
    return any(person.id == actor.person_id for person in told.people)
