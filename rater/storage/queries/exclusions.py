"""What leaves therapy sessions out, and the register of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import Assignment, Exclusion, Obstacle, TherapySession, Wave
from rater.terms import ExclusionScope, LeftOut, ObstacleAnswer, RatingState, strongest

IS_WITHDRAWN_SILENTLY = (Assignment.state == RatingState.SET_ASIDE) & ~exists().where(
    Obstacle.assignment_id == Assignment.id,
    or_(Obstacle.answer.is_(None), Obstacle.answer == ObstacleAnswer.WITHDRAWN),
)
"""Whether an assignment was begun and its session then left out of the wave: its rater no longer sees it."""


def left_out(session: Session, study_id: int) -> dict[str, LeftOut]:
    """Each session of a study that is left out, for its own sake or its patient's, and of what; by code."""
    rows = session.execute(
        select(TherapySession.code, Exclusion.reason, Exclusion.scope)
        .join(
            Exclusion,
            or_(Exclusion.session_id == TherapySession.id, Exclusion.patient_id == TherapySession.patient_id),
        )
        .where(TherapySession.study_id == study_id, Exclusion.lifted_at.is_(None))
        .order_by(TherapySession.code, Exclusion.patient_id.is_not(None))
    )
    found: dict[str, list[LeftOut]] = {}
    for code, reason, scope in rows:
        found.setdefault(code, []).append(LeftOut(reason, ExclusionScope(scope)))
    return {code: out for code, each in found.items() if (out := strongest(each)) is not None}


def assignments_to_withdraw(session: Session, study_id: int) -> list[Assignment]:
    """The assignments, neither submitted nor in a locked wave, of sessions that are left out of their wave."""
    out = left_out(session, study_id)
    found = session.scalars(
        select(Assignment)
        .join(Assignment.wave)
        .join(Assignment.therapy_session)
        .where(
            Wave.study_id == study_id,
            Wave.locked_at.is_(None),
            Assignment.state != RatingState.SUBMITTED,
            TherapySession.code.in_(out),
        )
        .options(joinedload(Assignment.wave), joinedload(Assignment.therapy_session))
        .order_by(Assignment.id)
    )
    return [each for each in found if out[each.therapy_session.code].bars(each.wave.name)]


def withdrawn_assignments(session: Session, study_id: int) -> list[Assignment]:
    """The assignments that were begun and withdrawn without their rater having said that they cannot be rated."""
    found = session.scalars(
        select(Assignment)
        .join(Assignment.wave)
        .where(Wave.study_id == study_id, Wave.locked_at.is_(None), IS_WITHDRAWN_SILENTLY)
        .options(joinedload(Assignment.wave), joinedload(Assignment.therapy_session))
        .order_by(Assignment.id)
    )
    return list(found)


def exclusions_of(session: Session, study_id: int) -> Sequence[Exclusion]:
    """The register: those that stand first, each newest first."""
    return session.scalars(
        select(Exclusion)
        .where(Exclusion.study_id == study_id)
        .options(
            joinedload(Exclusion.therapy_session),
            joinedload(Exclusion.patient),
            joinedload(Exclusion.by),
            joinedload(Exclusion.lifted_by),
        )
        .order_by(Exclusion.lifted_at.is_not(None), Exclusion.excluded_at.desc(), Exclusion.id.desc())
    ).all()
