"""The homework log in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.homework.operations import (
    import_difficulties,
    import_homework,
    read_difficulties_for,
    read_homework_for,
)
from rater.storage.models import Difficulty, HomeworkReport, HomeworkTask, Study
from rater.tables import Imported
from rater.terms import COMMAND_LINE
from tests.builders.study import NOON, make_assignment, make_session, make_study

HEADER = "homework_id,assigned_session_id,reviewed_session_id,type,description,completed\n"


@pytest.fixture
def study(session: Session) -> Study:
    made = make_study(session)
    for number in (1, 2, 3):
        make_session(session, made, number=number)
    return made


def take(session: Session, study: Study, text: str) -> Imported:
    content = read_homework_for(session, study, text.encode())
    return import_homework(session, COMMAND_LINE, study, content, now=NOON)


def test_a_lacking_column_changes_nothing(session: Session, study: Study) -> None:
    take(session, study, HEADER + "H1,P01-S01,P01-S02,behavioral,Walk,partly\n")
    assert take(session, study, "homework_id,assigned_session_id,type\nH1,P01-S01,behavioral\n").unchanged == 1
    task = session.scalars(select(HomeworkTask)).one()
    assert (task.completed, task.description, task.reviewed_session_id is None) == ("partly", "Walk", False)
    assert take(session, study, HEADER + "H1,P01-S01,,behavioral,Walk,\n").updated == 1
    assert (task.completed, task.reviewed_session_id) == (None, None)


def test_tasks_without_ids_are_known_by_what_is_said_of_them(session: Session, study: Study) -> None:
    rows = (
        HEADER + ",P01-S01,P01-S02,behavioral,Walk,\n,P01-S01,P01-S02,behavioral,Walk,\nHW0001,P01-S02,,cognitive,,\n"
    )
    assert take(session, study, rows).added == 3
    assert take(session, study, rows).unchanged == 3
    assert sorted(session.scalars(select(HomeworkTask.code))) == ["HW0001", "HW0002", "HW0003"]
    assert take(session, study, HEADER + ",P01-S01,P01-S02,behavioral,Run,\n").added == 1


def test_a_task_that_a_rater_reported_on_keeps_its_type_and_review(session: Session, study: Study) -> None:
    take(session, study, HEADER + "H1,P01-S01,P01-S02,behavioral,Walk,\n")
    changed = HEADER + "H1,P01-S01,P01-S03,cognitive,Walk,yes\n"
    task = session.scalars(select(HomeworkTask)).one()
    assignment = make_assignment(session, study, task.assigned_session, "R1")
    report = HomeworkReport(assignment_id=assignment.id, task_id=task.id, completed="yes", version=1, changed_at=NOON)
    session.add(report)
    session.flush()
    with pytest.raises(BadInput) as refused:
        take(session, study, changed)
    assert {each.column for each in refused.value.faults} == {"type", "reviewed_session_id"}
    session.delete(report)
    session.flush()
    assert take(session, study, changed).updated == 1


def test_difficulties_are_entered_once_with_or_without_a_rater(session: Session, study: Study) -> None:
    text = (
        "session_id,difficulty_type,rater_id\nP01-S01,lack_of_time,\nP01-S01,lack_of_time,R4\nP01-S01,too difficult,\n"
    )
    for added, unchanged, raters in ((3, 0, ("R4",)), (0, 3, ())):
        content = read_difficulties_for(session, study, text.encode())
        imported = import_difficulties(session, COMMAND_LINE, study, content, now=NOON)
        assert (imported.added, imported.unchanged, imported.new_raters) == (added, unchanged, raters)
    assert len(session.scalars(select(Difficulty.id)).all()) == 3
