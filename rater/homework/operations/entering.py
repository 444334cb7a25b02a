"""Enter what homework a session assigned, with a version so that nobody overwrites another unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, Refused, Stale
from rater.homework.entering import Given, GivenTask, entry_faults, free_codes, status_of
from rater.homework.operations.types import types_of
from rater.recordings.succession import next_held
from rater.storage.audit import record
from rater.storage.models import HomeworkAuthor, HomeworkEntry, HomeworkTask, Study, TherapySession
from rater.storage.queries.homework import (
    LoggedSession,
    entry_of,
    logged_sessions,
    numbers_of,
    rates,
    reported_tasks,
    session_by_rating_code,
    tasks_of,
)
from rater.storage.queries.sessions import hold_study
from rater.terms import Actor, HomeworkStatus, LogList, NoHomeworkReason, Reason


@dataclass(frozen=True)
class Opened:
    """One session opened for entry: what is kept, and the version that a change must name."""

    therapy_session: TherapySession
    kept: Given
    version: int
    entry: HomeworkEntry | None
    next_code: str | None
    may_enter: bool


def open_entry(session: Session, actor: Actor, study: Study, rating_code: str) -> Opened:
    """What the log holds of a session. Raises NotFound."""
    target = _target(session, study, rating_code)
    entry, tasks = entry_of(session, target.id), tasks_of(session, target.id)
    following = _reviewed_in(session, target)
    return Opened(
        therapy_session=target,
        kept=_as_given(entry, tasks),
        version=entry.version if entry else 0,
        entry=entry,
        next_code=following.code if following else None,
        may_enter=not rates(session, actor.person_id, target.id),
    )


def enter_homework(
    session: Session, actor: Actor, study: Study, rating_code: str, given: Given, *, seen: int, now: datetime
) -> int:
    """Keep what a session assigned, and carry it to the patient's next session; the version that this made.

    Whoever enters is barred from rating the session. Raises NotFound, BadInput with every fault, Refused for somebody
    who is to rate the session, and Stale with what is kept where somebody has changed it since version `seen`.
    """
    hold_study(session, study.id)
    target = _target(session, study, rating_code)
    if rates(session, actor.person_id, target.id):
        raise Refused(Reason("You are to rate this session, so somebody else enters its homework"))
    entry, tasks = entry_of(session, target.id), tasks_of(session, target.id)
    version = entry.version if entry else 0
    kept = _as_given(entry, tasks)
    if version != seen:
        if _words(kept) == _words(given):
            return version
        tasks_now = [vars(each) for each in kept.tasks]
        raise Stale({"version": version, "status": kept.status, "reason": kept.reason, "tasks": tasks_now})
    faults = entry_faults(given, types_of(session, study, LogList.HOMEWORK).codes)
    faults += _reported_faults(session, given, tasks)
    if faults:
        raise BadInput(faults)
    _keep_tasks(session, study, target, given, tasks)
    return _keep_entry(session, actor, study, target, entry, given, now)


def _target(session: Session, study: Study, rating_code: str) -> TherapySession:
    target = session_by_rating_code(session, study.id, rating_code)
    if target is None:
        raise NotFound
    return target


def _as_given(entry: HomeworkEntry | None, tasks: Sequence[HomeworkTask]) -> Given:
    status = status_of(entry.status if entry else None, len(tasks))
    reason = NoHomeworkReason(entry.reason) if entry and entry.reason else None
    return Given(status, tuple(GivenTask(each.type, each.description, each.public_id) for each in tasks), reason)


def _words(given: Given) -> tuple[Any, ...]:
    return given.status, given.reason, [(each.type, each.description) for each in given.tasks]


def _reviewed_in(session: Session, target: TherapySession) -> TherapySession | None:
    numbers = numbers_of(session, target.patient_id)
    following = next_held(target.number, numbers)
    return session.get(TherapySession, numbers[following]) if following is not None else None


def _reported_faults(session: Session, given: Given, tasks: Sequence[HomeworkTask]) -> list[Fault]:
    """A task on which a rater has reported stays, with its type."""
    wanted = {each.id: each for each in given.tasks}
    reported = reported_tasks(session, [each.id for each in tasks])
    return [
        Fault(
            Reason("A rater has reported on the task {number}, so it stays with its type", {"number": number}),
            Reason("Put it back as it was; its words may change"),
        )
        for number, task in enumerate(tasks, start=1)
        if task.id in reported and (task.public_id not in wanted or wanted[task.public_id].type != task.type)
    ]


def _keep_tasks(
    session: Session, study: Study, target: TherapySession, given: Given, tasks: Sequence[HomeworkTask]
) -> None:
    by_id: dict[str | None, HomeworkTask] = {each.public_id: each for each in tasks}
    wanted = {each.id for each in given.tasks}
    for task in tasks:
        if task.public_id not in wanted:
            session.delete(task)
    codes = free_codes(set(session.scalars(select(HomeworkTask.code).where(HomeworkTask.study_id == study.id))))
    following = _reviewed_in(session, target)
    for place, each in enumerate(given.tasks, start=1):
        task = by_id.get(each.id) or HomeworkTask(study_id=study.id, code=next(codes), assigned_session_id=target.id)
        session.add(task)
        if task.reviewed_session_id is None:
            task.reviewed_session_id = following.id if following else None
        task.type, task.description, task.place = each.type, each.description, place
    session.flush()


def _keep_entry(
    session: Session,
    actor: Actor,
    study: Study,
    target: TherapySession,
    entry: HomeworkEntry | None,
    given: Given,
    now: datetime,
) -> int:
    entry = keep_status(session, actor, target.id, entry, given.status, given.reason, now=now)
    if actor.person_id is not None:
        _bar(session, actor.person_id, target.id, now)
    session.flush()
    detail: dict[str, Any] = {"status": given.status, "tasks": len(given.tasks), "version": entry.version}
    if given.reason:
        detail["reason"] = given.reason
    record(session, actor, "homework.entered", f"session:{target.code}", now=now, study_id=study.id, **detail)
    return entry.version


def keep_status(
    session: Session,
    actor: Actor,
    session_id: int,
    entry: HomeworkEntry | None,
    status: HomeworkStatus,
    reason: NoHomeworkReason | None = None,
    *,
    now: datetime,
) -> HomeworkEntry:
    """Keep what the log knows of a session, as the next version; who and when stand beside it."""
    if entry is None:
        entry = HomeworkEntry(session_id=session_id, version=0)
        session.add(entry)
    entry.status, entry.reason, entry.version = status, reason, entry.version + 1
    entry.entered_at, entry.by_id = now, actor.person_id
    return entry


def _bar(session: Session, person_id: int, session_id: int, now: datetime) -> None:
    mine = (HomeworkAuthor.session_id == session_id) & (HomeworkAuthor.person_id == person_id)
    if session.scalar(select(HomeworkAuthor.id).where(mine)) is None:
        session.add(HomeworkAuthor(session_id=session_id, person_id=person_id, since=now))


@dataclass(frozen=True)
class LogRow:
    """A session on the list: what is kept, and what the log knows of it."""

    kept: LoggedSession
    status: HomeworkStatus


def homework_log(session: Session, study: Study) -> list[LogRow]:
    """Every session of the study with what the log knows of it, by patient and number."""
    rows = logged_sessions(session, study.id)
    return [LogRow(each, status_of(each.status, each.tasks)) for each in rows]


def next_not_entered(rows: Sequence[LogRow], after: str = "") -> str | None:
    """The rating code of the next session not yet entered, beginning behind session `after` and going round."""
    place = next((number for number, row in enumerate(rows) if row.kept.rating_code == after), -1)
    turned = [*rows[place + 1 :], *rows[: max(place, 0)]]
    waiting = (row.kept.rating_code for row in turned if row.status is HomeworkStatus.NOT_ENTERED)
    return next(waiting, None)
