"""Settings of rater training: the gate, what counts as drift and as a discrepancy, and what the analysis file takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from rater.terms import AnalysisRule, GateStatistic, GateUnit

Part = TypeVar("Part", "GateSettings", "DriftSettings")


@dataclass(frozen=True)
class GateSettings:
    """What a rater must reach before the main wave, see `rater.training.gate.GatePolicy`.

    A certification runs out `recertify_months` after it, or never.
    """

    statistic: str = GateStatistic.ICC_CRITERION
    unit: str = GateUnit.SCORE
    threshold: float = 0.75
    minimum_sessions: int = 10
    use_lower_limit: bool = False
    recertify_months: int | None = None


@dataclass(frozen=True)
class DriftSettings:
    """What counts as drift, see `rater.training.drift.DriftPolicy`."""

    weeks: int = 2
    sigma: float = 3.0
    smallest_shift: float = 0.25
    least_ratings: int = 5


@dataclass(frozen=True)
class TrainingSettings:
    """All of them; `required` closes the main wave to raters without certification.

    `discrepancy` is the difference in points from which two ratings of an item are talked over.
    """

    required: bool = False
    gate: GateSettings = GateSettings()
    drift: DriftSettings = DriftSettings()
    discrepancy: float = 2.0
    analysis_rule: str = AnalysisRule.MEAN

    def kept(self) -> dict[str, Any]:
        """What is stored of them as JSON; `required` stands in a column of its own."""
        told = asdict(self)
        del told["required"]
        return told


def training_settings(required: bool, kept: Mapping[str, Any]) -> TrainingSettings:
    """The settings from what is stored; what is not there has its default, what is unknown is passed over."""
    usual = TrainingSettings()
    return TrainingSettings(
        required,
        _part(GateSettings, kept.get("gate", {})),
        _part(DriftSettings, kept.get("drift", {})),
        kept.get("discrepancy", usual.discrepancy),
        kept.get("analysis_rule", usual.analysis_rule),
    )


def flat_training(settings: TrainingSettings) -> dict[str, bool | int | float | str | None]:
    """Every setting under its key in the YAML of a study, in its order."""
    gate = {f"gate.{name}": value for name, value in asdict(settings.gate).items()}
    drift = {f"drift.{name}": value for name, value in asdict(settings.drift).items()}
    rest = {"discrepancy": settings.discrepancy, "analysis_rule": settings.analysis_rule}
    return {"gate.required": settings.required, **gate, **drift, **rest}


def training_from(flat: Mapping[str, Any]) -> TrainingSettings:
    """The settings of `flat_training`."""
    parts: dict[str, dict[str, Any]] = {"gate": {}, "drift": {}}
    for key, value in flat.items():
        part, _, name = key.partition(".")
        if name:
            parts[part][name] = value
    required = bool(parts["gate"].pop("required"))
    gate, drift = GateSettings(**parts["gate"]), DriftSettings(**parts["drift"])
    return TrainingSettings(required, gate, drift, flat["discrepancy"], flat["analysis_rule"])


def _part(kind: type[Part], kept: Mapping[str, Any]) -> Part:
    return kind(**{each.name: kept[each.name] for each in fields(kind) if each.name in kept})
