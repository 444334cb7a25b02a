"""Who is certified, what is closed to those who are not, and what a training pathway does not open yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from rater.storage.models import (
    Assignment,
    CriterionPoint,
    Obstacle,
    Rater,
    StepDone,
    Study,
    TherapySession,
    TrainingStep,
    Wave,
)
from rater.storage.queries.begun import is_begun
from rater.terms import ObstacleAnswer, RatingState, StepKind, WaveKind

RATED = (StepKind.TRIAL, StepKind.CALIBRATION)
"""Steps that are done once the rater has submitted all that the wave gives."""


def is_held_back() -> ColumnElement[bool]:
    """Whether an assignment is closed to its rater for now; the statement is given the day as `today`.

    Main-wave work, and what is given again among it, is closed to raters who are not certified, in a study that has a
    gate. A wave of the training pathway is closed until its step opens, as `rater.training.pathway` says. What was
    begun stays open to its end, so that no mark is lost.
    """
    return (Assignment.state == RatingState.OPEN) & or_(_awaits_certification(), _awaits_step())


def _awaits_certification() -> ColumnElement[bool]:
    gated = select(Wave.id).join(Wave.study)
    gated = gated.where(Study.gate_required, Wave.kind.in_((WaveKind.MAIN, WaveKind.RECALIBRATION)))
    runs = or_(Rater.recertify_on.is_(None), Rater.recertify_on > bindparam("today"))
    return Assignment.wave_id.in_(gated) & Assignment.rater_id.not_in(select(Rater.id).where(Rater.certified, runs))


def _awaits_step() -> ColumnElement[bool]:
    step, before = aliased(TrainingStep), aliased(TrainingStep)
    marked = exists().where(StepDone.step_id == before.id, StepDone.rater_id == Assignment.rater_id)
    own = aliased(Assignment)
    of_wave = (own.wave_id == before.wave_id) & (own.rater_id == Assignment.rater_id)
    unfinished = exists().where(of_wave, own.state.in_((RatingState.OPEN, RatingState.STARTED)))
    given = exists().where(of_wave)
    undone = or_(
        before.kind.in_(RATED) & or_(unfinished, ~given),
        before.kind.not_in(RATED) & ~marked,
    )
    holds = exists().where(before.study_id == step.study_id, before.required, before.place < step.place, undone)
    return (
        exists()
        .where(
            step.wave_id == Assignment.wave_id,
            step.kind.in_(RATED),
            or_(step.opens_on > bindparam("today"), holds.correlate(step, Assignment)),
        )
        .correlate(Assignment)
    )


def held_back(session: Session, person_id: int | None, study_id: int, *, today: date) -> int:
    """How many sessions wait for a person's certification."""
    found = select(func.count(Assignment.id)).join(Assignment.rater).where(Rater.person_id == person_id)
    return session.scalar(_waiting(found, study_id), {"today": today}) or 0


def held_back_by_rater(session: Session, study_id: int, *, today: date) -> dict[str, int]:
    """How many sessions wait for the certification of each rater for whom any do, by code."""
    found = select(Rater.code, func.count(Assignment.id)).join(Assignment.rater).group_by(Rater.code)
    rows = session.execute(_waiting(found, study_id), {"today": today})
    return {row[0]: row[1] for row in rows}


def _waiting(found: Any, study_id: int) -> Any:
    """Only the assignments that a certification would open."""
    is_open = Assignment.state == RatingState.OPEN
    return found.join(Assignment.wave).where(Wave.study_id == study_id, is_open, _awaits_certification())


def sessions_to_rate(session: Session, person_id: int | None, study_id: int) -> set[int]:
    """The ids of the sessions that a person still has to rate in a study, in whatever wave that is not locked."""
    withdrawn = exists().where(Obstacle.assignment_id == Assignment.id, Obstacle.answer == ObstacleAnswer.WITHDRAWN)
    mine = (
        select(Assignment.session_id)
        .join(Assignment.rater)
        .join(Assignment.wave)
        .where(
            Rater.person_id == person_id,
            Wave.study_id == study_id,
            Wave.locked_at.is_(None),
            Assignment.state != RatingState.SUBMITTED,
            ~((Assignment.state == RatingState.SET_ASIDE) & withdrawn),
        )
    )
    return set(session.scalars(mine)) if person_id is not None else set()


def criterion_points(session: Session, study_id: int, session_id: int | None = None) -> Sequence[CriterionPoint]:
    """The criterion of a study, or of one session of it; what experts took back is left out."""
    wanted = (
        select(CriterionPoint)
        .join(CriterionPoint.therapy_session)
        .where(
            TherapySession.study_id == study_id,
            or_(CriterionPoint.value.is_not(None), CriterionPoint.missing_code.is_not(None)),
        )
        .options(joinedload(CriterionPoint.therapy_session))
        .order_by(CriterionPoint.id)
    )
    return session.scalars(
        wanted if session_id is None else wanted.where(CriterionPoint.session_id == session_id)
    ).all()


def barred_by_criterion(session: Session, study_id: int) -> set[tuple[str, str]]:
    """The raters who have set a criterion of a session that they have not begun to rate: rater and session, by code."""
    begun = exists().where(
        Assignment.session_id == TherapySession.id,
        Assignment.rater_id == Rater.id,
        is_begun(),
    )
    rows = session.execute(
        select(Rater.code, TherapySession.code)
        .join(CriterionPoint, CriterionPoint.by_id == Rater.person_id)
        .join(TherapySession, TherapySession.id == CriterionPoint.session_id)
        .where(Rater.study_id == study_id, TherapySession.study_id == study_id, ~begun)
        .distinct()
    )
    return {(row[0], row[1]) for row in rows}
