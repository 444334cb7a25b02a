"""Who may open what of a supervision programme: asked by every page and operation of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, fault
from rater.storage.models import Study, TherapySession, Trainee
from rater.storage.queries.studies import roles_in
from rater.storage.queries.supervision import (
    open_in_supervision,
    session_with_code,
    supervises,
    trainee_by_id,
    trainee_of,
)
from rater.studies.operations import study_for, study_named
from rater.studies.permissions import Action
from rater.terms import Actor, Reason, Role, StudyKind

CLOSED = Reason("The patient's consent to supervision does not cover this session now, so it is closed")


class Seat(StrEnum):
    """As what somebody looks at a trainee: as the trainee, as the supervisor, or as the programme's lead."""

    TRAINEE = "trainee"
    SUPERVISOR = "supervisor"
    LEAD = "lead"


@dataclass(frozen=True)
class SeenTrainee:
    """A trainee of a programme, and as what the actor looks at him or her."""

    study: Study
    trainee: Trainee
    seat: Seat


@dataclass(frozen=True)
class SeenSession:
    """A trainee's therapy session that supervision opens to the actor, and as what."""

    study: Study
    trainee: Trainee
    seat: Seat
    therapy_session: TherapySession


def programme_for(session: Session, actor: Actor, slug: str, action: Action, *, now: datetime) -> Study:
    """The supervision programme with this short name, if the actor may do this there. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, action, now=now)
    if study.kind != StudyKind.SUPERVISION:
        raise NotFound
    return study


def programme_named(session: Session, slug: str) -> Study:
    """The supervision programme a command names. Raises BadInput."""
    study = study_named(session, slug)
    if study.kind != StudyKind.SUPERVISION:
        remedy = "Make a programme: rater study create SLUG --kind supervision"
        raise BadInput(fault("{slug} is no supervision programme", remedy, slug=slug))
    return study


def trainee_for(session: Session, actor: Actor, slug: str, public_id: str, *, now: datetime) -> SeenTrainee:
    """A trainee, to him- or herself, to the one who supervises now, or to the lead.

    Raises NotFound for anybody else, NotPermitted where no role of the actor has a part in supervision.
    """
    study = programme_for(session, actor, slug, Action.SEE_SUPERVISION, now=now)
    trainee = trainee_by_id(session, study.id, public_id)
    seat = None if trainee is None else seat_of(session, actor, study, trainee, now=now)
    if trainee is None or seat is None:
        raise NotFound
    return SeenTrainee(study, trainee, seat)


def supervised_session(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> SeenSession:
    """A session, to its trainee or the one who supervises now.

    Raises NotFound for anybody else, the lead included, Refused where the consent does not stand or the actor still
    has to rate the same recording blind.
    """
    study = programme_for(session, actor, slug, Action.SEE_SUPERVISION, now=now)
    found = session_with_code(session, study.id, code)
    trainee = None if found is None else trainee_of(session, found.therapist_id)
    seat = None if trainee is None else seat_of(session, actor, study, trainee, now=now)
    if found is None or trainee is None or seat not in (Seat.TRAINEE, Seat.SUPERVISOR):
        raise NotFound
    if found.recording is not None and not open_in_supervision(session, actor.person_id, [found.id], now=now):
        raise Refused(CLOSED)
    return SeenSession(study, trainee, seat, found)


def seat_of(session: Session, actor: Actor, study: Study, trainee: Trainee, *, now: datetime) -> Seat | None:
    """As what the actor may look at a trainee; None where not at all."""
    roles = roles_in(session, actor.person_id, study.id, now=now)
    if Role.TRAINEE in roles and trainee.person_id == actor.person_id:
        return Seat.TRAINEE
    if Role.SUPERVISOR in roles and supervises(session, actor.person_id, trainee.id, now=now):
        return Seat.SUPERVISOR
    return Seat.LEAD if Role.LEAD in roles else None
