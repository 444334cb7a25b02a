"""The points that count: those of the last submitted revision of each rating."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Point, Rater, Rating, Revision, TherapySession, Wave
from rater.storage.queries.exclusions import left_out


@dataclass
class Counted:
    """One rating as it counts; unpacks to session, rater, position, points and missing codes by item.

    `made_here` tells that somebody submitted it in Rater; else it was imported.
    """

    session_id: str
    rater_id: str
    position: str
    points: dict[str, float | None] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rating_code: str = ""
    revision: int = 1
    submitted_at: datetime | None = None
    heard_share: float | None = None
    unsure: set[str] = field(default_factory=set)
    made_here: bool = False

    def __iter__(self) -> Iterator[object]:
        return iter((self.session_id, self.rater_id, self.position, self.points, self.missing))


def wave_names(session: Session, study_id: int) -> list[str]:
    """The study's waves in the order in which they were made."""
    return list(session.scalars(select(Wave.name).where(Wave.study_id == study_id).order_by(Wave.id)))


def _of_wave(study_id: int, wave: str, *columns: Any) -> Select[Any]:
    """Columns of each rating of a wave and of its last submitted revision."""
    last = (
        select(Revision.rating_id, func.max(Revision.number).label("number"))
        .where(Revision.submitted_at.is_not(None))
        .group_by(Revision.rating_id)
        .subquery()
    )
    return (
        select(*columns)
        .join_from(Assignment, Rating, Rating.assignment_id == Assignment.id)
        .join(last, last.c.rating_id == Rating.id)
        .join(Revision, (Revision.rating_id == Rating.id) & (Revision.number == last.c.number))
        .join(Rater, Rater.id == Assignment.rater_id)
        .join(TherapySession, TherapySession.id == Assignment.session_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Wave.study_id == study_id, Wave.name == wave)
    )


def _without_part(session: Session, study_id: int, wave: str) -> set[str]:
    return {code for code, each in left_out(session, study_id).items() if each.bars(wave)}


_OF_RATING = (
    TherapySession.code,
    Rater.code,
    Assignment.position,
    Rating.code,
    Revision.number,
    Revision.submitted_at,
    Revision.heard_share,
    Revision.by_id,
)


def _counted(of_rating: Sequence[Any]) -> Counted:
    code, rater, position, rating, number, submitted, share, by = of_rating
    told = Counted(code, rater, position, rating_code=rating, revision=number)
    told.submitted_at, told.heard_share, told.made_here = submitted, share, by is not None
    return told


def rated_sessions(session: Session, study_id: int, wave: str) -> list[Counted]:
    """Each rating of a wave with the points of its last submitted revision, by session, position and rater.

    Ratings of sessions that are left out of the wave do not count.
    """
    rows = session.execute(
        _of_wave(
            study_id,
            wave,
            Assignment.id,
            *_OF_RATING,
            Point.item,
            Point.value,
            Point.missing_code,
            Point.unsure,
        )
        .join(Point, Point.revision_id == Revision.id)
        .order_by(TherapySession.code, Assignment.position, Rater.code, Point.id)
    )
    out = _without_part(session, study_id, wave)
    found: dict[int, Counted] = {}
    for key, code, *of_rating, item, value, missing, unsure in rows:
        if code in out:
            continue
        if key not in found:
            found[key] = _counted((code, *of_rating))
        _give(found[key], item, value, missing, unsure)
    return list(found.values())


def counting_revisions(session: Session, study_id: int, wave: str) -> Iterator[tuple[Any, ...]]:
    """Revision, session, rater, position and submission of each rating that `rated_sessions` gives, in any order."""
    columns = (Revision.id, TherapySession.code, Rater.code, Assignment.position, Revision.submitted_at)
    query = _of_wave(study_id, wave, *columns).where(exists().where(Point.revision_id == Revision.id))
    out = _without_part(session, study_id, wave)
    for row in session.execute(query, execution_options={"yield_per": 1000}):
        if row[1] not in out:
            yield tuple(row)


def counted_at(session: Session, revisions: Sequence[int]) -> Iterator[Counted]:
    """The ratings of these revisions, in their order, each with its points as `rated_sessions` gives them."""
    rows = session.execute(
        select(
            Revision.id,
            *_OF_RATING,
        )
        .join(Rating, Rating.id == Revision.rating_id)
        .join(Assignment, Assignment.id == Rating.assignment_id)
        .join(Rater, Rater.id == Assignment.rater_id)
        .join(TherapySession, TherapySession.id == Assignment.session_id)
        .where(Revision.id.in_(revisions))
    )
    found = {key: _counted(of_rating) for key, *of_rating in rows}
    columns = (Point.revision_id, Point.item, Point.value, Point.missing_code, Point.unsure)
    points = select(*columns).where(Point.revision_id.in_(revisions)).order_by(Point.id)
    for key, item, value, missing, unsure in session.execute(points):
        _give(found[key], item, value, missing, unsure)
    return (found[key] for key in revisions)


def _give(counted: Counted, item: str, value: float | None, missing: str | None, unsure: bool) -> None:
    if unsure:
        counted.unsure.add(item)
    counted.points[item] = value if missing is None else None
    if missing is not None:
        counted.missing[item] = missing
