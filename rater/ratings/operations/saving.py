"""Each change of a rating, saved at once and harmless when it is asked for twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale, fault
from rater.ratings.completeness import GivenPoint, items_to_rate
from rater.ratings.offering import code_fault
from rater.ratings.operations.changelog import refuse_unread
from rater.ratings.operations.listening import refuse_unheard
from rater.ratings.operations.logged import session_log
from rater.ratings.operations.opening import find_assignment
from rater.ratings.operations.replaying import same_change
from rater.scales.loading import load_scale
from rater.scales.points import point_fault
from rater.scales.schema import Scale
from rater.storage.audit import earlier, record
from rater.storage.database import Transaction, connection_of, session_of, way_of
from rater.storage.models import Assignment, Rating, Revision
from rater.storage.prepared import Way
from rater.storage.queries.ratings import latest_revision
from rater.storage.queries.saving import (
    HeldAssignment,
    KeptPoint,
    add_point,
    change_point,
    hold_assignment,
    kept_points,
    mark_point,
    scale_source,
)
from rater.terms import Actor, RatingState, Reason

_SHEETS: dict[tuple[tuple[int, str], ...], Sheets] = {}
"""Sheets by the ids and hashes of their scale versions: one in use never changes, and every save needs them."""


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
    session.refresh(assignment.wave, ["locked_at"])
    if operation_id is None or earlier(session, actor, operation_id) is None:
        _refuse_closed(assignment.wave.locked_at, assignment.state)
    return assignment


def _refuse_closed(locked_at: datetime | None, state: str) -> None:
    if locked_at is not None:
        raise Refused(Reason("The wave is locked; ratings in it stay as they are"))
    if state == RatingState.SUBMITTED:
        raise Refused(Reason("This rating has been submitted and stays as it is"))
    if state == RatingState.SET_ASIDE:
        raise Refused(Reason("This session is set aside as one that cannot be rated"))


def draft(session: Session, assignment: Assignment, *, now: datetime) -> Revision:
    """The revision that changes go to, made at the first change.

    Raises Refused for the first change of a rating where the rater must read first what a scale has changed.
    """
    revision = latest_revision(session, assignment.id)
    if revision is not None and revision.submitted_at is None:
        return revision
    rating = session.scalar(select(Rating).where(Rating.assignment_id == assignment.id))
    if rating is None:
        refuse_unread(session, assignment)
        rating = Rating(assignment_id=assignment.id, code=f"RT-{assignment.public_id}", started_at=now)
        session.add(rating)
        session.flush()
    fresh = Revision(rating_id=rating.id, number=revision.number + 1 if revision else 1)
    session.add(fresh)
    assignment.state = RatingState.STARTED
    session.flush()
    return fresh


@dataclass(frozen=True)
class Sheets:
    """The items that raters of a study see, in the order of the screen, and the scale and its version of each."""

    items: tuple[str, ...]
    by_item: Mapping[str, tuple[int, Scale]]

    def of(self, item: str) -> tuple[int, Scale]:
        """The sheet that an item stands on. Raises NotFound."""
        sheet = self.by_item.get(item)
        if sheet is None:
            raise NotFound
        return sheet


def _sheets(connection: Way, held: HeldAssignment) -> Sheets:
    known = _SHEETS.get(held.scale_versions)
    if known is None:
        parsed = ((key, load_scale(scale_source(connection, key))) for key, _ in held.scale_versions)
        observed = [(key, scale) for key, scale in parsed if scale.observer]
        by_item = {item: (key, scale) for key, scale in reversed(observed) for item in scale.item_ids}
        known = Sheets(tuple(items_to_rate(scale for _, scale in observed)), by_item)
        _SHEETS[held.scale_versions] = known
    return known


def _hold(
    connection: Way, actor: Actor, public_id: str, *, now: datetime, item: str, operation_id: str | None
) -> HeldAssignment:
    held = hold_assignment(connection, actor.person_id, public_id, now=now, item=item, operation_id=operation_id)
    if held is None:
        raise NotFound
    return held


def _draft_id(transaction: Transaction, actor: Actor, public_id: str, held: HeldAssignment, *, now: datetime) -> int:
    _refuse_closed(held.locked_at, held.state)
    if held.revision_id is not None:
        return held.revision_id
    with session_of(transaction) as session:
        return draft(session, find_assignment(session, actor, public_id, now=now), now=now).id


def save_point(
    transaction: Transaction,
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
    point outside the scale or a missing code that the homework log speaks against, and Stale with the present point
    where another tab has changed it since.
    """
    connection = way_of(transaction)
    held = _hold(connection, actor, public_id, now=now, item=item, operation_id=operation_id)
    sheets = _sheets(connection, held)
    if held.earlier is not None:
        version = int(same_change(held.earlier, "point.saved", held.id, item=item)["version"])
        missing = [each for each in sheets.items if each not in held.given] if held.revision_id is not None else []
        return Saved(version, now, len(sheets.items), missing)
    revision_id = _draft_id(transaction, actor, public_id, held, now=now)
    new = GivenPoint(value, missing_code)
    if new.is_given:
        refuse_unheard(transaction, held)
    _check(transaction, held, sheets, item, held.point, new)
    version = _put(connection, revision_id, sheets, item, held.point, new, seen=seen, now=now)
    record(
        connection,
        actor,
        "point.saved",
        f"assignment:{held.id}",
        now=now,
        study_id=held.study_id,
        operation_id=operation_id,
        item=item,
        value=value,
        missing_code=missing_code,
        version=version,
    )
    given = held.given | {item} if new.is_given else held.given - {item}
    return Saved(version, now, len(sheets.items), [each for each in sheets.items if each not in given])


def save_unsure(
    transaction: Transaction,
    actor: Actor,
    public_id: str,
    item: str,
    unsure: bool,
    *,
    now: datetime,
    operation_id: str | None = None,
) -> datetime:
    """Mark an item as unsure, to be discussed, or take the mark away; the moment of saving.

    The point, its version and what is still missing stay as they are. Raises NotFound, Refused.
    """
    connection = way_of(transaction)
    held = _hold(connection, actor, public_id, now=now, item=item, operation_id=operation_id)
    if held.earlier is not None:
        same_change(held.earlier, "unsure.marked", held.id, item=item, unsure=unsure)
        return now
    sheets = _sheets(connection, held)
    revision_id = _draft_id(transaction, actor, public_id, held, now=now)
    _mark(connection, revision_id, sheets, item, held.point, unsure, now=now)
    record(
        connection,
        actor,
        "unsure.marked",
        f"assignment:{held.id}",
        now=now,
        study_id=held.study_id,
        operation_id=operation_id,
        item=item,
        unsure=unsure,
    )
    return now


def save_sheet(
    transaction: Transaction,
    actor: Actor,
    public_id: str,
    points: Mapping[str, GivenPoint],
    *,
    now: datetime,
    unsure: Collection[str] | None = None,
) -> int:
    """Give many items their points at once, as the form without scripts does; the number of points that changed.

    `unsure` are the items marked as unsure, and all others are not; None leaves the marks as they are. Raises what
    `save_point` raises; then nothing is saved.
    """
    connection = connection_of(transaction)
    held = _hold(connection, actor, public_id, now=now, item="", operation_id=None)
    sheets = _sheets(connection, held)
    revision_id = _draft_id(transaction, actor, public_id, held, now=now)
    kept = kept_points(connection, revision_id)
    changed: dict[str, Any] = {}
    for item, new in points.items():
        old = kept.get(item, _NO_POINT)
        if (old.value, old.missing_code) == (new.value, new.missing_code):
            continue
        if new.is_given:
            refuse_unheard(transaction, held, plain=True)
        _check(transaction, held, sheets, item, old, new)
        _put(connection, revision_id, sheets, item, old, new, seen=new.version, now=now)
        changed[item] = new.missing_code if new.value is None else new.value
    marked = {} if unsure is None else _mark_all(connection, revision_id, sheets, unsure, now=now)
    if changed or marked:
        detail: dict[str, Any] = {"points": changed, **({"unsure": marked} if marked else {})}
        subject = f"assignment:{held.id}"
        record(connection, actor, "sheet.saved", subject, now=now, study_id=held.study_id, **detail)
    return len(changed)


def _mark_all(
    connection: Connection,
    revision_id: int,
    sheets: Sheets,
    unsure: Collection[str],
    *,
    now: datetime,
) -> dict[str, bool]:
    """Set each mark that is not as it should be; the items whose mark changed, as they are now."""
    kept = kept_points(connection, revision_id)
    marked = {}
    for item in dict.fromkeys((*sheets.items, *unsure)):
        point, wanted = kept.get(item, _NO_POINT), item in unsure
        if point.unsure != wanted:
            _mark(connection, revision_id, sheets, item, point, wanted, now=now)
            marked[item] = wanted
    return marked


def _check(
    transaction: Transaction, held: HeldAssignment, sheets: Sheets, item: str, old: KeptPoint, new: GivenPoint
) -> None:
    """Refuse what the scale does not know, and a new missing code that the homework log speaks against."""
    _, scale = sheets.of(item)
    reason = point_fault(scale, item, new.value, new.missing_code) if new.is_given else None
    if reason is None and new.missing_code not in (None, old.missing_code):
        code = scale.missing_codes[new.missing_code]
        reason = code_fault(code, item, session_log(connection_of(transaction), held.id)) if code.when else None
    if reason is not None:
        raise BadInput(fault(reason.template, "Choose one of the points shown", column=item, **reason.params))


def _put(
    connection: Way,
    revision_id: int,
    sheets: Sheets,
    item: str,
    old: KeptPoint,
    new: GivenPoint,
    *,
    seen: int | None,
    now: datetime,
) -> int:
    version_id, _ = sheets.of(item)
    same = (old.value, old.missing_code) == (new.value, new.missing_code)
    if seen is not None and seen != old.version and old.version and not same:
        raise Stale({"value": old.value, "missing_code": old.missing_code, "version": old.version})
    version = old.version + 1
    fresh = {"value": new.value, "missing_code": new.missing_code, "version": version, "changed_at": now}
    if old.id is None:
        add_point(connection, revision_id, version_id, item, fresh)
    else:
        change_point(connection, old.id, fresh)
    return version


def _mark(
    connection: Way,
    revision_id: int,
    sheets: Sheets,
    item: str,
    old: KeptPoint,
    unsure: bool,
    *,
    now: datetime,
) -> None:
    version_id, _ = sheets.of(item)
    if old.id is not None:
        mark_point(connection, old.id, unsure)
    elif unsure:
        fresh = {"value": None, "missing_code": None, "unsure": True, "version": 0, "changed_at": now}
        add_point(connection, revision_id, version_id, item, fresh)


_NO_POINT = KeptPoint()
