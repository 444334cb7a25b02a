"""Who has set a session's criterion is not given it to rate."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.allocation.operations.waves import give_to_all
from rater.storage.models import Assignment, CriterionPoint
from rater.terms import COMMAND_LINE, Role, SessionUse
from tests.builders.study import NOON, make_person, make_session, make_study


def test_an_expert_gets_the_other_sessions_of_the_set(session: Session) -> None:
    study = make_study(session)
    expert = make_person(session, "ria@example.org", (study, Role.RATER), (study, Role.TRAINER), code="R1")
    make_person(session, "anna@example.org", (study, Role.RATER), code="R2")
    judged, other = (make_session(session, study, "P09", number) for number in (1, 2))
    judged.use = other.use = SessionUse.TRAINING
    point = CriterionPoint(session_id=judged.id, item="ghes1", value=3.0, changed_at=NOON, by_id=expert.id)
    session.add(point)
    session.flush()
    give_to_all(session, COMMAND_LINE, study, "training", seed=1, now=NOON)
    given = {(each.rater.code, each.therapy_session.code) for each in session.scalars(select(Assignment))}
    assert given == {("R1", other.code), ("R2", judged.code), ("R2", other.code)}
    point.by_id = None
    session.flush()
    give_to_all(session, COMMAND_LINE, study, "training", seed=1, now=NOON)
    given = {(each.rater.code, each.therapy_session.code) for each in session.scalars(select(Assignment))}
    assert ("R1", judged.code) in given, "control: set by nobody who rates"
