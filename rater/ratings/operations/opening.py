"""The rater's queue, and one session opened for rating; both only read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.homework.entering import status_of
from rater.homework.operations.types import types_of
from rater.homework.types import TypeList
from rater.ratings.completeness import GivenPoint, items_to_rate, missing_items
from rater.ratings.coverage import Gate, may_rate
from rater.ratings.due import due_state
from rater.ratings.offering import SessionLog
from rater.ratings.operations.changelog import to_read_first
from rater.ratings.operations.listening import Remembered, listening_of
from rater.ratings.operations.logged import session_log
from rater.ratings.visibility import for_rater
from rater.recordings.masking import Stretch
from rater.recordings.operations.hearing import hidden_seconds, is_prepared
from rater.recordings.succession import previous_held
from rater.scales.schema import Scale
from rater.storage.database import connection_of
from rater.storage.models import (
    Assignment,
    Difficulty,
    HomeworkReport,
    HomeworkTask,
    Note,
    Obstacle,
    OtherTask,
    Recording,
    Study,
)
from rater.storage.queries.hearing import opens_recording
from rater.storage.queries.homework import entry_of, numbers_of, tasks_of
from rater.storage.queries.ratings import given_points, latest_obstacles, latest_revision, own_assignment, queue_rows
from rater.storage.queries.studies import ruling_counts
from rater.storage.queries.supervision import research_ended
from rater.storage.queries.training import held_back
from rater.storage.queries.versions import unread_changes
from rater.studies.operations import scales_of, scales_of_wave, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, HomeworkStatus, LogList, ObstacleReason, RatingState


@dataclass(frozen=True)
class Queue:
    """A rater's sessions in one study, wave by wave in the order in which they are to be rated.

    `held_back` sessions more wait for the rater's certification; none is begun before the changes of the scales
    `to_read_first` are read.
    """

    study: Study
    rows: list[dict[str, Any]]
    submitted: int
    this_week: int
    held_back: int = 0
    to_read_first: Sequence[str] = ()

    @property
    def total(self) -> int:
        """The sessions that are the rater's to rate: all but those set aside."""
        return sum(row["state"] != RatingState.SET_ASIDE for row in self.rows)

    @property
    def next_row(self) -> dict[str, Any] | None:
        """The session to go on with: the one begun, else the first open one, neither in a locked wave."""
        ready = [
            row
            for row in self.rows
            if row["state"] in (RatingState.OPEN, RatingState.STARTED) and not row["wave_locked"]
        ]
        begun = [row for row in ready if row["state"] == RatingState.STARTED]
        return next(iter((*begun, *ready)), None)

    @property
    def next_id(self) -> str | None:
        """The id of the session to go on with."""
        return str(self.next_row["public_id"]) if self.next_row else None

    @property
    def waves(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The sessions of each wave."""
        return [(wave, list(rows)) for wave, rows in groupby(self.rows, key=lambda row: str(row["wave"]))]


def my_queue(session: Session, actor: Actor, slug: str, *, now: datetime, today: date | None = None) -> Queue:
    """The actor's own sessions in a study; due dates are judged by `today`, the day in UTC unless it is given.

    Raises NotFound, NotPermitted.
    """
    study = study_for(session, actor, slug, Action.RATE, now=now)
    items = len(items_to_rate(scale for _, scale in scales_of(study, observer_only=True)))
    found = queue_rows(session, actor.person_id, study.id, today=now.date())
    aside = [assignment.id for assignment, *_ in found if assignment.state == RatingState.SET_ASIDE]
    obstacles = latest_obstacles(session, aside)
    rows = [
        for_rater(
            {
                "public_id": assignment.public_id,
                "code": assignment.shown_code,
                "state": RatingState(assignment.state),
                "wave": assignment.shown_wave,
                "wave_locked": assignment.wave.locked_at is not None,
                "due_on": assignment.due_on,
                "due": due_state(assignment.due_on, today or now.date()),
                "obstacle": _told(obstacles.get(assignment.id)),
                "done": given,
                "items": items,
                "duration_s": seconds,
                "submitted_at": submitted,
            }
        )
        for assignment, seconds, given, submitted in found
    ]
    done = [row["submitted_at"] for row in rows if row["state"] == RatingState.SUBMITTED]
    recent = sum(moment is not None and now - moment < timedelta(days=7) for moment in done)
    waiting = held_back(session, actor.person_id, study.id, today=now.date())
    unread = unread_changes(session, actor.person_id, study.id)
    return Queue(study, rows, len(done), recent, waiting, unread)


def _told(obstacle: Obstacle | None) -> dict[str, str | None] | None:
    return {"reason": obstacle.reason, "answer": obstacle.answer} if obstacle else None


@dataclass(frozen=True)
class OpenRating:
    """All that the rating screen shows of one session."""

    assignment: Assignment
    study: Study
    recording: Recording | None
    scales: list[Scale]
    points: dict[str, GivenPoint]
    tasks: list[tuple[HomeworkTask, HomeworkReport | None]]
    log_status: HomeworkStatus
    log: SessionLog
    homework_types: TypeList
    difficulty_types: TypeList
    other_tasks: Sequence[OtherTask]
    difficulties: frozenset[str]
    notes: Sequence[Note]
    rulings: dict[str, int]
    listening: Remembered
    gate: Gate
    is_kept_away: bool
    is_closed: bool
    consent_ended: bool
    masks: tuple[Stretch, ...]
    is_ready: bool
    to_read_first: list[str]

    @property
    def may_hear(self) -> bool:
        """Whether the recording, as far as there is one, is open to the rater now."""
        return self.is_ready and not (self.is_kept_away or self.is_closed or self.consent_ended)

    @property
    def missing(self) -> list[str]:
        """The items still to be rated."""
        return missing_items(self.scales, self.points)


def find_assignment(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Assignment:
    """The actor's own assignment. Raises NotFound for anybody else's."""
    assignment = own_assignment(session, actor.person_id, public_id, now=now)
    if assignment is None:
        raise NotFound
    return assignment


def open_rating(session: Session, actor: Actor, public_id: str, *, now: datetime) -> OpenRating:
    """One of the actor's own sessions with everything given so far. Raises NotFound."""
    assignment = find_assignment(session, actor, public_id, now=now)
    study = assignment.wave.study
    revision = latest_revision(session, assignment.id)
    points = given_points(session, revision.id) if revision else []
    listening = listening_of(session, assignment.id)
    recording = session.scalar(select(Recording).where(Recording.session_id == assignment.session_id))
    masks = hidden_seconds(session, actor.person_id, recording.id, study.id, now=now) if recording else ()
    return OpenRating(
        assignment=assignment,
        study=study,
        recording=recording,
        masks=masks,
        is_ready=recording is None or is_prepared(session, recording, masks),
        scales=[scale for _, scale in scales_of_wave(session, assignment.wave, observer_only=True)],
        points={each.item: GivenPoint(each.value, each.missing_code, each.version, each.unsure) for each in points},
        tasks=_tasks(session, assignment),
        log_status=_log_status(session, assignment),
        log=session_log(connection_of(session), assignment.id),
        homework_types=types_of(session, study, LogList.HOMEWORK),
        difficulty_types=types_of(session, study, LogList.DIFFICULTIES),
        other_tasks=session.scalars(
            select(OtherTask).where(OtherTask.assignment_id == assignment.id).order_by(OtherTask.id)
        ).all(),
        difficulties=frozenset(
            session.scalars(
                select(Difficulty.type).where(
                    Difficulty.session_id == assignment.session_id, Difficulty.rater_id == assignment.rater_id
                )
            )
        ),
        notes=session.scalars(
            select(Note).where(Note.assignment_id == assignment.id).order_by(Note.second, Note.id)
        ).all(),
        rulings=ruling_counts(session, study.id),
        listening=listening,
        is_kept_away=_is_kept_away(session, assignment),
        to_read_first=to_read_first(session, assignment),
        is_closed=not opens_recording(session, assignment.id),
        consent_ended=recording is not None and research_ended(session, recording.id, today=now.date()),
        gate=may_rate(
            study.rate_at_end,
            listening.share,
            study.heard_share,
            has_points=any(each.value is not None or each.missing_code for each in points),
        ),
    )


def _is_kept_away(session: Session, assignment: Assignment) -> bool:
    """Whether the recording is closed to the rater, who knows somebody in it."""
    if assignment.state != RatingState.SET_ASIDE:
        return False
    obstacle = latest_obstacles(session, [assignment.id]).get(assignment.id)
    return obstacle is not None and obstacle.reason == ObstacleReason.KNOWS_PERSON


def _tasks(session: Session, assignment: Assignment) -> list[tuple[HomeworkTask, HomeworkReport | None]]:
    rows = session.execute(
        select(HomeworkTask, HomeworkReport)
        .outerjoin(
            HomeworkReport,
            (HomeworkReport.task_id == HomeworkTask.id) & (HomeworkReport.assignment_id == assignment.id),
        )
        .where(HomeworkTask.reviewed_session_id == assignment.session_id)
        .order_by(HomeworkTask.place, HomeworkTask.code)
    )
    return [(task, report) for task, report in rows]


def _log_status(session: Session, assignment: Assignment) -> HomeworkStatus:
    """What the log knows of the homework due in the session; before a patient's first session nothing was assigned."""
    therapy_session = assignment.therapy_session
    numbers = numbers_of(session, therapy_session.patient_id)
    before = previous_held(therapy_session.number, numbers)
    if before is None:
        return HomeworkStatus.NONE
    entry = entry_of(session, numbers[before])
    return status_of(entry.status if entry else None, len(tasks_of(session, numbers[before])))
