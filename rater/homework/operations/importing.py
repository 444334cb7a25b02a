"""Take in the homework log: tasks assigned, and difficulties with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.homework.entering import status_of
from rater.homework.manifest import (
    DifficultiesFile,
    HomeworkFile,
    HomeworkRow,
    read_difficulties,
    read_homework,
)
from rater.homework.operations.entering import keep_status
from rater.homework.operations.types import types_of
from rater.recordings.eligibility import is_known
from rater.storage.audit import record
from rater.storage.models import Difficulty, HomeworkReport, HomeworkTask, Study, TherapySession
from rater.storage.queries.homework import entry_of, logged_sessions
from rater.storage.queries.sessions import hold_study, session_ids, sessions_by_code
from rater.storage.queries.studies import raters_by_code
from rater.studies.operations import ensure_raters
from rater.tables import Faults, Imported
from rater.terms import Actor, HomeworkStatus, LogList


def read_homework_for(
    session: Session,
    study: Study,
    data: bytes,
    *,
    file: str = "homework.csv",
    rename: Mapping[str, str] | None = None,
) -> HomeworkFile:
    """The tasks as this study can take them. Raises BadInput with every fault, those against the study included."""
    types = types_of(session, study, LogList.HOMEWORK).codes
    return read_homework(data, file=file, types=types, rename=rename, judge=partial(_judge_homework, session, study))


def import_homework(
    session: Session,
    actor: Actor,
    study: Study,
    content: HomeworkFile,
    *,
    now: datetime,
    rest: HomeworkStatus = HomeworkStatus.NOT_ENTERED,
) -> Imported:
    """Enter the tasks. A task that is known by its id, or without one by all that is said of it, is entered once.

    What the file says of completion, type, description and review replaces what is kept; a column that it lacks
    changes nothing. Sessions with tasks count as entered; of those not yet entered and without a row the log knows
    `rest` from then on. Raises BadInput, and then nothing is written.
    """
    hold_study(session, study.id)
    faults = Faults(content.file)
    _judge_homework(session, study, content, faults)
    faults.raise_if_any()
    tasks, ids = _tasks(session, study), session_ids(session, study.id)
    counts: Counter[str] = Counter()
    for code, row in _coded(content.rows, tasks, ids).items():
        given = _given(row, content.columns, ids)
        task = tasks.get(code)
        if task is None:
            session.add(HomeworkTask(study_id=study.id, code=code, **given))
            counts["added"] += 1
            continue
        changed = {name: value for name, value in given.items() if getattr(task, name) != value}
        for name, value in changed.items():
            setattr(task, name, value)
        counts["updated" if changed else "unchanged"] += 1
    session.flush()
    _keep_statuses(session, actor, study, content, rest, now)
    imported = Imported.of(counts, content.notes)
    subject = f"study:{study.slug}"
    record(session, actor, "homework.imported", subject, now=now, study_id=study.id, **imported.counts)
    return imported


def _keep_statuses(
    session: Session, actor: Actor, study: Study, content: HomeworkFile, rest: HomeworkStatus, now: datetime
) -> None:
    """Sessions of the file become entered; those without tasks that nobody has entered become `rest`."""
    named = {row.assigned_session_id for row in content.rows}
    for each in logged_sessions(session, study.id):
        status = status_of(each.status, each.tasks)
        is_open = status is HomeworkStatus.NOT_ENTERED and not each.tasks
        wanted = HomeworkStatus.ASSIGNED if each.code in named else rest if is_open else status
        if wanted != (each.status or HomeworkStatus.NOT_ENTERED):
            keep_status(session, actor, each.id, entry_of(session, each.id), wanted, now=now)
    session.flush()


def _tasks(session: Session, study: Study) -> dict[str, HomeworkTask]:
    found = session.scalars(select(HomeworkTask).where(HomeworkTask.study_id == study.id).order_by(HomeworkTask.id))
    return {task.code: task for task in found}


def _coded(
    rows: Sequence[HomeworkRow], tasks: Mapping[str, HomeworkTask], ids: Mapping[str, int]
) -> dict[str, HomeworkRow]:
    """The rows by the codes of their tasks: their own, that of an equal task, or a new one."""
    named = {row.homework_id for row in rows if row.homework_id}
    equal: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for code, task in tasks.items():
        if code not in named:
            equal[task.assigned_session_id, task.reviewed_session_id, task.type, task.description].append(code)
    coded: dict[str, HomeworkRow] = {}
    number = 0
    for row in rows:
        reviewed = ids[row.reviewed_session_id] if row.reviewed_session_id else None
        same = equal[ids[row.assigned_session_id], reviewed, row.type, row.description]
        code = row.homework_id or (same.pop(0) if same else "")
        while not code or code in coded:
            number += 1
            free = f"HW{number:04}"
            code = free if free not in tasks and free not in named else ""
        coded[code] = row
    return coded


def _given(row: HomeworkRow, columns: frozenset[str], ids: Mapping[str, int]) -> dict[str, object]:
    """What the row says of its task, as the task's fields."""
    given: dict[str, object] = {"assigned_session_id": ids[row.assigned_session_id], "type": row.type}
    if "reviewed_session_id" in columns:
        given["reviewed_session_id"] = ids[row.reviewed_session_id] if row.reviewed_session_id else None
    if "description" in columns:
        given["description"] = row.description
    if "completed" in columns:
        given["completed"] = row.completed.value if row.completed else None
    return given


def _judge_homework(session: Session, study: Study, content: HomeworkFile, faults: Faults) -> None:
    """Note unknown sessions, reviews that come too early, and changes of tasks that raters have reported on."""
    sessions = sessions_by_code(session, study.id)
    tasks = _tasks(session, study)
    reported = set(
        session.scalars(
            select(HomeworkTask.code)
            .join(HomeworkReport, HomeworkReport.task_id == HomeworkTask.id)
            .where(HomeworkTask.study_id == study.id, HomeworkReport.completed.is_not(None))
        )
    )
    for row in content.rows:
        known = is_known(faults, sessions, row.assigned_session_id, row.line, "assigned_session_id")
        known &= is_known(faults, sessions, row.reviewed_session_id, row.line, "reviewed_session_id")
        if known and row.reviewed_session_id != row.assigned_session_id:
            _judge_review(sessions, row, faults)
        task = tasks.get(row.homework_id or "")
        if task is not None:
            _judge_change(task, row, content.columns, task.code in reported, faults)


def _judge_review(sessions: Mapping[str, TherapySession], row: HomeworkRow, faults: Faults) -> None:
    assigned, reviewed = sessions[row.assigned_session_id], sessions[row.reviewed_session_id or ""]
    params = {"reviewed": reviewed.code, "assigned": assigned.code}
    remedy = "Name a later session of the same patient, or leave the cell empty"
    if assigned.patient_id != reviewed.patient_id:
        cause = "{reviewed} is a session of another patient than {assigned}"
        faults.add(cause, remedy, line=row.line, column="reviewed_session_id", **params)
    elif reviewed.number < assigned.number:
        cause = "{reviewed} comes before {assigned}, which assigned the task"
        faults.add(cause, remedy, line=row.line, column="reviewed_session_id", **params)


def _judge_change(
    task: HomeworkTask, row: HomeworkRow, columns: frozenset[str], reported: bool, faults: Faults
) -> None:
    if task.assigned_session.code != row.assigned_session_id:
        cause = "{id} was assigned in {kept} in the study"
        remedy = "Give the new task another homework_id, or correct the session"
        params = {"id": task.code, "kept": task.assigned_session.code}
        faults.add(cause, remedy, line=row.line, column="assigned_session_id", **params)
    if not reported:
        return
    kept = {
        "type": task.type,
        "reviewed_session_id": task.reviewed_session.code if task.reviewed_session else None,
    }
    for column, value in kept.items():
        if column in columns and getattr(row, column) != value:
            cause = "A rater has reported on {id}, so its {name} cannot change"
            remedy = "Leave it as it is in the study"
            faults.add(cause, remedy, line=row.line, column=column, id=task.code, name=column)


def read_difficulties_for(
    session: Session,
    study: Study,
    data: bytes,
    *,
    file: str = "difficulties.csv",
    rename: Mapping[str, str] | None = None,
) -> DifficultiesFile:
    """The difficulties as this study can take them. Raises BadInput with every fault, unknown sessions included."""
    types = types_of(session, study, LogList.DIFFICULTIES).codes
    judge = partial(_judge_difficulties, session, study)
    return read_difficulties(data, file=file, types=types, rename=rename, judge=judge)


def import_difficulties(
    session: Session, actor: Actor, study: Study, content: DifficultiesFile, *, now: datetime
) -> Imported:
    """Enter the difficulties that are not there yet; raters who are unknown become codes without a sign-in.

    Raises BadInput, and then nothing is written.
    """
    hold_study(session, study.id)
    faults = Faults(content.file)
    _judge_difficulties(session, study, content, faults)
    faults.raise_if_any()
    ids = session_ids(session, study.id)
    before = set(raters_by_code(session, study.id))
    raters = ensure_raters(session, study, {row.rater_id for row in content.rows if row.rater_id})
    kept = {
        (each.session_id, each.type, each.rater_id)
        for each in session.scalars(
            select(Difficulty).join(Difficulty.therapy_session).where(TherapySession.study_id == study.id)
        )
    }
    counts: Counter[str] = Counter()
    for row in content.rows:
        key = (ids[row.session_id], row.difficulty_type, raters[row.rater_id].id if row.rater_id else None)
        counts["unchanged" if key in kept else "added"] += 1
        if key not in kept:
            session.add(Difficulty(session_id=key[0], type=key[1], rater_id=key[2]))
    session.flush()
    imported = Imported.of(counts, content.notes, sorted(set(raters) - before))
    subject = f"study:{study.slug}"
    record(session, actor, "difficulties.imported", subject, now=now, study_id=study.id, **imported.counts)
    return imported


def _judge_difficulties(session: Session, study: Study, content: DifficultiesFile, faults: Faults) -> None:
    sessions = session_ids(session, study.id)
    for row in content.rows:
        is_known(faults, sessions, row.session_id, row.line)
