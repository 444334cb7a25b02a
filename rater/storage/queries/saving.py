"""The statements of the way that every change of a point takes, each made once, in Core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Membership, Point, Rater, Rating, Revision, ScaleVersion, Wave
from rater.terms import Role

_assignment, _wave, _rater = Assignment.__table__.c, Wave.__table__.c, Rater.__table__.c
_membership, _rating, _revision = Membership.__table__.c, Rating.__table__.c, Revision.__table__.c
_point, _scale = Point.__table__.c, ScaleVersion.__table__.c

_HOLD = (
    select(_assignment.id, _wave.study_id, _assignment.state, _wave.locked_at)
    .join_from(Assignment.__table__, Wave.__table__, _wave.id == _assignment.wave_id)
    .join(Rater.__table__, _rater.id == _assignment.rater_id)
    .join(
        Membership.__table__,
        (_membership.study_id == _rater.study_id)
        & (_membership.person_id == _rater.person_id)
        & (_membership.role == Role.RATER),
    )
    .where(
        _assignment.public_id == bindparam("public_id"),
        _rater.person_id == bindparam("person_id"),
        _membership.since <= bindparam("now"),
        or_(_membership.until.is_(None), _membership.until > bindparam("now")),
    )
    .with_for_update(of=Assignment.__table__)
)
_NEWEST = (
    select(_revision.id, _revision.submitted_at)
    .join_from(Revision.__table__, Rating.__table__, _rating.id == _revision.rating_id)
    .where(_rating.assignment_id == bindparam("assignment_id"))
    .order_by(_revision.number.desc())
    .limit(1)
)
_POINTS = select(_point.item, _point.value, _point.missing_code, _point.version).where(
    _point.revision_id == bindparam("revision_id")
)
_SCALES = (
    select(_scale.id, _scale.source).where(_scale.study_id == bindparam("study_id")).order_by(_scale.order, _scale.id)
)
_ADD = insert(Point.__table__)
_CHANGE = update(Point.__table__).where(
    _point.revision_id == bindparam("in_revision"), _point.item == bindparam("of_item")
)


@dataclass(frozen=True)
class HeldAssignment:
    """An assignment that stays as it is until the transaction ends."""

    id: int
    study_id: int
    state: str
    locked_at: datetime | None


def hold_assignment(session: Session, person_id: int | None, public_id: str, *, now: datetime) -> HeldAssignment | None:
    """The assignment with this id, if the person is its rater and still a rater in its study."""
    session.flush()
    row = session.execute(_HOLD, {"public_id": public_id, "person_id": person_id, "now": now}).one_or_none()
    return HeldAssignment(*row) if row else None


def draft_id(session: Session, assignment_id: int) -> int | None:
    """The newest revision of an assignment's rating, unless it is submitted or there is none."""
    row = session.execute(_NEWEST, {"assignment_id": assignment_id}).one_or_none()
    return row.id if row is not None and row.submitted_at is None else None


def points_in(session: Session, revision_id: int) -> list[tuple[str, float | None, str | None, int]]:
    """Item, value, missing code and version of each point of a revision."""
    return [(*row,) for row in session.execute(_POINTS, {"revision_id": revision_id})]


def scale_sources(session: Session, study_id: int) -> list[tuple[int, str]]:
    """Id and source of each scale version of a study, in the study's order."""
    return [(*row,) for row in session.execute(_SCALES, {"study_id": study_id})]


def add_point(session: Session, revision_id: int, scale_version_id: int, item: str, fresh: Mapping[str, Any]) -> None:
    """The first point of an item in a revision."""
    row = {"revision_id": revision_id, "scale_version_id": scale_version_id, "item": item, **fresh}
    session.execute(_ADD, row)


def change_point(session: Session, revision_id: int, item: str, fresh: Mapping[str, Any]) -> None:
    """Another point for an item that has one in the revision."""
    session.execute(_CHANGE, {"in_revision": revision_id, "of_item": item, **fresh})
