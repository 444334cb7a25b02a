"""Each change of a rating, saved at once and harmless when it is asked for twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale, fault
from rater.ratings.completeness import GivenPoint, items_to_rate, missing_items
from rater.ratings.operations.opening import find_assignment
from rater.scales.points import point_fault
from rater.scales.schema import Scale
from rater.storage.audit import earlier, record
from rater.storage.models import (
    Assignment,
    Difficulty,
    HomeworkReport,
    HomeworkTask,
    Point,
    Rating,
    Revision,
    ScaleVersion,
)
from rater.storage.queries.ratings import given_points, latest_revision
from rater.studies.operations import scales_of
from rater.terms import DIFFICULTY_TYPES, Actor, Completed, RatingState, Reason


@dataclass(frozen=True)
class Saved:
    """What the rating screen is told after a change."""

    version: int
    saved_at: datetime
    total: int
    missing: list[str]

    @property
    def done(self) -> int:
        """How many items have a point or a missing code."""
        return self.total - len(self.missing)


def open_for_change(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Assignment:
    """The actor's own assignment, if it may still be changed. Raises NotFound, Refused."""
    assignment = find_assignment(session, actor, public_id, now=now)
    if assignment.wave.locked_at is not None:
        raise Refused(Reason("The wave is locked; ratings in it stay as they are"))
    if assignment.state == RatingState.SUBMITTED:
        raise Refused(Reason("This rating has been submitted and stays as it is"))
    return assignment


def draft(session: Session, assignment: Assignment, *, now: datetime) -> Revision:
    """The revision that changes go to, made at the first change."""
    revision = latest_revision(session, assignment.id)
    if revision is not None and revision.submitted_at is None:
        return revision
    rating = session.scalar(select(Rating).where(Rating.assignment_id == assignment.id))
    if rating is None:
        rating = Rating(assignment_id=assignment.id, code=f"RT-{assignment.public_id}", started_at=now)
        session.add(rating)
        session.flush()
    fresh = Revision(rating_id=rating.id, number=revision.number + 1 if revision else 1)
    session.add(fresh)
    assignment.state = RatingState.STARTED
    session.flush()
    return fresh


def save_point(
    session: Session,
    actor: Actor,
    public_id: str,
    item: str,
    value: float | None,
    missing_code: str | None,
    *,
    now: datetime,
    seen: int | None = None,
    operation_id: str | None = None,
) -> Saved:
    """Give an item a raw value or a missing code; neither takes the point back.

    `seen` is the version of the point that the rater was looking at. Raises NotFound, Refused, BadInput for a
    point outside the scale, and Stale with the present point where another tab has changed it since.
    """
    assignment = open_for_change(session, actor, public_id, now=now)
    scales = scales_of(assignment.wave.study, observer_only=True)
    revision = draft(session, assignment, now=now)
    points = {each.item: each for each in given_points(session, revision.id)}
    replayed = earlier(session, actor, operation_id)
    if replayed is None:
        version = _put(session, scales, revision, points, item, value, missing_code, seen=seen, now=now)
        record(
            session,
            actor,
            "point.saved",
            f"assignment:{assignment.id}",
            now=now,
            study_id=assignment.wave.study_id,
            operation_id=operation_id,
            item=item,
            value=value,
            missing_code=missing_code,
            version=version,
        )
    else:
        version = int(replayed.get("version", 0))
    return _saved(session, [scale for _, scale in scales], revision, version, now)


def save_sheet(
    session: Session,
    actor: Actor,
    public_id: str,
    points: Mapping[str, GivenPoint],
    *,
    now: datetime,
) -> int:
    """Give many items their points at once, as the form without scripts does; the number of points that changed.

    Raises what `save_point` raises; then nothing is saved.
    """
    assignment = open_for_change(session, actor, public_id, now=now)
    scales = scales_of(assignment.wave.study, observer_only=True)
    revision = draft(session, assignment, now=now)
    kept = {each.item: each for each in given_points(session, revision.id)}
    changed: dict[str, Any] = {}
    for item, new in points.items():
        old = kept.get(item)
        if (old is None and not new.is_given) or (
            old is not None and (old.value, old.missing_code) == (new.value, new.missing_code)
        ):
            continue
        _put(session, scales, revision, kept, item, new.value, new.missing_code, seen=new.version, now=now)
        changed[item] = new.missing_code if new.value is None else new.value
    if changed:
        record(
            session,
            actor,
            "sheet.saved",
            f"assignment:{assignment.id}",
            now=now,
            study_id=assignment.wave.study_id,
            points=changed,
        )
    return len(changed)


def _put(
    session: Session,
    scales: list[tuple[ScaleVersion, Scale]],
    revision: Revision,
    points: Mapping[str, Point],
    item: str,
    value: float | None,
    missing_code: str | None,
    *,
    seen: int | None,
    now: datetime,
) -> int:
    row, scale = _sheet_of(scales, item)
    if value is not None or missing_code is not None:
        reason = point_fault(scale, item, value, missing_code)
        if reason is not None:
            raise BadInput(fault(reason.template, "Choose one of the points shown", column=item, **reason.params))
    old = points.get(item)
    version = old.version if old else 0
    if seen is not None and seen != version and old and (old.value, old.missing_code) != (value, missing_code):
        raise Stale({"value": old.value, "missing_code": old.missing_code, "version": version})
    fresh = {"value": value, "missing_code": missing_code, "version": version + 1, "changed_at": now}
    if old is None:
        session.execute(insert(Point).values(revision_id=revision.id, scale_version_id=row.id, item=item, **fresh))
    else:
        session.execute(update(Point).where(Point.id == old.id).values(**fresh))
    return version + 1


def _sheet_of(scales: list[tuple[ScaleVersion, Scale]], item: str) -> tuple[ScaleVersion, Scale]:
    for row, scale in scales:
        if item in row.items:
            return row, scale
    raise NotFound


def _saved(session: Session, scales: list[Scale], revision: Revision, version: int, now: datetime) -> Saved:
    given = {
        item: GivenPoint(value, missing_code)
        for item, value, missing_code in session.execute(
            select(Point.item, Point.value, Point.missing_code).where(Point.revision_id == revision.id)
        )
    }
    return Saved(version, now, len(items_to_rate(scales)), missing_items(scales, given))


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
    assignment = open_for_change(session, actor, public_id, now=now)
    task = session.scalar(
        select(HomeworkTask).where(
            HomeworkTask.public_id == task_id, HomeworkTask.reviewed_session_id == assignment.session_id
        )
    )
    if task is None:
        raise NotFound
    if earlier(session, actor, operation_id) is not None:
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
    assignment = open_for_change(session, actor, public_id, now=now)
    if kind not in DIFFICULTY_TYPES:
        raise NotFound
    if earlier(session, actor, operation_id) is not None:
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
