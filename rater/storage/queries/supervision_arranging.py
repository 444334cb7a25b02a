"""Who may become what in a supervision programme, and whether anything rests on a trainee."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from rater.storage.models import (
    Focus,
    Meeting,
    Membership,
    Person,
    Reflection,
    Review,
    SessionRating,
    Supervision,
    SupervisionTask,
    Therapist,
    TherapySession,
    Trainee,
)
from rater.terms import Role


def people_with(session: Session, study_id: int, role: Role, *, now: datetime) -> list[Person]:
    """Those who hold a role in a study at a moment, by name."""
    rows = session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.study_id == study_id,
            Membership.role == role,
            Membership.since <= now,
            or_(Membership.until.is_(None), Membership.until > now),
        )
        .order_by(Person.name, Person.id)
    )
    return list(rows)


def free_codes(session: Session, study_id: int) -> list[str]:
    """The codes of therapists behind whom no trainee stands."""
    taken = exists().where(Trainee.therapist_id == Therapist.id)
    rows = session.scalars(
        select(Therapist.code).where(Therapist.study_id == study_id, ~taken).order_by(Therapist.code)
    )
    return list(rows)


def therapist_coded(session: Session, study_id: int, code: str) -> Therapist | None:
    """The therapist of a study with this code."""
    return session.scalar(select(Therapist).where(Therapist.study_id == study_id, Therapist.code == code))


def standing_supervision(session: Session, trainee: Trainee) -> Supervision | None:
    """The supervision of a trainee that has not ended."""
    return session.scalar(select(Supervision).where(Supervision.trainee_id == trainee.id, Supervision.until.is_(None)))


def has_work(session: Session, trainee: Trainee) -> bool:
    """Whether anything was done with a trainee that would be lost without him or her."""
    of_sessions = select(TherapySession.id).where(TherapySession.therapist_id == trainee.therapist_id)
    rests = [
        exists().where(kind.trainee_id == trainee.id) for kind in (Meeting, SupervisionTask, Reflection, Focus)
    ] + [exists().where(kind.session_id.in_(of_sessions)) for kind in (Review, SessionRating)]
    return bool(session.scalar(select(or_(*rests))))
