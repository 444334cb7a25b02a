"""Each change of a rating, saved at once and harmless when it is asked for twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale, fault
from rater.ratings.completeness import NOT_GIVEN, GivenPoint, items_to_rate, missing_items
from rater.ratings.operations.opening import find_assignment
from rater.ratings.operations.replaying import replay_of
from rater.scales.points import point_fault
from rater.scales.schema import Scale
from rater.storage.audit import earlier, record
from rater.storage.models import Assignment, Rating, Revision
from rater.storage.queries.ratings import latest_revision
from rater.storage.queries.saving import (
    HeldAssignment,
    add_point,
    change_point,
    draft_of,
    hold_assignment,
    scale_source,
)
from rater.studies.operations import parsed_scale
from rater.terms import Actor, RatingState, Reason

_SCALES: dict[str, Scale] = {}
"""Scales by the hash of their source: one in use never changes, and every save needs them."""


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


def open_for_change(
    session: Session, actor: Actor, public_id: str, *, now: datetime, operation_id: str | None = None
) -> Assignment:
    """The actor's own assignment, held until the transaction ends, if it may still be changed.

    An operation that was done before may come again although the rating has been submitted since: its answer was
    lost. Raises NotFound, Refused.
    """
    assignment = find_assignment(session, actor, public_id, now=now)
    session.refresh(assignment, ["state"], with_for_update=True)
    if operation_id is None or earlier(session, actor, operation_id) is None:
        _refuse_closed(assignment.wave.locked_at, assignment.state)
    return assignment


def _refuse_closed(locked_at: datetime | None, state: str) -> None:
    if locked_at is not None:
        raise Refused(Reason("The wave is locked; ratings in it stay as they are"))
    if state == RatingState.SUBMITTED:
        raise Refused(Reason("This rating has been submitted and stays as it is"))


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


@dataclass(frozen=True)
class _Draft:
    """A rating's draft, held until the transaction ends: its scales with their version ids, its points by item."""

    assignment: HeldAssignment
    revision_id: int
    scales: list[tuple[int, Scale]]
    points: dict[str, GivenPoint]


def _hold(session: Session, actor: Actor, public_id: str, *, now: datetime) -> HeldAssignment:
    held = hold_assignment(session, actor.person_id, public_id, now=now)
    if held is None:
        raise NotFound
    return held


def _open_draft(session: Session, actor: Actor, public_id: str, held: HeldAssignment, *, now: datetime) -> _Draft:
    _refuse_closed(held.locked_at, held.state)
    kept = draft_of(session, held.id)
    if kept is None:
        kept = draft(session, find_assignment(session, actor, public_id, now=now), now=now).id, {}
    revision_id, points = kept
    given = {item: GivenPoint(*each) for item, each in points.items()}
    return _Draft(held, revision_id, _observed(session, held), given)


def _observed(session: Session, held: HeldAssignment) -> list[tuple[int, Scale]]:
    scales = [(version_id, _scale(session, version_id, sha256)) for version_id, sha256 in held.scale_versions]
    return [(version_id, scale) for version_id, scale in scales if scale.observer]


def _scale(session: Session, version_id: int, sha256: str) -> Scale:
    if sha256 not in _SCALES:
        _SCALES[sha256] = parsed_scale(scale_source(session, version_id))
    return _SCALES[sha256]


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
    held = _hold(session, actor, public_id, now=now)
    replayed = replay_of(session, actor, operation_id, "point.saved", held, item=item)
    if replayed is not None and held.state == RatingState.SUBMITTED:
        total = len(items_to_rate(scale for _, scale in _observed(session, held)))
        return Saved(int(replayed["version"]), now, total, [])
    opened = _open_draft(session, actor, public_id, held, now=now)
    if replayed is None:
        version = _put(session, opened, item, value, missing_code, seen=seen, now=now)
        record(
            session,
            actor,
            "point.saved",
            f"assignment:{opened.assignment.id}",
            now=now,
            study_id=opened.assignment.study_id,
            operation_id=operation_id,
            item=item,
            value=value,
            missing_code=missing_code,
            version=version,
        )
    else:
        version = int(replayed["version"])
    scales = [scale for _, scale in opened.scales]
    return Saved(version, now, len(items_to_rate(scales)), missing_items(scales, opened.points))


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
    opened = _open_draft(session, actor, public_id, _hold(session, actor, public_id, now=now), now=now)
    changed: dict[str, Any] = {}
    for item, new in points.items():
        old = opened.points.get(item, NOT_GIVEN)
        if (old.value, old.missing_code) == (new.value, new.missing_code):
            continue
        _put(session, opened, item, new.value, new.missing_code, seen=new.version, now=now)
        changed[item] = new.missing_code if new.value is None else new.value
    if changed:
        record(
            session,
            actor,
            "sheet.saved",
            f"assignment:{opened.assignment.id}",
            now=now,
            study_id=opened.assignment.study_id,
            points=changed,
        )
    return len(changed)


def _put(
    session: Session,
    opened: _Draft,
    item: str,
    value: float | None,
    missing_code: str | None,
    *,
    seen: int | None,
    now: datetime,
) -> int:
    version_id, scale = _sheet_of(opened.scales, item)
    if value is not None or missing_code is not None:
        reason = point_fault(scale, item, value, missing_code)
        if reason is not None:
            raise BadInput(fault(reason.template, "Choose one of the points shown", column=item, **reason.params))
    old = opened.points.get(item, NOT_GIVEN)
    if (
        seen is not None
        and seen != old.version
        and old.version
        and (old.value, old.missing_code) != (value, missing_code)
    ):
        raise Stale({"value": old.value, "missing_code": old.missing_code, "version": old.version})
    new = GivenPoint(value, missing_code, old.version + 1)
    fresh = {"value": value, "missing_code": missing_code, "version": new.version, "changed_at": now}
    if old.version:
        change_point(session, opened.revision_id, item, fresh)
    else:
        add_point(session, opened.revision_id, version_id, item, fresh)
    opened.points[item] = new
    return new.version


def _sheet_of(scales: list[tuple[int, Scale]], item: str) -> tuple[int, Scale]:
    for version_id, scale in scales:
        if item in scale.item_ids:
            return version_id, scale
    raise NotFound
