"""The ledger: whatever the log holds, its parts add to the whole, and what does not is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from rater.homework.operations.importing import import_homework, read_homework_for
from rater.homework.operations.ledger import homework_ledger
from rater.homework.reconciliation import Ledger, LoggedTask, Orphan, Outcome, outcome_of, reconcile
from rater.storage.models import Exclusion, HomeworkReport
from rater.storage.queries.datasets import report_rows
from rater.terms import COMMAND_LINE, HOMEWORK_TYPES, Completed, RatingState
from tests.builders.study import (
    NOON,
    all_points,
    make_assignment,
    make_rating,
    make_session,
    make_study,
    make_task,
)

TASKS = st.lists(
    st.builds(
        LoggedTask,
        st.sampled_from((*HOMEWORK_TYPES, "gardening")),
        st.booleans(),
        st.sampled_from((None, True, False)),
        st.sampled_from((None, *Completed)),
        st.lists(st.sampled_from(list(Completed)), max_size=5).map(tuple),
    )
)


def adds_up(ledger: Ledger, tasks: int) -> bool:
    rows, total = ledger.rows, ledger.total
    within = all(row.assigned == row.reviewed + row.orphaned for row in (*rows, total))
    across = all(
        sum(part(row) for row in rows) == part(total)
        for part in (
            lambda row: row.assigned,
            lambda row: row.heard_only,
            *(lambda row, each=each: row.outcomes[each] for each in Outcome),
            *(lambda row, each=each: row.orphans[each] for each in Orphan),
        )
    )
    return within and across and total.assigned == tasks


@given(TASKS, st.lists(st.sampled_from((*HOMEWORK_TYPES, "singing"))))
def test_parts_always_add_to_the_whole(tasks: list[LoggedTask], heard: list[str]) -> None:
    ledger = reconcile(tasks, heard, {}, HOMEWORK_TYPES)
    assert adds_up(ledger, len(tasks))
    assert ledger.raters_differ <= ledger.reported_twice <= len(tasks)


def test_the_sum_sees_a_task_that_was_lost() -> None:
    ledger = reconcile([LoggedTask("cognitive", True, False)], [], {}, HOMEWORK_TYPES)
    lost = replace(ledger, rows=ledger.rows[:2])
    assert adds_up(ledger, 1)
    assert not adds_up(lost, 1)


@pytest.mark.parametrize(
    ("completed", "reports", "outcome"),
    [
        (None, (), Outcome.NOT_RECORDED),
        (None, (Completed.YES,), Outcome.YES),
        (None, (Completed.YES, Completed.YES), Outcome.YES),
        (None, (Completed.YES, Completed.NO), Outcome.RATERS_DIFFER),
        (Completed.PARTLY, (Completed.YES, Completed.NO), Outcome.PARTLY),
    ],
)
def test_raters_who_differ_are_not_averaged(
    completed: Completed | None, reports: tuple[Completed, ...], outcome: Outcome
) -> None:
    assert outcome_of(LoggedTask("cognitive", True, False, completed, reports)) is outcome


def test_what_does_not_add_up_is_said() -> None:
    tasks = [LoggedTask("gardening", False, False, Completed.YES)]
    said = " ".join(map(str, reconcile(tasks, [], {}, HOMEWORK_TYPES, stated=3).gaps))
    for words in ("not on the study's list", "no session reviewed them", "not carried", "2 apart"):
        assert words in said


def test_the_ledger_of_a_study(session: Session) -> None:
    study = make_study(session)
    for number in (1, 2):
        make_session(session, study, number=number)
    rows = b"P01-S01,P01-S02,cognitive,yes\nP01-S02,,behavioral,\n"
    header = b"assigned_session_id,reviewed_session_id,type,completed\n"
    content = read_homework_for(session, study, header + rows)
    import_homework(session, COMMAND_LINE, study, content, now=NOON)
    ledger = homework_ledger(session, study)
    assert (ledger.total.assigned, ledger.total.outcomes[Outcome.YES]) == (2, 1)
    assert ledger.total.orphans[Orphan.NO_LATER_SESSION] == 1
    assert ledger.sessions == {"assigned": 2, "none": 0, "unknown": 0, "not_entered": 0}
    assert ledger.gaps == ()


def test_the_ledger_counts_the_reports_that_a_dataset_holds(session: Session) -> None:
    """That of a rating that is open again counts, as its submitted revision does; that of an excluded session not."""
    study = make_study(session)
    first, second = (make_session(session, study, number=number) for number in (1, 2))
    assignment = make_assignment(session, study, second, "R1")
    make_rating(session, assignment, all_points(study))
    task = make_task(session, study, first, second)
    task.completed = None
    report = HomeworkReport(
        assignment_id=assignment.id, task_id=task.id, completed="partly", version=1, changed_at=NOON
    )
    session.add(report)
    session.flush()
    for state in (RatingState.SUBMITTED, RatingState.STARTED):
        assignment.state = state
        session.flush()
        assert homework_ledger(session, study).total.outcomes[Outcome.PARTLY] == 1, state
        assert [row[4] for row in report_rows(session, study.id)] == ["partly"]
    session.add(Exclusion(study_id=study.id, session_id=second.id, reason="poor_audio", scope="main", excluded_at=NOON))
    session.flush()
    assert homework_ledger(session, study).total.outcomes[Outcome.PARTLY] == 0
    assert report_rows(session, study.id) == []
