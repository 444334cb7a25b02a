"""Drift alerts: those that are there, those that nobody has answered, and which studies have new ratings."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import Assignment, DriftAlert, Study, Wave
from rater.terms import RatingState, WaveKind


def alerts_of(session: Session, study_id: int) -> Sequence[DriftAlert]:
    """All alerts of a study with their raters, those of the newest week first."""
    return session.scalars(
        select(DriftAlert)
        .join(DriftAlert.wave)
        .where(Wave.study_id == study_id)
        .options(joinedload(DriftAlert.rater))
        .order_by(DriftAlert.week.desc(), DriftAlert.id)
    ).all()


def alerts_named(session: Session, study_id: int, public_ids: Collection[str]) -> Sequence[DriftAlert]:
    """The alerts of a study with these ids, held until the transaction ends."""
    mine = select(Wave.id).where(Wave.study_id == study_id)
    found = select(DriftAlert).where(DriftAlert.public_id.in_(public_ids), DriftAlert.wave_id.in_(mine))
    return session.scalars(found.order_by(DriftAlert.id).with_for_update()).all()


def drifting(session: Session, study_id: int) -> int:
    """How many raters have alerts that nobody has answered; the agreement of all counts as one more."""
    found = (
        select(func.count(func.coalesce(DriftAlert.rater_id, 0).distinct()))
        .join(DriftAlert.wave)
        .where(Wave.study_id == study_id, DriftAlert.answer.is_(None))
    )
    return session.scalar(found) or 0


def main_wave(session: Session, study_id: int) -> Wave | None:
    """The main wave of a study, held until the transaction ends."""
    found = select(Wave).where(Wave.study_id == study_id, Wave.name == WaveKind.MAIN)
    return session.scalar(found.with_for_update())


def studies_with_main_ratings(session: Session) -> Sequence[Study]:
    """The studies whose main wave has submitted ratings."""
    rated = exists().where(
        Assignment.wave_id == Wave.id,
        Wave.study_id == Study.id,
        Wave.name == WaveKind.MAIN,
        Assignment.state == RatingState.SUBMITTED,
    )
    return session.scalars(select(Study).where(rated).order_by(Study.id)).all()
