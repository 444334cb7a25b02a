from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale
from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.logs import delete_other_task, save_difficulty, save_homework_report, save_other_task
from rater.ratings.operations.opening import open_rating
from rater.ratings.operations.saving import save_sheet
from rater.ratings.operations.submitting import submit_rating
from rater.storage.models import Assignment, AuditEvent, Difficulty, HomeworkReport, HomeworkTask, OtherTask
from rater.terms import Actor, Completed, Role
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_session,
    make_study,
    make_task,
)

ROW = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def work(session: Session) -> tuple[Actor, Assignment, HomeworkTask]:
    study = make_study(session)
    rater = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    due = make_session(session, study, number=2)
    task = make_task(session, study, make_session(session, study, number=1), due)
    return actor_of(rater), make_assignment(session, study, due, "R1"), task


def reports(session: Session) -> list[tuple[str | None, int]]:
    session.flush()
    rows = session.execute(select(HomeworkReport.completed, HomeworkReport.version))
    return [(row[0], int(row[1])) for row in rows]


def others(session: Session) -> list[tuple[str, str, str | None, int]]:
    session.flush()
    rows = session.execute(select(OtherTask.description, OtherTask.type, OtherTask.completed, OtherTask.version))
    return [(str(row[0]), str(row[1]), row[2], int(row[3])) for row in rows]


def test_a_report_taken_back_keeps_its_version(session: Session, work: tuple[Actor, Assignment, HomeworkTask]) -> None:
    actor, assignment, task = work
    where = (assignment.public_id, task.public_id)
    assert save_homework_report(session, actor, *where, Completed.PARTLY, now=NOON, seen=0) == 1
    assert save_homework_report(session, actor, *where, None, now=NOON, seen=1) == 2
    assert reports(session) == [(None, 2)]
    with pytest.raises(Stale) as clash:
        save_homework_report(session, actor, *where, Completed.YES, now=NOON, seen=1)
    assert clash.value.current == {"completed": None, "version": 2}
    assert save_homework_report(session, actor, *where, Completed.YES, now=NOON, seen=2) == 3
    opened = open_rating(session, actor, assignment.public_id, now=NOON)
    assert [(report.completed, report.version) for _, report in opened.tasks if report] == [("yes", 3)]


def test_two_windows_that_report_the_same_do_not_clash(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask]
) -> None:
    actor, assignment, task = work
    where = (assignment.public_id, task.public_id)
    save_homework_report(session, actor, *where, Completed.NO, now=NOON, seen=0)
    assert save_homework_report(session, actor, *where, Completed.NO, now=NOON, seen=0) == 2
    with pytest.raises(Stale):
        save_homework_report(session, actor, *where, Completed.YES, now=NOON, seen=0)


def test_a_report_asked_for_again_is_done_once(session: Session, work: tuple[Actor, Assignment, HomeworkTask]) -> None:
    actor, assignment, task = work
    where = (assignment.public_id, task.public_id)
    for _ in range(2):
        made = save_homework_report(session, actor, *where, Completed.YES, now=NOON, seen=0, operation_id="op-00001")
        assert made == 1
    save_homework_report(session, actor, *where, Completed.NO, now=NOON, seen=1, operation_id="op-00002")
    again = save_homework_report(session, actor, *where, Completed.YES, now=NOON, seen=0, operation_id="op-00001")
    assert again == 1
    assert reports(session) == [("no", 2)]


def test_only_tasks_due_at_this_session_are_reported(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask]
) -> None:
    actor, assignment, _ = work
    study = assignment.wave.study
    later = make_task(session, study, assignment.therapy_session, make_session(session, study, number=3), code="HW2")
    with pytest.raises(NotFound):
        save_homework_report(session, actor, assignment.public_id, later.public_id, Completed.YES, now=NOON)


def test_a_task_that_the_log_lacks_is_kept_changed_and_deleted(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask]
) -> None:
    actor, assignment, _ = work
    where = (assignment.public_id, ROW)
    made = save_other_task(session, actor, *where, " Call a friend ", "behavioral", None, now=NOON, seen=0)
    assert made == 1
    assert save_other_task(session, actor, *where, "Call Jo", "cognitive", Completed.YES, now=NOON, seen=1) == 2
    assert others(session) == [("Call Jo", "cognitive", "yes", 2)]
    assert [each.public_id for each in open_rating(session, actor, where[0], now=NOON).other_tasks] == [ROW]
    with pytest.raises(Stale) as clash:
        save_other_task(session, actor, *where, "Call Jim", "cognitive", Completed.YES, now=NOON, seen=1)
    assert clash.value.current == {"description": "Call Jo", "type": "cognitive", "completed": "yes", "version": 2}
    for _ in range(2):
        delete_other_task(session, actor, *where, now=NOON, operation_id="op-00009")
    assert others(session) == []
    events = session.scalars(select(AuditEvent).where(AuditEvent.action.like("other_task.%"))).all()
    assert [event.action for event in events] == ["other_task.saved", "other_task.saved", "other_task.deleted"]
    assert "Jo" not in "".join(str(event.detail) for event in events)


def test_a_row_asked_for_again_is_made_once_also_after_its_deletion(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask]
) -> None:
    actor, assignment, _ = work

    def ask() -> int:
        where = (assignment.public_id, ROW, "Call a friend", "behavioral", None)
        return save_other_task(session, actor, *where, now=NOON, seen=0, operation_id="op-00001")

    assert [ask(), ask()] == [1, 1]
    assert len(others(session)) == 1
    delete_other_task(session, actor, assignment.public_id, ROW, now=NOON, operation_id="op-00002")
    assert ask() == 1
    assert others(session) == []


@pytest.mark.parametrize(
    ("description", "kind", "seen"),
    [
        ("", "behavioral", 0),
        ("x" * 501, "behavioral", 0),
        ("a\x00b", "behavioral", 0),
        ("x", "yoga", 0),
        ("x", "", 0),
        ("x", "behavioral", -1),
        ("x", "behavioral", 10**30),
    ],
)
def test_rows_that_cannot_be_kept_are_refused(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask], description: str, kind: str, seen: int
) -> None:
    actor, assignment, _ = work
    with pytest.raises(BadInput):
        save_other_task(session, actor, assignment.public_id, ROW, description, kind, None, now=NOON, seen=seen)
    assert others(session) == []


def test_a_row_needs_an_id_of_the_browser_and_a_rating_of_ones_own(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask]
) -> None:
    actor, assignment, _ = work
    study = assignment.wave.study
    bert = actor_of(make_person(session, "bert@example.org", (study, Role.RATER), code="R2"))
    for who, row in ((actor, "short"), (bert, ROW)):
        with pytest.raises(NotFound):
            save_other_task(session, who, assignment.public_id, row, "x", "behavioral", None, now=NOON)
    with pytest.raises(NotFound):
        delete_other_task(session, bert, assignment.public_id, ROW, now=NOON)


def test_a_difficulty_asked_for_again_is_kept_once(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask]
) -> None:
    actor, assignment, _ = work
    where = (assignment.public_id, "lack_of_time")
    for _ in range(2):
        save_difficulty(session, actor, *where, True, now=NOON, operation_id="op-00001")
    save_difficulty(session, actor, *where, False, now=NOON, operation_id="op-00002")
    save_difficulty(session, actor, *where, True, now=NOON, operation_id="op-00001")
    assert session.scalar(select(func.count()).select_from(Difficulty)) == 0
    save_difficulty(session, actor, *where, True, now=NOON, operation_id="op-00003")
    assert session.scalar(select(func.count()).select_from(Difficulty)) == 1


def test_after_submission_the_logs_stay_as_they_are(
    session: Session, work: tuple[Actor, Assignment, HomeworkTask]
) -> None:
    actor, assignment, task = work
    given = {item: GivenPoint(value=2.0) for item in all_points(assignment.wave.study)}
    save_sheet(session, actor, assignment.public_id, given, now=NOON)
    submit_rating(session, actor, assignment.public_id, now=NOON)
    for change in (
        lambda: save_homework_report(session, actor, assignment.public_id, task.public_id, None, now=NOON),
        lambda: save_other_task(session, actor, assignment.public_id, ROW, "x", "behavioral", None, now=NOON),
        lambda: delete_other_task(session, actor, assignment.public_id, ROW, now=NOON),
        lambda: save_difficulty(session, actor, assignment.public_id, "lack_of_time", True, now=NOON),
    ):
        with pytest.raises(Refused):
            change()
