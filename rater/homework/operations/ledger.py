"""Load the homework log and settle its accounts."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.homework.entering import status_of
from rater.homework.operations.types import types_of
from rater.homework.reconciliation import Ledger, LoggedTask, reconcile
from rater.recordings.succession import next_held
from rater.storage.models import HomeworkTask, Study
from rater.storage.queries import datasets
from rater.storage.queries.homework import LoggedSession, logged_sessions
from rater.terms import Completed, HomeworkStatus, LogList


def homework_ledger(session: Session, study: Study, *, stated: int | None = None) -> Ledger:
    """The study's homework in counts; of raters' reports those that a dataset holds. Only reads.

    These are reports of ratings that have been submitted, of sessions that are not left out of the wave.
    """
    logged = logged_sessions(session, study.id)
    tasks = [task for _, task in logged_tasks(session, study)]
    counts = Counter(status_of(each.status, each.tasks) for each in logged)
    sessions = {str(each): counts[each] for each in HomeworkStatus}
    types = types_of(session, study, LogList.HOMEWORK).codes
    return reconcile(tasks, _heard_only(session, study), sessions, types, stated=stated)


def logged_tasks(session: Session, study: Study) -> list[tuple[str, LoggedTask]]:
    """Every task of the log beside the session that assigned it, in the order of their codes."""
    logged = logged_sessions(session, study.id)
    following, reports = _excluded_next(logged), _reports(session, study)
    codes = {each.id: each.code for each in logged}
    return [
        (
            codes[task.assigned_session_id],
            LoggedTask(
                task.type,
                task.reviewed_session_id is not None,
                following[task.assigned_session_id],
                Completed(task.completed) if task.completed else None,
                tuple(reports[task.code]),
            ),
        )
        for task in session.scalars(
            select(HomeworkTask).where(HomeworkTask.study_id == study.id).order_by(HomeworkTask.code)
        )
    ]


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


def _reports(session: Session, study: Study) -> dict[str, list[Completed]]:
    """What each rater reported of a task, by the task's code."""
    found: dict[str, list[Completed]] = defaultdict(list)
    for task, _, _, _, completed in datasets.report_rows(session, study.id):
        found[task].append(Completed(completed))
    return found


def _heard_only(session: Session, study: Study) -> list[str]:
    return [kind for _, _, _, kind, _, _ in datasets.other_task_rows(session, study.id)]
