"""Supervision homework: proposed by one side, agreed by the other, done, reviewed in a meeting, or dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import NotFound, Refused, Stale
from rater.storage.audit import record
from rater.storage.models import SupervisionTask
from rater.storage.queries.supervision_meetings import meeting_by_id
from rater.storage.queries.supervision_tasks import task_by_id, tasks_of
from rater.supervision.operations.asking import SeenTrainee
from rater.supervision.operations.commented import task_from_comment
from rater.supervision.operations.pairing import pair_for, side_of, side_of_person
from rater.supervision.tasks import OPEN, Side, TaskPlan, is_overdue, may_agree, nudge, place_in_list
from rater.terms import Actor, Reason, SupervisionTaskState

ENDED = Reason("The task is no longer open, so it cannot be changed")
NOT_YOURS_TO_AGREE = Reason("A proposal is agreed by the other side")
NOT_AGREED = Reason("The task is not agreed yet, or it was reviewed already")
ONLY_THE_TRAINEE = Reason("Only the trainee says what was done")


@dataclass(frozen=True)
class ShownTask:
    """A task as a page shows it to one side."""

    row: SupervisionTask
    proposed_by: Side
    may_agree: bool
    is_overdue: bool
    nudge: Reason | None

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.row.state in OPEN


@dataclass(frozen=True)
class SeenTask:
    """A task of a trainee, and as what the actor looks at it."""

    seen: SeenTrainee
    task: ShownTask


def own_tasks(
    session: Session, actor: Actor, slug: str, trainee_id: str, *, now: datetime, today: date
) -> tuple[SeenTrainee, list[ShownTask]]:
    """A trainee's tasks as a to-do list: what is agreed first, by its day. Raises NotFound, NotPermitted."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    return seen, shown(seen, tasks_of(session, seen.trainee.id), today)


def shown(seen: SeenTrainee, rows: Iterable[SupervisionTask], today: date) -> list[ShownTask]:
    """The tasks in the order of a to-do list."""
    ordered = sorted(rows, key=lambda each: (*place_in_list(each.state, each.due_on), each.id))
    return [_shown(seen, each, today) for each in ordered]


def _shown(seen: SeenTrainee, row: SupervisionTask, today: date) -> ShownTask:
    proposed = side_of_person(seen.trainee, row.proposed_by_id)
    agrees = may_agree(row.state, proposed, side_of(seen))
    return ShownTask(row, proposed, agrees, is_overdue(row.state, row.due_on, today), nudge(row.confidence))


def task_for(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, *, now: datetime, today: date
) -> SeenTask:
    """One task. Raises NotFound, NotPermitted."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    return SeenTask(seen, _shown(seen, _found(session, seen, task_id), today))


def _found(session: Session, seen: SeenTrainee, task_id: str) -> SupervisionTask:
    task = task_by_id(session, seen.trainee.id, task_id)
    if task is None:
        raise NotFound
    return task


def hold_task(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, version: int, *, now: datetime
) -> tuple[SeenTrainee, SupervisionTask]:
    """A task as it was seen, to be changed. Raises NotFound, NotPermitted, and Stale where it has changed since."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    task = _found(session, seen, task_id)
    session.refresh(task, with_for_update=True)
    if task.version != version:
        raise Stale({"version": task.version})
    return seen, task


def propose_task(
    session: Session,
    actor: Actor,
    slug: str,
    trainee_id: str,
    plan: TaskPlan,
    *,
    now: datetime,
    comment_id: str = "",
    meeting_id: str = "",
) -> SupervisionTask:
    """Propose a task, by either side, in a meeting or without one.

    Raises NotFound, NotPermitted, and Refused as `task_from_comment` does.
    """
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    if actor.person_id is None:
        raise NotFound
    comment = None
    if comment_id:
        comment = task_from_comment(session, actor, slug, trainee_id, comment_id, now=now).comment
    meeting = meeting_by_id(session, seen.trainee.id, meeting_id) if meeting_id else None
    if meeting_id and meeting is None:
        raise NotFound
    task = SupervisionTask(
        trainee_id=seen.trainee.id,
        meeting_id=meeting.id if meeting else None,
        comment_id=comment.id if comment else None,
        proposed_by_id=actor.person_id,
        proposed_at=now,
        **plan.columns(),
    )
    session.add(task)
    session.flush()
    _note(session, actor, seen, task, "proposed", now=now, from_comment=comment is not None)
    return task


def change_task(
    session: Session,
    actor: Actor,
    slug: str,
    trainee_id: str,
    task_id: str,
    plan: TaskPlan,
    *,
    version: int,
    now: datetime,
) -> SupervisionTask:
    """Change what a task is to be: from then on it is the proposal of whoever changed it, for the other to agree.

    Raises NotFound, NotPermitted, Stale, and Refused once it is done, reviewed or dropped.
    """
    seen, task = hold_task(session, actor, slug, trainee_id, task_id, version, now=now)
    if task.state not in OPEN or actor.person_id is None:
        raise Refused(ENDED)
    for name, value in plan.columns().items():
        setattr(task, name, value)
    task.state, task.agreed_at, task.proposed_by_id = SupervisionTaskState.PROPOSED, None, actor.person_id
    task.proposed_at = now
    return _changed(session, actor, seen, task, "changed", now=now)


def agree_task(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, *, version: int, now: datetime
) -> SupervisionTask:
    """Agree to what the other side proposed. Raises NotFound, NotPermitted, Stale, Refused."""
    seen, task = hold_task(session, actor, slug, trainee_id, task_id, version, now=now)
    if not may_agree(task.state, side_of_person(seen.trainee, task.proposed_by_id), side_of(seen)):
        raise Refused(NOT_YOURS_TO_AGREE)
    task.state, task.agreed_at = SupervisionTaskState.AGREED, now
    return _changed(session, actor, seen, task, "agreed", now=now)


def report_done(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, told: str, *, version: int, now: datetime
) -> SupervisionTask:
    """Keep what the trainee says was done; it may be said anew until a meeting has looked at it.

    Raises NotFound, NotPermitted, Stale, and Refused for the supervisor and for a task that is not agreed.
    """
    seen, task = hold_task(session, actor, slug, trainee_id, task_id, version, now=now)
    if side_of(seen) is not Side.TRAINEE:
        raise Refused(ONLY_THE_TRAINEE)
    if task.state not in (SupervisionTaskState.AGREED, SupervisionTaskState.DONE):
        raise Refused(NOT_AGREED)
    task.state, task.record, task.done_at = SupervisionTaskState.DONE, told, task.done_at or now
    return _changed(session, actor, seen, task, "done", now=now)


def drop_task(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, why: str, *, version: int, now: datetime
) -> SupervisionTask:
    """Drop a task with a word on why, which `conclusions` keeps. Raises NotFound, NotPermitted, Stale, Refused."""
    seen, task = hold_task(session, actor, slug, trainee_id, task_id, version, now=now)
    if task.state not in (*OPEN, SupervisionTaskState.DONE):
        raise Refused(ENDED)
    task.state, task.conclusions = SupervisionTaskState.DROPPED, why
    return _changed(session, actor, seen, task, "dropped", now=now)


def _changed(
    session: Session, actor: Actor, seen: SeenTrainee, task: SupervisionTask, what: str, *, now: datetime
) -> SupervisionTask:
    task.version += 1
    session.flush()
    _note(session, actor, seen, task, what, now=now)
    return task


def _note(
    session: Session, actor: Actor, seen: SeenTrainee, task: SupervisionTask, what: str, *, now: datetime, **more: Any
) -> None:
    subject = f"supervision_task:{task.public_id}"
    told = {"trainee": seen.trainee.public_id, **more}
    record(session, actor, f"supervision_task.{what}", subject, now=now, study_id=seen.study.id, **told)
