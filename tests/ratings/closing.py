"""A rater with one session to rate, for the tests of how ratings end."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.saving import save_sheet
from rater.ratings.operations.submitting import submit_rating
from rater.storage.models import Assignment, AuditEvent, Study
from rater.terms import Actor, Role
from tests.builders.study import NOON, actor_of, all_points, make_assignment, make_person, make_session, make_study


@dataclass(frozen=True)
class Work:
    """Anna (R1), her session, and who else has a part in the study."""

    study: Study
    anna: Actor
    carla: Actor
    rosa: Actor
    assignment: Assignment

    @property
    def id(self) -> str:
        """The address of the rating."""
        return self.assignment.public_id


def make_work(session: Session) -> Work:
    """An open assignment of anna's; carla coordinates, rosa is the researcher."""
    study = make_study(session)
    people = {
        name: actor_of(make_person(session, f"{name}@example.org", (study, role), code=code))
        for name, role, code in (
            ("anna", Role.RATER, "R1"),
            ("carla", Role.COORDINATOR, None),
            ("rosa", Role.RESEARCHER, None),
        )
    }
    assignment = make_assignment(session, study, make_session(session, study, number=2), "R1")
    return Work(study, people["anna"], people["carla"], people["rosa"], assignment)


def rate_all(session: Session, work: Work, value: float = 2) -> None:
    """Give every item the same point."""
    given = {item: GivenPoint(value=value) for item in all_points(work.study)}
    save_sheet(session, work.anna, work.id, given, now=NOON)


def submit_all(session: Session, work: Work, value: float = 2) -> None:
    """Give every item the same point and submit."""
    rate_all(session, work, value)
    submit_rating(session, work.anna, work.id, now=NOON)


def details(session: Session, action: str) -> list[dict[str, object]]:
    """What the audit keeps of each event of this kind."""
    return list(session.scalars(select(AuditEvent.detail).where(AuditEvent.action == action).order_by(AuditEvent.id)))
