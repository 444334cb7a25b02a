"""The logs shown with a scale: the rater's own report of each task, and the difficulties heard."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.ratings.operations.replaying import replay_of
from rater.ratings.operations.saving import draft, open_for_change
from rater.storage.audit import record
from rater.storage.models import Difficulty, HomeworkReport, HomeworkTask
from rater.terms import DIFFICULTY_TYPES, Actor, Completed


def save_homework_report(
    session: Session,
    actor: Actor,
    public_id: str,
    task_id: str,
    completed: Completed | None,
    *,
    now: datetime,
    operation_id: str | None = None,
) -> None:
    """Keep the rater's own report of one task due at this session; None takes it back. Raises NotFound, Refused."""
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    task = session.scalar(
        select(HomeworkTask).where(
            HomeworkTask.public_id == task_id, HomeworkTask.reviewed_session_id == assignment.session_id
        )
    )
    if task is None:
        raise NotFound
    if replay_of(session, actor, operation_id, "homework.reported", assignment, task=task.code) is not None:
        return
    draft(session, assignment, now=now)
    mine = (HomeworkReport.assignment_id == assignment.id) & (HomeworkReport.task_id == task.id)
    report = session.scalar(select(HomeworkReport).where(mine))
    if completed is None:
        session.execute(delete(HomeworkReport).where(mine))
    elif report is None:
        session.add(
            HomeworkReport(assignment_id=assignment.id, task_id=task.id, completed=completed, version=1, changed_at=now)
        )
    else:
        report.completed, report.version, report.changed_at = completed, report.version + 1, now
    record(
        session,
        actor,
        "homework.reported",
        f"assignment:{assignment.id}",
        now=now,
        study_id=assignment.wave.study_id,
        operation_id=operation_id,
        task=task.code,
        completed=completed,
    )


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
    if kind not in DIFFICULTY_TYPES:
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
    record(
        session,
        actor,
        "difficulty.saved",
        f"assignment:{assignment.id}",
        now=now,
        study_id=assignment.wave.study_id,
        operation_id=operation_id,
        type=kind,
        present=present,
    )
