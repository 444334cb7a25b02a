"""Which version of a scale which ratings use, and who has read what a version changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from rater.storage.models import (
    AnchorProposal,
    Assignment,
    ChangelogReading,
    Point,
    Rating,
    Revision,
    ScaleVersion,
    Wave,
)
from rater.terms import RatingState, ScaleKind


def waves_with_ratings(session: Session, study_id: int) -> list[tuple[str, str, datetime | None, int]]:
    """Name, kind, lock and number of ratings of each wave of a study in which a rating has been begun."""
    rows = session.execute(
        select(Wave.name, Wave.kind, Wave.locked_at, func.count(Rating.id))
        .join(Assignment, Assignment.wave_id == Wave.id)
        .join(Rating, Rating.assignment_id == Assignment.id)
        .where(Wave.study_id == study_id)
        .group_by(Wave.id, Wave.name, Wave.kind, Wave.locked_at)
        .order_by(Wave.id)
    )
    return [(name, kind, locked_at, count) for name, kind, locked_at, count in rows]


def hold_open_work(session: Session, study_id: int) -> None:
    """Let nobody begin a rating of the study before this transaction ends."""
    waves = select(Wave.id).where(Wave.study_id == study_id)
    not_begun = select(Assignment.id).where(Assignment.wave_id.in_(waves), Assignment.state == RatingState.OPEN)
    session.execute(not_begun.order_by(Assignment.id).with_for_update())


def _used_in(wave: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a rating of the wave has points of a scale version."""
    return (
        exists()
        .where(
            Point.scale_version_id == ScaleVersion.id,
            Point.revision_id == Revision.id,
            Revision.rating_id == Rating.id,
            Rating.assignment_id == Assignment.id,
            Assignment.wave_id == wave,
        )
        .correlate(ScaleVersion, Wave)
    )


def old_versions_in(session: Session, wave: Wave) -> Sequence[ScaleVersion]:
    """The superseded scale versions with which a wave was rated; only their own points are looked through."""
    superseded = select(ScaleVersion).where(
        ScaleVersion.study_id == wave.study_id, ScaleVersion.superseded_at.is_not(None), _used_in(literal(wave.id))
    )
    return session.scalars(superseded.order_by(ScaleVersion.version)).all()


def old_versions(session: Session, study_id: int) -> list[tuple[str, str, int]]:
    """Wave, scale and version wherever a wave of the study was rated with a version that is superseded now."""
    rows = session.execute(
        select(Wave.name, ScaleVersion.scale, ScaleVersion.version)
        .join(Wave, Wave.study_id == ScaleVersion.study_id)
        .where(ScaleVersion.study_id == study_id, ScaleVersion.superseded_at.is_not(None), _used_in(Wave.id))
        .order_by(Wave.id, ScaleVersion.version)
    )
    return [(wave, scale, version) for wave, scale, version in rows]


def versions_of(session: Session, study_id: int, scale: str) -> Sequence[ScaleVersion]:
    """All versions of a scale that raters use or used in a study, the oldest first."""
    found = select(ScaleVersion).where(
        ScaleVersion.study_id == study_id, ScaleVersion.scale == scale, ScaleVersion.kind == ScaleKind.OBSERVER
    )
    return session.scalars(found.order_by(ScaleVersion.version)).all()


def read_by(session: Session, person_id: int | None, study_id: int) -> set[int]:
    """The ids of the scale versions of a study whose changes a person has read."""
    found = select(ChangelogReading.scale_version_id).where(
        ChangelogReading.person_id == person_id,
        ChangelogReading.scale_version_id == ScaleVersion.id,
        ScaleVersion.study_id == study_id,
    )
    return set(session.scalars(found))


def unread_changes(session: Session, person_id: int | None, study_id: int) -> list[str]:
    """The scales of a study of which a person has not yet read all that versions have changed, in their order."""
    read = exists().where(ChangelogReading.scale_version_id == ScaleVersion.id, ChangelogReading.person_id == person_id)
    unread = select(ScaleVersion.scale, ScaleVersion.order).where(
        ScaleVersion.study_id == study_id,
        ScaleVersion.kind == ScaleKind.OBSERVER,
        ScaleVersion.changes != "",
        ~read,
    )
    return [scale for scale, _ in session.execute(unread.distinct().order_by(ScaleVersion.order))]


def readings_of(session: Session, study_id: int) -> dict[int, dict[int, datetime]]:
    """When which person has read the changes of which scale version of a study."""
    found: dict[int, dict[int, datetime]] = {}
    rows = session.execute(
        select(ChangelogReading.scale_version_id, ChangelogReading.person_id, ChangelogReading.read_at)
        .join(ScaleVersion, ScaleVersion.id == ChangelogReading.scale_version_id)
        .where(ScaleVersion.study_id == study_id)
    )
    for version, person, read_at in rows:
        found.setdefault(version, {})[person] = read_at
    return found


def is_referred_to(session: Session, version: ScaleVersion) -> bool:
    """Whether proposals or readings of its changes hang on a scale version."""
    proposed = exists().where(AnchorProposal.scale_version_id == version.id)
    read = exists().where(ChangelogReading.scale_version_id == version.id)
    return bool(session.scalar(select(or_(proposed, read))))
