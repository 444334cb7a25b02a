"""The points that count: those of the last submitted revision of each rating."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Point, Rater, Rating, Revision, TherapySession, Wave
from rater.storage.queries.exclusions import left_out


@dataclass
class Counted:
    """One rating as it counts; unpacks to session, rater, position, points and missing codes by item."""

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

    def __iter__(self) -> Iterator[object]:
        return iter((self.session_id, self.rater_id, self.position, self.points, self.missing))


def wave_names(session: Session, study_id: int) -> list[str]:
    """The study's waves in the order in which they were made."""
    return list(session.scalars(select(Wave.name).where(Wave.study_id == study_id).order_by(Wave.id)))


def rated_sessions(session: Session, study_id: int, wave: str) -> list[Counted]:
    """Each rating of a wave with the points of its last submitted revision, by session, position and rater.

    Ratings of sessions that are left out of the wave do not count.
    """
    last = (
        select(Revision.rating_id, func.max(Revision.number).label("number"))
        .where(Revision.submitted_at.is_not(None))
        .group_by(Revision.rating_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Assignment.id,
            TherapySession.code,
            Rater.code,
            Assignment.position,
            Rating.code,
            Revision.number,
            Revision.submitted_at,
            Revision.heard_share,
            Point.item,
            Point.value,
            Point.missing_code,
            Point.unsure,
        )
        .join(Rating, Rating.assignment_id == Assignment.id)
        .join(last, last.c.rating_id == Rating.id)
        .join(Revision, (Revision.rating_id == Rating.id) & (Revision.number == last.c.number))
        .join(Point, Point.revision_id == Revision.id)
        .join(Rater, Rater.id == Assignment.rater_id)
        .join(TherapySession, TherapySession.id == Assignment.session_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Wave.study_id == study_id, Wave.name == wave)
        .order_by(TherapySession.code, Assignment.position, Rater.code, Point.id)
    )
    out = {code for code, each in left_out(session, study_id).items() if each.bars(wave)}
    found: dict[int, Counted] = {}
    for key, code, rater, position, rating, number, submitted, share, item, value, missing, unsure in rows:
        if code in out:
            continue
        counted = found.get(key)
        if counted is None:
            counted = found[key] = Counted(code, rater, position, rating_code=rating, revision=number)
            counted.submitted_at, counted.heard_share = submitted, share
        if unsure:
            counted.unsure.add(item)
        if missing is None:
            counted.points[item] = value
        else:
            counted.points[item] = None
            counted.missing[item] = missing
    return list(found.values())
