"""Load the homework log and settle its accounts."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.homework.entering import next_held, status_of
from rater.homework.operations.types import types_of
from rater.homework.reconciliation import Ledger, LoggedTask, reconcile
from rater.storage.models import Assignment, HomeworkReport, HomeworkTask, OtherTask, Study, Wave
from rater.storage.queries.homework import LoggedSession, logged_sessions
from rater.terms import Completed, HomeworkStatus, LogList, RatingState


def homework_ledger(session: Session, study: Study, *, stated: int | None = None) -> Ledger:
    """The study's homework in counts; of raters' reports those of submitted ratings. Only reads."""
    logged = logged_sessions(session, study.id)
    following = _excluded_next(logged)
    reports = _reports(session, study)
    tasks = [
        LoggedTask(
            task.type,
            task.reviewed_session_id is not None,
            following[task.assigned_session_id],
            Completed(task.completed) if task.completed else None,
            tuple(reports[task.id]),
        )
        for task in session.scalars(select(HomeworkTask).where(HomeworkTask.study_id == study.id))
    ]
    counts = Counter(status_of(each.status, each.tasks) for each in logged)
    sessions = {str(each): counts[each] for each in HomeworkStatus}
    types = types_of(session, study, LogList.HOMEWORK).codes
    return reconcile(tasks, _heard_only(session, study), sessions, types, stated=stated)


def _excluded_next(logged: list[LoggedSession]) -> dict[int, bool | None]:
    """Whether the patient's next session is excluded, by session; None where there is no next."""
    of_patient: dict[str, dict[int, LoggedSession]] = defaultdict(dict)
    for each in logged:
        of_patient[each.patient][each.number] = each
    found: dict[int, bool | None] = {}
    for each in logged:
        number = next_held(each.number, of_patient[each.patient])
        found[each.id] = None if number is None else of_patient[each.patient][number].exclusion is not None
    return found


def _reports(session: Session, study: Study) -> dict[int, list[Completed]]:
    rows = session.execute(
        select(HomeworkReport.task_id, HomeworkReport.completed)
        .join(Assignment, Assignment.id == HomeworkReport.assignment_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(
            Wave.study_id == study.id,
            Assignment.state == RatingState.SUBMITTED,
        )
        .order_by(HomeworkReport.id)
    )
    found: dict[int, list[Completed]] = defaultdict(list)
    for task, completed in rows:
        if completed is not None:
            found[task].append(Completed(completed))
    return found


def _heard_only(session: Session, study: Study) -> list[str]:
    heard = (
        select(OtherTask.type)
        .join(Assignment, Assignment.id == OtherTask.assignment_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Wave.study_id == study.id, Assignment.state == RatingState.SUBMITTED)
    )
    return list(session.scalars(heard))
