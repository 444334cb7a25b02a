"""Homework that is entered before the patient's next session is registered."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.homework.entering import Given, GivenTask
from rater.homework.operations.entering import enter_homework, open_entry
from rater.homework.operations.ledger import homework_ledger
from rater.ratings.operations.opening import open_rating
from rater.storage.models import AuditEvent, HomeworkTask, Study
from rater.storage.queries.sessions import sessions_by_code
from rater.terms import COMMAND_LINE, HomeworkStatus, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study, make_task
from tests.recordings.test_importing import HEADER, take

LATER_SESSIONS = HEADER + "P01-S03,P01,T1,3,,,,\nP01-S02,P01,T1,2,,,,\nP02-S01,P02,T1,1,,,,\n"


def entered(session: Session, study: Study, code: str) -> None:
    given = Given(HomeworkStatus.ASSIGNED, (GivenTask("behavioral", "walk"), GivenTask("cognitive", "think")))
    enter_homework(session, COMMAND_LINE, study, code, given, seen=0, now=NOON)


def due(session: Session, study: Study) -> dict[str, str | None]:
    tasks = session.scalars(select(HomeworkTask).where(HomeworkTask.study_id == study.id)).all()
    return {each.description: each.reviewed_session.code if each.reviewed_session else None for each in tasks}


def test_it_is_due_in_the_session_that_is_imported_later(session: Session) -> None:
    study = make_study(session)
    first = make_session(session, study)
    entered(session, study, first.rating_code)
    assert due(session, study) == {"walk": None, "think": None}
    imported = take(session, study, LATER_SESSIONS)
    assert due(session, study) == {"walk": "P01-S02", "think": "P01-S02"}
    assert any("2 homework tasks" in str(note) for note in imported.notes)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "homework.carried")).one()
    assert (event.subject, event.detail["assigned_in"], event.detail["tasks"]) == ("session:P01-S02", "P01-S01", 2)
    opened = open_entry(session, COMMAND_LINE, study, first.rating_code)
    assert (opened.next_code, opened.version) == ("P01-S02", 1), "the entry itself is as it was"
    again = take(session, study, LATER_SESSIONS)
    assert (again.unchanged, list(again.notes)) == (3, [])


def test_the_rater_of_that_session_sees_it(session: Session) -> None:
    study = make_study(session)
    anna = actor_of(make_person(session, "anna@example.org", (study, Role.RATER), code="R1"))
    entered(session, study, make_session(session, study).rating_code)
    take(session, study, LATER_SESSIONS)
    held = sessions_by_code(session, study.id)
    second, third = (
        make_assignment(session, study, held[code], "R1", place=place).public_id
        for place, code in enumerate(("P01-S02", "P01-S03"), start=1)
    )
    shown = open_rating(session, anna, second, now=NOON)
    assert [task.description for task, _ in shown.tasks] == ["walk", "think"]
    assert shown.log_status is HomeworkStatus.ASSIGNED
    assert open_rating(session, anna, third, now=NOON).tasks == []


def test_what_was_left_without_a_review_stays_so(session: Session) -> None:
    """A later session was there, so the list of homework said on purpose that it was due in none."""
    study = make_study(session)
    first, fourth = make_session(session, study), make_session(session, study, number=4)
    make_task(session, study, first, None)
    make_task(session, study, fourth, None, code="HW2")
    other = make_study(session, "other")
    make_task(session, other, make_session(session, other), None)
    take(session, study, LATER_SESSIONS + "P01-S05,P01,T1,5,,,,\n")
    rows = session.execute(select(HomeworkTask.study_id, HomeworkTask.code, HomeworkTask.reviewed_session_id))
    held = sessions_by_code(session, study.id)
    assert sorted((row.study_id == study.id, row.code, row.reviewed_session_id) for row in rows) == [
        (False, "HW1", None),
        (True, "HW1", None),
        (True, "HW2", held["P01-S05"].id),
    ]
    assert any("were not carried" in str(gap) for gap in homework_ledger(session, study).gaps)
