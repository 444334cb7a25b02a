"""The statements of the way that every change of a point takes, each made once, in Core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, String, bindparam, cast, exists, func, insert, or_, select, update

from rater.storage.audit import Earlier
from rater.storage.database import table_of
from rater.storage.models import (
    Assignment,
    AuditEvent,
    Membership,
    Point,
    Rater,
    Rating,
    Revision,
    ScaleVersion,
    Study,
    Wave,
)
from rater.storage.prepared import Prepared, Way
from rater.storage.queries.own import IS_OWN, RATES_IN_STUDY

_ASSIGNMENTS, _WAVES, _RATERS, _MEMBERSHIPS = (table_of(each) for each in (Assignment, Wave, Rater, Membership))
_RATINGS, _REVISIONS, _GIVEN, _VERSIONS = (table_of(each) for each in (Rating, Revision, Point, ScaleVersion))
_EVENTS, _STUDIES = table_of(AuditEvent), table_of(Study)
_study = _STUDIES.c
_assignment, _wave, _rater, _membership, _event = (
    each.c for each in (_ASSIGNMENTS, _WAVES, _RATERS, _MEMBERSHIPS, _EVENTS)
)
_rating, _revision, _point, _version = _RATINGS.c, _REVISIONS.c, _GIVEN.c, _VERSIONS.c

_LOCK = Prepared(select(_assignment.id).where(_assignment.public_id == bindparam("public_id")).with_for_update())
_newer, _others = _REVISIONS.alias(), _GIVEN.alias()
_ITEMS_GIVEN = (
    select(func.aggregate_strings(_others.c.item, " "))
    .where(
        _others.c.revision_id == _revision.id,
        or_(_others.c.value.is_not(None), _others.c.missing_code.is_not(None)),
    )
    .scalar_subquery()
)
_SHEET = cast(_version.order, String) + " " + cast(_version.id, String) + " " + _version.sha256
_SHEETS = (
    select(func.aggregate_strings(_SHEET, ","))
    .where(_version.study_id == _wave.study_id, _version.superseded_at.is_(None))
    .scalar_subquery()
)
_HELD = Prepared(
    select(
        _assignment.id,
        _wave.study_id,
        _assignment.state,
        _wave.locked_at,
        _SHEETS.label("sheets"),
        _revision.id.label("revision_id"),
        _ITEMS_GIVEN.label("given"),
        _point.id.label("point_id"),
        _point.value,
        _point.missing_code,
        _point.unsure,
        _point.version,
        _event.action,
        _event.subject,
        _event.detail,
        _study.rate_at_end,
        _study.heard_share,
    )
    .join_from(_ASSIGNMENTS, _WAVES, _wave.id == _assignment.wave_id)
    .join(_STUDIES, _study.id == _wave.study_id)
    .join(_RATERS, _rater.id == _assignment.rater_id)
    .join(_MEMBERSHIPS, RATES_IN_STUDY)
    .outerjoin(_RATINGS, _rating.assignment_id == _assignment.id)
    .outerjoin(
        _REVISIONS,
        (_revision.rating_id == _rating.id)
        & _revision.submitted_at.is_(None)
        & ~exists().where(_newer.c.rating_id == _revision.rating_id, _newer.c.number > _revision.number),
    )
    .outerjoin(_GIVEN, (_point.revision_id == _revision.id) & (_point.item == bindparam("of_item")))
    .outerjoin(_EVENTS, (_event.actor_id == bindparam("person_id")) & (_event.operation_id == bindparam("operation")))
    .where(IS_OWN)
)
_POINTS = select(_point.item, _point.id, _point.value, _point.missing_code, _point.unsure, _point.version).where(
    _point.revision_id == bindparam("in_revision")
)
_SOURCE = Prepared(select(_version.source).where(_version.id == bindparam("version_id")))
_ADD = Prepared(insert(_GIVEN))
_CHANGE = Prepared(update(_GIVEN).where(_point.id == bindparam("of_point")))
_MARK = Prepared(update(_GIVEN).where(_point.id == bindparam("of_point")).values(unsure=bindparam("is_unsure")))


@dataclass(frozen=True)
class KeptPoint:
    """A row of points as it is kept; without an id there is none yet, and version 0 was never given."""

    id: int | None = None
    value: float | None = None
    missing_code: str | None = None
    unsure: bool = False
    version: int = 0


@dataclass(frozen=True)
class HeldAssignment:
    """An assignment that stays as it is until the transaction ends, and what one item has in its draft.

    `revision_id` is None where there is no draft. `scale_versions` are id and hash, in their order in the study;
    `given` are the items with a value or a missing code; `earlier` is what the operation id has caused already.
    `rate_at_end` and the wanted `heard_share` are the study's.
    """

    id: int
    study_id: int
    state: str
    locked_at: datetime | None
    scale_versions: tuple[tuple[int, str], ...]
    revision_id: int | None
    given: frozenset[str]
    point: KeptPoint
    earlier: Earlier | None
    rate_at_end: str
    heard_share: float


def hold_assignment(
    connection: Way,
    person_id: int | None,
    public_id: str,
    *,
    now: datetime,
    item: str = "",
    operation_id: str | None = None,
) -> HeldAssignment | None:
    """The assignment with this id, if the person is its rater and still a rater in its study."""
    if connection.dialect.name != "sqlite":  # SQLite has one writer; others must wait before they look
        _LOCK.one(connection, {"public_id": public_id})
    asked = {"public_id": public_id, "person_id": person_id, "now": now, "of_item": item, "operation": operation_id}
    row = _HELD.one(connection, asked)
    if row is None:
        return None
    (key, study_id, state, locked_at, sheets, revision_id, given, *point, action, subject, detail, at_end, share) = row
    return HeldAssignment(
        key,
        study_id,
        state,
        locked_at,
        _scale_versions(sheets or ""),
        revision_id,
        frozenset((given or "").split()),
        KeptPoint() if point[0] is None else KeptPoint(*point),
        None if action is None else Earlier(action, subject, detail),
        at_end,
        share,
    )


@lru_cache(maxsize=256)
def _scale_versions(sheets: str) -> tuple[tuple[int, str], ...]:
    rows = sorted(
        (int(order), int(key), sha256) for order, key, sha256 in map(str.split, filter(None, sheets.split(",")))
    )
    return tuple((key, sha256) for _, key, sha256 in rows)


def kept_points(connection: Connection, revision_id: int) -> dict[str, KeptPoint]:
    """All points of a revision by item, those taken back and those only marked included."""
    return {item: KeptPoint(*rest) for item, *rest in connection.execute(_POINTS, {"in_revision": revision_id})}


def scale_source(connection: Way, version_id: int) -> str:
    """The source of a scale version. Raises RuntimeError where there is none."""
    row = _SOURCE.one(connection, {"version_id": version_id})
    if row is None:
        raise RuntimeError(f"there is no scale version {version_id}")
    return str(row[0])


def add_point(connection: Way, revision_id: int, scale_version_id: int, item: str, fresh: Mapping[str, Any]) -> None:
    """The first row of an item in a revision."""
    row = {"revision_id": revision_id, "scale_version_id": scale_version_id, "item": item, "unsure": False, **fresh}
    _ADD.run(connection, row)


def change_point(connection: Way, point_id: int, fresh: Mapping[str, Any]) -> None:
    """Other values for a row of points."""
    _CHANGE.run(connection, {"of_point": point_id, **fresh})


def mark_point(connection: Way, point_id: int, unsure: bool) -> None:
    """The rater's mark on a point, without another version of it."""
    _MARK.run(connection, {"of_point": point_id, "is_unsure": unsure})
