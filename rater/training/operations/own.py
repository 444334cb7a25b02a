"""What a rater sees of the own training: where the path leads next, and how the own ratings compare once revealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.scales.schema import Scale
from rater.storage.models import Certification, Study, Wave
from rater.studies.operations import scales_of, study_for
from rater.studies.permissions import Action
from rater.terms import Actor
from rater.training.operations.agreement import beside_criterion, beside_group
from rater.training.operations.overview import KINDS, TrainedRater, trained_raters
from rater.training.operations.settings import settings_of
from rater.training.operations.steps import OwnStep, rater_of
from rater.training.pathway import Progress, is_through, next_step, progress

if TYPE_CHECKING:
    from rater.training.criterion import RaterComparison


@dataclass(frozen=True)
class OwnPath:
    """A rater's pathway, what is to be done next, and how the certification stands.

    `coming` is the step to do next, `holding` the first required one that is not done.
    """

    study: Study
    rater: TrainedRater
    gate_required: bool
    progress: Progress
    coming: OwnStep | None

    @property
    def steps(self) -> Sequence[OwnStep]:
        """All steps in their order."""
        return self.rater.steps

    @property
    def holding(self) -> OwnStep | None:
        """The first required step that is not done."""
        undone = (each for each in self.steps if each.row.required and not each.standing.step.is_done)
        return next(undone, None)

    @property
    def is_through(self) -> bool:
        """Whether every required step is done."""
        return is_through([each.standing.step for each in self.steps])

    @property
    def last_decision(self) -> Certification | None:
        """The decision that counts, if there is any."""
        return next(iter(self.rater.decisions), None)

    @property
    def has_something(self) -> bool:
        """Whether there is anything to tell: a step, a gate, or a decision."""
        return bool(self.steps) or self.gate_required or self.last_decision is not None


@dataclass(frozen=True)
class OwnScale:
    """How a rater compares on one scale in one trial: beside the criterion and the others' mean, where there is one."""

    scale: Scale
    criterion: RaterComparison | None
    group: RaterComparison | None


@dataclass(frozen=True)
class OwnTrial:
    """A revealed wave of training or calibration in which the rater has rated."""

    wave: str
    revealed_at: datetime
    scales: Sequence[OwnScale]


def own_path(session: Session, actor: Actor, slug: str, *, now: datetime) -> OwnPath:
    """Where the actor stands in the study's training. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.RATE, now=now)
    (rater,) = trained_raters(session, study, [rater_of(session, actor, study)], today=now.date())
    stands = [each.standing.step for each in rater.steps]
    found = next_step(stands, now.date())
    coming = next((each for each in rater.steps if found and each.standing.step == found.step), None)
    return OwnPath(study, rater, settings_of(study).required, progress(stands), coming)


def own_trials(session: Session, actor: Actor, slug: str, *, now: datetime) -> list[OwnTrial]:
    """How the actor compares in each revealed wave of training and calibration, in the order of the waves.

    Nothing is told of a wave before its reveal, nor of any main wave. Raises NotFound, NotPermitted.
    """
    study = study_for(session, actor, slug, Action.RATE, now=now)
    code = rater_of(session, actor, study).code
    waves = session.scalars(
        select(Wave)
        .where(Wave.study_id == study.id, Wave.kind.in_(KINDS), Wave.revealed_at.is_not(None))
        .order_by(Wave.id)
    )
    trials = [_trial(session, study, each.name, each.revealed_at, code) for each in waves if each.revealed_at]
    return [each for each in trials if each.scales]


def _trial(session: Session, study: Study, wave: str, revealed_at: datetime, code: str) -> OwnTrial:
    criterion, group = beside_criterion(session, study, wave), beside_group(session, study, wave, code)
    scales = []
    for _, scale in scales_of(study, observer_only=True):
        mine = criterion.get(scale.id, {}).get(code)
        beside = mine if mine is not None and any(each.n for each in mine.items.values()) else None
        if beside is not None or scale.id in group:
            scales.append(OwnScale(scale, beside, group.get(scale.id)))
    return OwnTrial(wave, revealed_at, scales)
