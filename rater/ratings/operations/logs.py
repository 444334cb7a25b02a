"""The logs shown with a scale: the rater's own report of each task, tasks that the log lacks, and difficulties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound
from rater.homework.operations.types import types_of
from rater.ratings.operations.notes import CLIENT_ID
from rater.ratings.operations.replaying import replay_of
from rater.ratings.operations.saving import draft, open_for_change
from rater.ratings.texts import checked_text
from rater.ratings.versions import next_version
from rater.storage.audit import record
from rater.storage.models import Assignment, Difficulty, HomeworkReport, HomeworkTask, OtherTask
from rater.terms import Actor, Completed, LogList, Reason

LONGEST_DESCRIPTION = 500


def save_homework_report(
    session: Session,
    actor: Actor,
    public_id: str,
    task_id: str,
    completed: Completed | None,
    *,
    now: datetime,
    seen: int | None = None,
    operation_id: str | None = None,
) -> int:
    """Keep the rater's own report of one task due at this session; None takes it back. The version that this made.

    `seen` is the version that was changed, 0 for the first. Raises NotFound, Refused, and Stale with completed and
    version where another window has changed the report since.
    """
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    task = session.scalar(
        select(HomeworkTask).where(
            HomeworkTask.public_id == task_id, HomeworkTask.reviewed_session_id == assignment.session_id
        )
    )
    if task is None:
        raise NotFound
    replayed = replay_of(session, actor, operation_id, "homework.reported", assignment, task=task.code)
    if replayed is not None:
        return int(replayed["version"])
    mine = (HomeworkReport.assignment_id == assignment.id) & (HomeworkReport.task_id == task.id)
    report = session.scalar(select(HomeworkReport).where(mine))
    current = {"completed": report.completed} if report else {}
    version = next_version(seen, report.version if report else None, current, {"completed": completed})
    draft(session, assignment, now=now)
    if report is None:
        report = HomeworkReport(assignment_id=assignment.id, task_id=task.id)
        session.add(report)
    report.completed, report.version, report.changed_at = completed, version, now
    detail = {"task": task.code, "completed": completed, "version": version}
    _record(session, actor, assignment, "homework.reported", now, operation_id, **detail)
    return version


def save_other_task(
    session: Session,
    actor: Actor,
    public_id: str,
    row_id: str,
    description: str,
    kind: str,
    completed: Completed | None,
    *,
    now: datetime,
    seen: int | None = None,
    operation_id: str | None = None,
) -> int:
    """Make or change a row for a task that the homework log lacks; its id is the browser's. The version that this made.

    `seen` is the version that was changed, 0 for a new row. Raises NotFound, Refused, BadInput, and Stale with
    description, type, completed and version where another window has changed the row since.
    """
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    if not CLIENT_ID.fullmatch(row_id):
        raise NotFound
    wanted = {
        "description": checked_text(
            description, LONGEST_DESCRIPTION, empty=Reason("The task has no description"), is_own=True
        ),
        "type": _checked_type(kind, types_of(session, assignment.wave.study, LogList.HOMEWORK).codes),
        "completed": completed,
    }
    replayed = replay_of(session, actor, operation_id, "other_task.saved", assignment, row=row_id)
    if replayed is not None:
        return int(replayed["version"])
    row = _own(session, assignment, row_id)
    current = {"description": row.description, "type": row.type, "completed": row.completed} if row else {}
    version = next_version(seen, row.version if row else None, current, wanted)
    draft(session, assignment, now=now)
    if row is None:
        row = OtherTask(assignment_id=assignment.id, public_id=row_id)
        session.add(row)
    row.description, row.type, row.completed = str(wanted["description"]), kind, completed
    row.version, row.changed_at = version, now
    detail = {"row": row_id, "type": kind, "completed": completed, "version": version}
    _record(session, actor, assignment, "other_task.saved", now, operation_id, **detail)
    return version


def delete_other_task(
    session: Session, actor: Actor, public_id: str, row_id: str, *, now: datetime, operation_id: str | None = None
) -> None:
    """Take such a row away; where there is none nothing happens. Raises NotFound for another's rating, Refused."""
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    if replay_of(session, actor, operation_id, "other_task.deleted", assignment, row=row_id) is not None:
        return
    row = _own(session, assignment, row_id)
    if row is not None:
        session.delete(row)
        _record(session, actor, assignment, "other_task.deleted", now, operation_id, row=row_id)


def save_difficulty(
    session: Session,
    actor: Actor,
    public_id: str,
    kind: str,
    present: bool,
    *,
    now: datetime,
    operation_id: str | None = None,
) -> None:
    """Keep that a difficulty was, or was not, heard in this session. Raises NotFound, Refused."""
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    if kind not in types_of(session, assignment.wave.study, LogList.DIFFICULTIES).codes:
        raise NotFound
    if replay_of(session, actor, operation_id, "difficulty.saved", assignment, type=kind) is not None:
        return
    draft(session, assignment, now=now)
    mine = (
        (Difficulty.session_id == assignment.session_id)
        & (Difficulty.rater_id == assignment.rater_id)
        & (Difficulty.type == kind)
    )
    kept = session.scalar(select(Difficulty).where(mine))
    if present and kept is None:
        session.add(Difficulty(session_id=assignment.session_id, rater_id=assignment.rater_id, type=kind))
    elif not present and kept is not None:
        session.delete(kept)
    _record(session, actor, assignment, "difficulty.saved", now, operation_id, type=kind, present=present)


def _checked(description: str) -> str:
    return checked_text(description, LONGEST_DESCRIPTION, empty=Reason("The task has no description"), is_own=True)


def _checked_type(kind: str, types: Sequence[str]) -> str:
    if kind not in types:
        unknown = Reason("{type} is no type of homework", {"type": kind[:40]})
        raise BadInput(Fault(unknown, Reason("Choose one of the types shown")))
    return kind


def _own(session: Session, assignment: Assignment, row_id: str) -> OtherTask | None:
    mine = (OtherTask.public_id == row_id) & (OtherTask.assignment_id == assignment.id)
    return session.scalar(select(OtherTask).where(mine))


def _record(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    action: str,
    now: datetime,
    operation_id: str | None,
    **detail: Any,
) -> None:
    study_id = assignment.wave.study_id
    subject = f"assignment:{assignment.id}"
    record(session, actor, action, subject, now=now, study_id=study_id, operation_id=operation_id, **detail)
