"""Rater training as its trainer sees it: every rater on every step, certifications, and the waves of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.ratings.operations.locking import WaveStanding, waves_of
from rater.storage.models import Certification, Rater, Study, TrainingStep, Wave
from rater.storage.queries.training import held_back_by_rater
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.studies.training import TrainingSettings
from rater.terms import Actor, WaveKind
from rater.training.operations.certifying import certifications_of, is_certified
from rater.training.operations.settings import settings_of
from rater.training.operations.steps import OwnStep, pathways, steps_of

KINDS = (WaveKind.TRAINING, WaveKind.CALIBRATION)


@dataclass(frozen=True)
class TrainedRater:
    """One rater: where he or she stands with each step, and how the certification stands.

    `waiting` sessions of the main wave are closed until the rater is certified; `decisions` are the newest first.
    """

    code: str
    steps: Sequence[OwnStep]
    certified: bool
    recertify_on: date | None
    waiting: int
    decisions: Sequence[Certification]

    @property
    def has_run_out(self) -> bool:
        """Whether the rater was certified, and the day on which that ended has come."""
        return not self.certified and bool(self.decisions) and self.decisions[0].certified


@dataclass(frozen=True)
class TrainingWave:
    """A wave of training or calibration, how far its ratings are, and since when they are revealed."""

    standing: WaveStanding
    revealed_at: datetime | None

    @property
    def name(self) -> str:
        """Its name."""
        return self.standing.name


@dataclass(frozen=True)
class Overview:
    """A study's rater training; no figure of a rating is in it."""

    study: Study
    settings: TrainingSettings
    steps: Sequence[TrainingStep]
    raters: Sequence[TrainedRater]
    waves: Sequence[TrainingWave]

    @property
    def waiting(self) -> int:
        """The sessions of the main wave that wait for a certification."""
        return sum(each.waiting for each in self.raters)


def overview_of(session: Session, actor: Actor, slug: str, *, now: datetime) -> Overview:
    """How rater training stands in a study. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.LEAD_TRAINING, now=now)
    rows = session.scalars(select(Rater).where(Rater.study_id == study.id))
    raters = sorted(rows, key=lambda each: (len(each.code), each.code))
    trained = trained_raters(session, study, raters, today=now.date())
    return Overview(study, settings_of(study), steps_of(session, study), trained, training_waves(session, study))


def trained_raters(session: Session, study: Study, raters: Sequence[Rater], *, today: date) -> list[TrainedRater]:
    """How training stands for each of these raters."""
    stands = pathways(session, study, today=today, raters=raters)
    decisions, waiting = certifications_of(session, study), held_back_by_rater(session, study.id, today=today)
    return [
        TrainedRater(
            each.code,
            stands[each.code],
            is_certified(each, today),
            each.recertify_on,
            waiting.get(each.code, 0),
            decisions.get(each.code, ()),
        )
        for each in raters
    ]


def training_waves(session: Session, study: Study) -> list[TrainingWave]:
    """The waves of training and calibration in the order in which they were made."""
    named = select(Wave.name, Wave.revealed_at).where(Wave.study_id == study.id, Wave.kind.in_(KINDS))
    revealed = {row[0]: row[1] for row in session.execute(named)}
    return [TrainingWave(each, revealed[each.name]) for each in waves_of(session, study) if each.name in revealed]
