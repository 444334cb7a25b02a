"""Who is what in which study."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Membership, Rater, Study
from rater.terms import RatingState, Role


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


def has_open_ratings(session: Session, person_id: int | None, study_id: int) -> bool:
    """Whether a person still has sessions to rate in a study."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Assignment.rater_id == Rater.id,
                    Rater.study_id == study_id,
                    Rater.person_id == person_id,
                    Assignment.state != RatingState.SUBMITTED,
                )
            )
        )
    )


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
