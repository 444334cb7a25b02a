"""Supervision meetings: planned, written in by both, held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, Refused, Stale
from rater.storage.audit import record
from rater.storage.models import Meeting, Supervision, SupervisionTask
from rater.storage.queries.supervision_meetings import meeting_by_id, meetings_of
from rater.storage.queries.supervision_tasks import task_by_id
from rater.supervision.meetings import MINUTES, Evaluation, order_of
from rater.supervision.operations.asking import Seat, SeenTrainee
from rater.supervision.operations.pairing import pair_for
from rater.supervision.tasks import TaskReview
from rater.supervision.written import merged
from rater.terms import Actor, MeetingState, Reason, SupervisionTaskState

ONLY_THE_TRAINEE = Reason("Only the trainee says how the meeting was")
NOT_TO_COME = Reason("The meeting was held, so its day stays")
CHANGED_MEANWHILE = Fault(
    Reason("This homework has changed meanwhile"), Reason("Look at how it stands now, then keep once more")
)
NOT_TO_REVIEW = Fault(Reason("This homework is not agreed"), Reason("Agree on it first, or leave it for next time"))


@dataclass(frozen=True)
class SeenMeeting:
    """A meeting, and as what the actor looks at it."""

    seen: SeenTrainee
    row: Meeting


@dataclass(frozen=True)
class Kept:
    """What was typed into a meeting's page.

    `marks` are those of the notes as they were when the page was opened; `reviews` and `versions` are by task id.
    """

    notes: Mapping[str, str]
    marks: Mapping[str, str]
    evaluation: Evaluation | None
    reviews: Mapping[str, TaskReview]
    versions: Mapping[str, int]


def own_meetings(
    session: Session, actor: Actor, slug: str, trainee_id: str, *, now: datetime
) -> tuple[SeenTrainee, Sequence[Meeting]]:
    """A trainee's meetings: those to come, then those held. Raises NotFound, NotPermitted."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    return seen, order_of(meetings_of(session, seen.trainee.id))


def meeting_for(
    session: Session, actor: Actor, slug: str, trainee_id: str, meeting_id: str, *, now: datetime
) -> SeenMeeting:
    """One meeting. Raises NotFound, NotPermitted."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    row = meeting_by_id(session, seen.trainee.id, meeting_id)
    if row is None:
        raise NotFound
    return SeenMeeting(seen, row)


def plan_meeting(
    session: Session, actor: Actor, slug: str, trainee_id: str, day: date, *, now: datetime
) -> Meeting:  # fmt: skip
    """Plan a meeting of a trainee with the present supervisor, by either. Raises NotFound, NotPermitted, BadInput."""
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    supervisor = next((each for each in seen.trainee.supervisions if _stands(each, now)), None)
    if supervisor is None:
        cause = Reason("Nobody supervises the trainee now")
        raise BadInput(Fault(cause, Reason("Ask the programme's coordinator"), column="meets_on"))
    made = Meeting(trainee_id=seen.trainee.id, supervisor_id=supervisor.person_id, meets_on=day, planned_at=now)
    session.add(made)
    session.flush()
    _note(session, actor, seen, made, "planned", now=now, day=day.isoformat())
    return made


def _stands(supervision: Supervision, now: datetime) -> bool:
    return supervision.since <= now and (supervision.until is None or supervision.until > now)


def move_meeting(
    session: Session, actor: Actor, slug: str, trainee_id: str, meeting_id: str, day: date, *, now: datetime
) -> None:
    """Put a meeting to come on another day. Raises NotFound, NotPermitted, and Refused once it was held."""
    found = meeting_for(session, actor, slug, trainee_id, meeting_id, now=now)
    if found.row.state == MeetingState.HELD:
        raise Refused(NOT_TO_COME)
    found.row.meets_on = day
    _note(session, actor, found.seen, found.row, "moved", now=now, day=day.isoformat())


def texts_of(meeting: Meeting) -> dict[str, str]:
    """The notes by part, and the minutes."""
    return {**meeting.agenda, MINUTES: meeting.minutes}


def keep_meeting(
    session: Session, actor: Actor, slug: str, trainee_id: str, meeting_id: str, kept: Kept, *, now: datetime
) -> Meeting:
    """Keep notes, minutes, the evaluation and the reviews of homework that were typed into a meeting, all or nothing.

    What only one of two people changed is taken from each. Raises Stale with `clashes`, by part, where both changed
    the same notes; BadInput where homework has changed meanwhile; NotFound, NotPermitted, and Refused where anybody
    but the trainee says how the meeting was.
    """
    found = meeting_for(session, actor, slug, trainee_id, meeting_id, now=now)
    row = found.row
    session.refresh(row, with_for_update=True)
    joined = merged(kept.notes, kept.marks, texts_of(row))
    if joined.clashes:
        raise Stale({"clashes": joined.clashes})
    before = (dict(row.agenda), row.minutes, dict(row.evaluation))
    row.minutes = joined.texts.pop(MINUTES, "")
    row.agenda = {name: text for name, text in joined.texts.items() if text}
    _evaluate(found, kept.evaluation)
    _review_all(session, actor, found, kept, now=now)
    if before != (row.agenda, row.minutes, row.evaluation):
        row.version += 1
        _note(session, actor, found.seen, row, "kept", now=now, version=row.version)
    session.flush()
    return row


def _evaluate(found: SeenMeeting, evaluation: Evaluation | None) -> None:
    if evaluation is None:
        return
    if found.seen.seat is not Seat.TRAINEE:
        raise Refused(ONLY_THE_TRAINEE)
    found.row.evaluation = evaluation.as_dict()


def _review_all(session: Session, actor: Actor, found: SeenMeeting, kept: Kept, *, now: datetime) -> None:
    faults: list[Fault] = []
    for task_id, review in kept.reviews.items():
        task = task_by_id(session, found.seen.trainee.id, task_id)
        if task is None:
            raise NotFound
        session.refresh(task, with_for_update=True)
        if _is_same(task, review):
            continue
        fault = _hindrance(task, found.row, kept.versions.get(task_id, 0))
        if fault is not None:
            faults.append(Fault(fault.cause, fault.remedy, column=f"completed-{task_id}"))
            continue
        _review(session, actor, found, task, review, now=now)
    if faults:
        raise BadInput(faults)


def _is_same(task: SupervisionTask, review: TaskReview) -> bool:
    kept = TaskReview(task.completed or "", task.difficulties, task.conclusions, task.self_efficacy)
    return task.state == SupervisionTaskState.REVIEWED and kept == review


def _hindrance(task: SupervisionTask, meeting: Meeting, version: int) -> Fault | None:
    if task.version != version:
        return CHANGED_MEANWHILE
    waits = task.state in (SupervisionTaskState.AGREED, SupervisionTaskState.DONE)
    return None if waits or task.reviewed_in_id == meeting.id else NOT_TO_REVIEW


def _review(
    session: Session, actor: Actor, found: SeenMeeting, task: SupervisionTask, review: TaskReview, *, now: datetime
) -> None:
    task.state, task.reviewed_in_id, task.reviewed_at = SupervisionTaskState.REVIEWED, found.row.id, now
    task.completed, task.difficulties = review.completed, review.difficulties
    task.conclusions, task.self_efficacy = review.conclusions, review.self_efficacy
    task.version += 1
    subject, told = f"supervision_task:{task.public_id}", {"meeting": found.row.public_id}
    record(session, actor, "supervision_task.reviewed", subject, now=now, study_id=found.seen.study.id, **told)


def hold_meeting(session: Session, actor: Actor, slug: str, trainee_id: str, meeting_id: str, *, now: datetime) -> None:
    """Mark a meeting as held; once is enough. Raises NotFound, NotPermitted."""
    found = meeting_for(session, actor, slug, trainee_id, meeting_id, now=now)
    if found.row.state != MeetingState.HELD:
        found.row.state, found.row.held_at = MeetingState.HELD, now
        _note(session, actor, found.seen, found.row, "held", now=now)
        session.flush()


def _note(
    session: Session, actor: Actor, seen: SeenTrainee, meeting: Meeting, what: str, *, now: datetime, **more: Any
) -> None:
    subject, told = f"meeting:{meeting.public_id}", {"trainee": seen.trainee.public_id, **more}
    record(session, actor, f"meeting.{what}", subject, now=now, study_id=seen.study.id, **told)
