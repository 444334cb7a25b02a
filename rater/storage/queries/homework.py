"""What the homework log holds: sessions with their status, tasks, and who entered them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from rater.storage.models import (
    Assignment,
    HomeworkAuthor,
    HomeworkEntry,
    HomeworkReport,
    HomeworkTask,
    LogType,
    Obstacle,
    Patient,
    Person,
    Rater,
    Recording,
    Therapist,
    TherapySession,
)
from rater.storage.queries.begun import is_begun
from rater.storage.queries.exclusions import left_out
from rater.terms import HomeworkStatus, ObstacleAnswer, RatingState


@dataclass(frozen=True)
class LoggedSession:
    """A therapy session and what is kept of its homework; `status` is None where nobody has entered it."""

    id: int
    code: str
    rating_code: str
    patient: str
    therapist: str
    number: int
    exclusion: str | None
    recording: str | None
    status: str | None
    version: int | None
    entered_at: datetime | None
    entered_by: str | None
    tasks: int


def logged_sessions(session: Session, study_id: int) -> list[LoggedSession]:
    """Every session of a study with its homework, by patient and number."""
    counted = (
        select(HomeworkTask.assigned_session_id, func.count().label("tasks"))
        .where(HomeworkTask.study_id == study_id)
        .group_by(HomeworkTask.assigned_session_id)
        .subquery()
    )
    rows = session.execute(
        select(
            TherapySession.id,
            TherapySession.code,
            TherapySession.rating_code,
            Patient.code,
            Therapist.code,
            TherapySession.number,
            Recording.public_id,
            HomeworkEntry.status,
            HomeworkEntry.version,
            HomeworkEntry.entered_at,
            Person.name,
            func.coalesce(counted.c.tasks, 0),
        )
        .join(Patient, Patient.id == TherapySession.patient_id)
        .join(Therapist, Therapist.id == TherapySession.therapist_id)
        .outerjoin(Recording, Recording.session_id == TherapySession.id)
        .outerjoin(HomeworkEntry, HomeworkEntry.session_id == TherapySession.id)
        .outerjoin(Person, Person.id == HomeworkEntry.by_id)
        .outerjoin(counted, counted.c.assigned_session_id == TherapySession.id)
        .where(TherapySession.study_id == study_id)
        .order_by(Patient.code, TherapySession.number)
    )
    out = left_out(session, study_id)
    found: list[list[Any]] = [list(row) for row in rows]
    for row in found:
        row.insert(6, out[row[1]].reason if row[1] in out else None)
    return [LoggedSession(*row) for row in found]


def session_by_rating_code(session: Session, study_id: int, rating_code: str) -> TherapySession | None:
    """The session that bears this code on raters' pages."""
    wanted = (TherapySession.study_id == study_id) & (TherapySession.rating_code == rating_code)
    return session.scalar(select(TherapySession).where(wanted))


def entry_of(session: Session, session_id: int) -> HomeworkEntry | None:
    """What was entered last of a session's homework."""
    return session.scalar(select(HomeworkEntry).where(HomeworkEntry.session_id == session_id))


def tasks_of(session: Session, session_id: int) -> Sequence[HomeworkTask]:
    """The tasks that a session assigned, in their order."""
    mine = select(HomeworkTask).where(HomeworkTask.assigned_session_id == session_id)
    return session.scalars(mine.order_by(HomeworkTask.place, HomeworkTask.code)).all()


def numbers_of(session: Session, patient_id: int) -> dict[int, int]:
    """The ids of a patient's sessions by their numbers."""
    rows = session.execute(
        select(TherapySession.number, TherapySession.id).where(TherapySession.patient_id == patient_id)
    )
    return {row.number: row.id for row in rows}


def numbers_by_patient(session: Session, study_id: int) -> dict[int, dict[int, int]]:
    """The ids of all sessions of a study by their numbers, by patient."""
    found: dict[int, dict[int, int]] = {}
    columns = (TherapySession.patient_id, TherapySession.number, TherapySession.id)
    for patient_id, number, key in session.execute(select(*columns).where(TherapySession.study_id == study_id)):
        found.setdefault(patient_id, {})[number] = key
    return found


def unreviewed_tasks(session: Session, study_id: int) -> list[tuple[HomeworkTask, TherapySession]]:
    """The tasks of a study that are due in no session, each with the session that assigned it."""
    rows = session.execute(
        select(HomeworkTask, TherapySession)
        .join(TherapySession, TherapySession.id == HomeworkTask.assigned_session_id)
        .where(HomeworkTask.study_id == study_id, HomeworkTask.reviewed_session_id.is_(None))
        .order_by(HomeworkTask.id)
    )
    return [(task, assigned) for task, assigned in rows]


def kept_log(connection: Connection, assignment_id: int) -> tuple[bool, str | None, str | None]:
    """Of the session of an assignment: whether tasks are due in it, and the status and reason of what it assigned.

    A session without an entry but with tasks counts as `assigned`; the status is None where nothing is entered.
    """
    due, new = aliased(HomeworkTask), aliased(HomeworkTask)
    of_session = Assignment.session_id
    assigned = exists().where(new.assigned_session_id == of_session)
    row = connection.execute(
        select(
            exists().where(due.reviewed_session_id == of_session),
            func.coalesce(HomeworkEntry.status, case((assigned, HomeworkStatus.ASSIGNED.value))),
            HomeworkEntry.reason,
        )
        .select_from(Assignment)
        .outerjoin(HomeworkEntry, HomeworkEntry.session_id == of_session)
        .where(Assignment.id == assignment_id)
    ).one()
    return bool(row[0]), row[1], row[2]


def reported_tasks(session: Session, task_ids: Sequence[int]) -> set[int]:
    """Those of the tasks on which a rater has reported."""
    told = HomeworkReport.task_id.in_(task_ids) & HomeworkReport.completed.is_not(None)
    return set(session.scalars(select(HomeworkReport.task_id).where(told)))


def rates(session: Session, person_id: int | None, session_id: int) -> bool:
    """Whether a session is, or was, this person's to rate; not where the coordinator has taken it away.

    The command line, which is nobody, rates nothing.
    """
    if person_id is None:
        return False
    withdrawn = exists().where(Obstacle.assignment_id == Assignment.id, Obstacle.answer == ObstacleAnswer.WITHDRAWN)
    mine = exists().where(
        Assignment.session_id == session_id,
        Assignment.rater_id == Rater.id,
        Rater.person_id == person_id,
        or_(Assignment.state != RatingState.SET_ASIDE, ~withdrawn),
    )
    return bool(session.scalar(select(mine)))


def barred_by_entry(session: Session, study_id: int) -> set[tuple[str, str]]:
    """(rater, session) wherever the rater has entered the session's homework, and has not begun to rate it."""
    begun = exists().where(
        Assignment.session_id == TherapySession.id,
        Assignment.rater_id == Rater.id,
        is_begun(),
    )
    rows = session.execute(
        select(Rater.code, TherapySession.code)
        .join(HomeworkAuthor, HomeworkAuthor.person_id == Rater.person_id)
        .join(TherapySession, TherapySession.id == HomeworkAuthor.session_id)
        .where(Rater.study_id == study_id, TherapySession.study_id == study_id, ~begun)
    )
    return {(row[0], row[1]) for row in rows}


def own_types(session: Session, study_id: int, kind: str) -> Sequence[LogType]:
    """The rows of a study's own list, in their order; none where it uses the shipped one."""
    mine = (LogType.study_id == study_id) & (LogType.list == kind)
    return session.scalars(select(LogType).where(mine).order_by(LogType.place, LogType.id)).all()
