"""The usual pathway of a study: what its scales and its waves ask for, in the usual order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import Refused
from rater.storage.models import Example, Study, TrainingStep, Wave
from rater.studies.operations import permit, scales_of
from rater.studies.permissions import Action
from rater.terms import Actor, Reason, StepKind, WaveKind
from rater.training.operations.steps import StepPlan, add_step, steps_of

Titled = Callable[[StepKind, str], str]
"""What a step of this kind about this scale or wave is called."""


def usual_steps(session: Session, study: Study, titled: Titled) -> Iterator[StepPlan]:
    """The manual of each observer scale, each training wave as a trial with its discussion, each calibration wave."""
    for _, scale in scales_of(study, observer_only=True):
        yield StepPlan(StepKind.MANUAL, titled(StepKind.MANUAL, scale.id), scale=scale.id)
    rows = session.execute(select(Wave.name, Wave.kind).where(Wave.study_id == study.id).order_by(Wave.id))
    waves = [(name, kind) for name, kind in rows]
    for name in (name for name, kind in waves if kind == WaveKind.TRAINING):
        for each in (StepKind.TRIAL, StepKind.DISCUSSION):
            yield StepPlan(each, titled(each, name), wave=name)
    for name in (name for name, kind in waves if kind == WaveKind.CALIBRATION):
        yield StepPlan(StepKind.CALIBRATION, titled(StepKind.CALIBRATION, name), wave=name)


def lay_usual_path(
    session: Session, actor: Actor, study: Study, titled: Titled, *, now: datetime
) -> list[TrainingStep]:
    """Lay out the usual pathway. Raises NotPermitted, and Refused where there is a pathway already."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    if steps_of(session, study):
        raise Refused(Reason("The study has a pathway already; add steps to it"))
    return [add_step(session, actor, study, plan, now=now) for plan in usual_steps(session, study, titled)]


def examples_in(session: Session, study: Study) -> Sequence[Example]:
    """The examples that a step may be about, by title."""
    return session.scalars(select(Example).where(Example.study_id == study.id).order_by(Example.title)).all()
