"""Who is what in which study."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from rater.storage.models import (
    Assignment,
    Decision,
    Meeting,
    Membership,
    Obstacle,
    OutcomeValue,
    Rater,
    Rating,
    Reflection,
    ScaleVersion,
    SessionPoint,
    Study,
    Trainee,
    Wave,
)
from rater.storage.queries.exclusions import IS_WITHDRAWN_SILENTLY
from rater.terms import ObstacleAnswer, RatingState, Role, ScaleKind


def study_by_slug(session: Session, slug: str) -> Study | None:
    """The study with this short name, if there is one."""
    return session.scalar(select(Study).where(Study.slug == slug))


def roles_in(session: Session, person_id: int | None, study_id: int, *, now: datetime) -> frozenset[Role]:
    """The roles a person holds in a study at a moment."""
    rows = session.scalars(
        select(Membership.role).where(
            Membership.study_id == study_id,
            Membership.person_id == person_id,
            Membership.since <= now,
            or_(Membership.until.is_(None), Membership.until > now),
        )
    )
    return frozenset(Role(each) for each in rows)


def has_trainer(session: Session, study_id: int, *, now: datetime) -> bool:
    """Whether somebody is a trainer in a study at a moment."""
    trains = exists().where(
        Membership.study_id == study_id,
        Membership.role == Role.TRAINER,
        Membership.since <= now,
        or_(Membership.until.is_(None), Membership.until > now),
    )
    return bool(session.scalar(select(trains)))


def has_open_ratings(session: Session, person_id: int | None, study_id: int) -> bool:
    """Whether a person still has sessions to rate in a study.

    None is left in a locked wave, and none that the coordinator has taken from the rater.
    """
    withdrawn = exists().where(Obstacle.assignment_id == Assignment.id, Obstacle.answer == ObstacleAnswer.WITHDRAWN)
    to_rate = exists().where(
        Assignment.rater_id == Rater.id,
        Rater.study_id == study_id,
        Rater.person_id == person_id,
        Assignment.wave_id == Wave.id,
        Wave.locked_at.is_(None),
        Assignment.state != RatingState.SUBMITTED,
        ~((Assignment.state == RatingState.SET_ASIDE) & withdrawn),
        ~IS_WITHDRAWN_SILENTLY,
    )
    return bool(session.scalar(select(to_rate)))


def studies_of(session: Session, person_id: int, *, now: datetime) -> dict[Study, frozenset[Role]]:
    """The studies in which a person has a role now, by title."""
    rows = session.execute(
        select(Study, Membership.role)
        .join(Membership, Membership.study_id == Study.id)
        .where(
            Membership.person_id == person_id,
            Membership.since <= now,
            or_(Membership.until.is_(None), Membership.until > now),
        )
        .order_by(Study.title, Membership.role)
    )
    found: dict[Study, set[Role]] = {}
    for study, role in rows:
        found.setdefault(study, set()).add(Role(role))
    return {study: frozenset(roles) for study, roles in found.items()}


def raters_by_code(session: Session, study_id: int) -> dict[str, Rater]:
    """The raters of a study by their codes."""
    return {each.code: each for each in session.scalars(select(Rater).where(Rater.study_id == study_id))}


def ruling_counts(session: Session, study_id: int) -> dict[str, int]:
    """How many rulings there are on each item that has any."""
    rows = session.execute(
        select(Decision.item, func.count())
        .where(Decision.study_id == study_id, Decision.item.is_not(None))
        .group_by(Decision.item)
    )
    return {item: count for item, count in rows if item is not None}


def raters_who_left(session: Session, study_id: int, *, now: datetime) -> set[str]:
    """The codes behind which a person stood who is no longer a rater of the study."""
    rates = exists().where(
        Membership.study_id == study_id,
        Membership.person_id == Rater.person_id,
        Membership.role == Role.RATER,
        Membership.since <= now,
        or_(Membership.until.is_(None), Membership.until > now),
    )
    gone = select(Rater.code).where(Rater.study_id == study_id, Rater.person_id.is_not(None), ~rates)
    return set(session.scalars(gone))


def uses_of_scale(session: Session, version: ScaleVersion) -> int:
    """How many ratings that were begun use a scale version: all of a study, since every rating has all sheets, those of
    trainees' sessions and of meetings that have a point on it; of an outcome, how many sessions have values; of a
    reflection, how often it was filled in."""
    if version.kind == ScaleKind.OUTCOME:
        sessions = func.count(OutcomeValue.session_id.distinct())
        return session.scalar(select(sessions).where(OutcomeValue.scale_version_id == version.id)) or 0
    if version.kind == ScaleKind.REFLECTION:
        return session.scalar(select(func.count(Reflection.id)).where(Reflection.scale_version_id == version.id)) or 0
    ratings = (
        select(func.count(Rating.id))
        .join(Assignment, Assignment.id == Rating.assignment_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Wave.study_id == version.study_id)
    )
    of_sessions = select(func.count(SessionPoint.rating_id.distinct())).where(
        SessionPoint.scale_version_id == version.id
    )
    meetings = select(Meeting.handling).join(Trainee).where(Trainee.study_id == version.study_id)
    handled = sum(bool(each.get("scale_version_id") == version.id) for each in session.scalars(meetings))
    return int((session.scalar(ratings) or 0) + (session.scalar(of_sessions) or 0) + handled)
