"""Assignments and the points given in them, as raters and reports need them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from rater.storage.models import (
    Assignment,
    Membership,
    Obstacle,
    Point,
    Rater,
    Rating,
    Recording,
    Revision,
    TherapySession,
    Wave,
)
from rater.storage.queries.exclusions import IS_WITHDRAWN_SILENTLY
from rater.storage.queries.own import IS_OWN, RATES_IN_STUDY
from rater.storage.queries.training import is_held_back
from rater.terms import WaveKind

_OWN = (
    select(Assignment)
    .join(Assignment.rater)
    .join(Assignment.wave)
    .join(Assignment.therapy_session)
    .join(Membership, RATES_IN_STUDY)
    .where(IS_OWN, ~IS_WITHDRAWN_SILENTLY, ~is_held_back())
    .options(
        contains_eager(Assignment.rater),
        contains_eager(Assignment.wave),
        contains_eager(Assignment.therapy_session),
    )
)


def own_assignment(session: Session, person_id: int | None, public_id: str, *, now: datetime) -> Assignment | None:
    """The assignment with this id, if the person is its rater, rates in its study and is not held back from it."""
    return session.scalar(_OWN, {"public_id": public_id, "person_id": person_id, "now": now, "today": now.date()})


def latest_revision(session: Session, assignment_id: int) -> Revision | None:
    """The highest revision of an assignment's rating, draft or submitted."""
    return session.scalar(
        select(Revision)
        .join(Revision.rating)
        .where(Rating.assignment_id == assignment_id)
        .order_by(Revision.number.desc())
        .limit(1)
    )


def given_points(session: Session, revision_id: int) -> Sequence[Point]:
    """The points of one revision."""
    points = select(Point).where(Point.revision_id == revision_id).execution_options(populate_existing=True)
    return session.scalars(points).all()


def queue_rows(
    session: Session, person_id: int | None, study_id: int, *, today: date
) -> list[tuple[Assignment, float | None, int, datetime | None]]:
    """A rater's assignments in queue order, each with the recording's seconds, the points given and the submission.

    What was begun of a session that was then left out is not among them, nor what a rater who is not certified is held
    back from. Sessions given again stand among those of the main wave.
    """
    newest = (
        select(Revision.rating_id, func.max(Revision.number).label("number")).group_by(Revision.rating_id).subquery()
    )
    given = (
        select(Rating.assignment_id, Revision.submitted_at, func.count(Point.id).label("given"))
        .join(newest, newest.c.rating_id == Rating.id)
        .join(Revision, (Revision.rating_id == Rating.id) & (Revision.number == newest.c.number))
        .outerjoin(
            Point,
            (Point.revision_id == Revision.id) & or_(Point.value.is_not(None), Point.missing_code.is_not(None)),
        )
        .group_by(Rating.assignment_id, Revision.submitted_at)
        .subquery()
    )
    again = Wave.kind == WaveKind.RECALIBRATION
    main = select(Wave.id).where(Wave.study_id == study_id, Wave.kind == WaveKind.MAIN)
    main_id = func.coalesce(main.scalar_subquery(), Wave.id)
    rows = session.execute(
        select(Assignment, Recording.duration_s, given.c.given, given.c.submitted_at)
        .join(Assignment.rater)
        .join(Assignment.therapy_session)
        .join(Assignment.wave)
        .outerjoin(Recording, Recording.session_id == TherapySession.id)
        .outerjoin(given, given.c.assignment_id == Assignment.id)
        .where(Rater.person_id == person_id, Wave.study_id == study_id, ~IS_WITHDRAWN_SILENTLY, ~is_held_back())
        .order_by(case((again, main_id), else_=Wave.id), Assignment.queue_place, Wave.id, Assignment.id)
        .options(contains_eager(Assignment.therapy_session), contains_eager(Assignment.wave)),
        {"today": today},
    )
    return [(assignment, seconds, count or 0, submitted) for assignment, seconds, count, submitted in rows]


def latest_obstacles(session: Session, assignment_ids: Collection[int]) -> dict[int, Obstacle]:
    """Why these assignments cannot be rated: for each the reason told last."""
    if not assignment_ids:
        return {}
    rows = session.scalars(select(Obstacle).where(Obstacle.assignment_id.in_(assignment_ids)).order_by(Obstacle.id))
    return {each.assignment_id: each for each in rows}
