"""The policies of a study's rater training, as its settings have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rater.storage.models import Study
from rater.studies.training import TrainingSettings, training_settings
from rater.terms import GateStatistic, GateUnit

if TYPE_CHECKING:
    from rater.training.drift import DriftPolicy
    from rater.training.gate import GatePolicy


def settings_of(study: Study) -> TrainingSettings:
    """The settings of a study's rater training."""
    return training_settings(study.gate_required, study.training)


def gate_policy(study: Study) -> GatePolicy:
    """What the study's gate asks for."""
    from rater.training.gate import GatePolicy

    gate = settings_of(study).gate
    return GatePolicy(
        GateStatistic(gate.statistic), GateUnit(gate.unit), gate.threshold, gate.minimum_sessions, gate.use_lower_limit
    )


def drift_policy(study: Study) -> DriftPolicy:
    """What counts as drift in the study."""
    from rater.training.drift import DriftPolicy

    drift = settings_of(study).drift
    return DriftPolicy(drift.weeks, drift.sigma, drift.smallest_shift, drift.least_ratings)
