"""The statements of the way that every change of a point takes, each made once, in Core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from rater.storage.database import table_of
from rater.storage.models import Assignment, Membership, Point, Rater, Rating, Revision, ScaleVersion, Wave
from rater.terms import Role

KeptPoint = tuple[float | None, str | None, int]

_ASSIGNMENTS, _WAVES, _RATERS, _MEMBERSHIPS = (table_of(each) for each in (Assignment, Wave, Rater, Membership))
_RATINGS, _REVISIONS, _GIVEN, _VERSIONS = (table_of(each) for each in (Rating, Revision, Point, ScaleVersion))
_assignment, _wave, _rater, _membership = _ASSIGNMENTS.c, _WAVES.c, _RATERS.c, _MEMBERSHIPS.c
_rating, _revision, _point, _version = _RATINGS.c, _REVISIONS.c, _GIVEN.c, _VERSIONS.c

_HOLD = (
    select(_assignment.id, _wave.study_id, _assignment.state, _wave.locked_at, _version.id, _version.sha256)
    .join_from(_ASSIGNMENTS, _WAVES, _wave.id == _assignment.wave_id)
    .join(_RATERS, _rater.id == _assignment.rater_id)
    .join(
        _MEMBERSHIPS,
        (_membership.study_id == _rater.study_id)
        & (_membership.person_id == _rater.person_id)
        & (_membership.role == Role.RATER),
    )
    .outerjoin(_VERSIONS, _version.study_id == _wave.study_id)
    .where(
        _assignment.public_id == bindparam("public_id"),
        _rater.person_id == bindparam("person_id"),
        _membership.since <= bindparam("now"),
        or_(_membership.until.is_(None), _membership.until > bindparam("now")),
    )
    .order_by(_version.order, _version.id)
    .with_for_update(of=_ASSIGNMENTS)
)
_newer = _REVISIONS.alias()
_DRAFT = (
    select(_revision.id, _point.item, _point.value, _point.missing_code, _point.version)
    .join_from(_RATINGS, _REVISIONS, _revision.rating_id == _rating.id)
    .outerjoin(_GIVEN, _point.revision_id == _revision.id)
    .where(
        _rating.assignment_id == bindparam("assignment_id"),
        _revision.submitted_at.is_(None),
        ~exists().where(_newer.c.rating_id == _rating.id, _newer.c.number > _revision.number),
    )
)
_SOURCE = select(_version.source).where(_version.id == bindparam("version_id"))
_ADD = insert(_GIVEN)
_CHANGE = update(_GIVEN).where(_point.revision_id == bindparam("in_revision"), _point.item == bindparam("of_item"))


@dataclass(frozen=True)
class HeldAssignment:
    """An assignment that stays as it is until the transaction ends, with id and hash of its study's scale versions."""

    id: int
    study_id: int
    state: str
    locked_at: datetime | None
    scale_versions: tuple[tuple[int, str], ...]


def hold_assignment(session: Session, person_id: int | None, public_id: str, *, now: datetime) -> HeldAssignment | None:
    """The assignment with this id, if the person is its rater and still a rater in its study."""
    session.flush()
    rows = session.execute(_HOLD, {"public_id": public_id, "person_id": person_id, "now": now}).all()
    if not rows:
        return None
    return HeldAssignment(*rows[0][:4], scale_versions=tuple((row[4], row[5]) for row in rows if row[4] is not None))


def draft_of(session: Session, assignment_id: int) -> tuple[int, dict[str, KeptPoint]] | None:
    """The id of the newest revision and its points by item; None where it is submitted or there is none."""
    rows = session.execute(_DRAFT, {"assignment_id": assignment_id}).all()
    if not rows:
        return None
    return rows[0][0], {item: (value, code, version) for _, item, value, code, version in rows if item is not None}


def scale_source(session: Session, version_id: int) -> str:
    """The source of a scale version."""
    source: str = session.execute(_SOURCE, {"version_id": version_id}).scalar_one()
    return source


def add_point(session: Session, revision_id: int, scale_version_id: int, item: str, fresh: Mapping[str, Any]) -> None:
    """The first point of an item in a revision."""
    row = {"revision_id": revision_id, "scale_version_id": scale_version_id, "item": item, **fresh}
    session.execute(_ADD, row)


def change_point(session: Session, revision_id: int, item: str, fresh: Mapping[str, Any]) -> None:
    """Another point for an item that has one in the revision."""
    session.execute(_CHANGE, {"in_revision": revision_id, "of_item": item, **fresh})
