"""The rater's queue, and one session opened for rating; both only read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.ratings.completeness import GivenPoint, items_to_rate, missing_items
from rater.ratings.visibility import for_rater
from rater.scales.schema import Scale
from rater.storage.models import Assignment, Difficulty, HomeworkReport, HomeworkTask, Note, Recording, Study
from rater.storage.queries.ratings import given_points, latest_revision, own_assignment, queue_rows
from rater.studies.operations import scales_of, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, RatingState


@dataclass(frozen=True)
class Queue:
    """A rater's sessions in one study, in the order in which they are to be rated."""

    study: Study
    rows: list[dict[str, Any]]
    submitted: int
    this_week: int

    @property
    def next_id(self) -> str | None:
        """The session to go on with: the one begun, else the first open one."""
        unfinished = [row for row in self.rows if row["state"] != RatingState.SUBMITTED]
        begun = [row for row in unfinished if row["state"] == RatingState.STARTED]
        return next((row["public_id"] for row in (*begun, *unfinished)), None)


def my_queue(session: Session, actor: Actor, slug: str, *, now: datetime) -> Queue:
    """The actor's own sessions in a study. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.RATE, now=now)
    items = len(items_to_rate(scale for _, scale in scales_of(study, observer_only=True)))
    rows = [
        for_rater(
            {
                "public_id": assignment.public_id,
                "code": assignment.therapy_session.rating_code,
                "state": RatingState(assignment.state),
                "wave": assignment.wave.name,
                "done": given,
                "items": items,
                "duration_s": seconds,
                "submitted_at": submitted,
            }
        )
        for assignment, seconds, given, submitted in queue_rows(session, actor.person_id, study.id)
    ]
    done = [row["submitted_at"] for row in rows if row["state"] == RatingState.SUBMITTED and row["submitted_at"]]
    return Queue(study, rows, len(done), sum(now - moment < timedelta(days=7) for moment in done))


@dataclass(frozen=True)
class OpenRating:
    """All that the rating screen shows of one session."""

    assignment: Assignment
    study: Study
    recording: Recording | None
    scales: list[Scale]
    points: dict[str, GivenPoint]
    tasks: list[tuple[HomeworkTask, HomeworkReport | None]]
    difficulties: frozenset[str]
    notes: Sequence[Note]

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
    return OpenRating(
        assignment=assignment,
        study=study,
        recording=session.scalar(select(Recording).where(Recording.session_id == assignment.session_id)),
        scales=[scale for _, scale in scales_of(study, observer_only=True)],
        points={each.item: GivenPoint(each.value, each.missing_code, each.version) for each in points},
        tasks=_tasks(session, assignment),
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
    )


def _tasks(session: Session, assignment: Assignment) -> list[tuple[HomeworkTask, HomeworkReport | None]]:
    rows = session.execute(
        select(HomeworkTask, HomeworkReport)
        .outerjoin(
            HomeworkReport,
            (HomeworkReport.task_id == HomeworkTask.id) & (HomeworkReport.assignment_id == assignment.id),
        )
        .where(HomeworkTask.reviewed_session_id == assignment.session_id)
        .order_by(HomeworkTask.code)
    )
    return [(task, report) for task, report in rows]
