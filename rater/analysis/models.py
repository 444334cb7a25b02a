"""Which models a study fits: those of its `analysis.yaml`, or the source study's where it has their scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Sample(StrEnum):
    """Which sessions a model rests on: all that have its own variables, or those that have every common one."""

    AVAILABLE = "available"
    COMMON = "common"


@dataclass(frozen=True)
class Model:
    """A linear mixed model: R's formula, the grouping factor, and the variable of a random slope, if any.

    `against` names a model nested in this one, fitted by maximum likelihood on the same sample: both are compared by
    a likelihood-ratio test.
    """

    formula: str
    group: str = "patient_id"
    random: str | None = None
    reml: bool = True
    sample: Sample = Sample.AVAILABLE
    against: str | None = None


@dataclass(frozen=True)
class Plan:
    """The models by name, and the variables that a session of the common sample has."""

    models: Mapping[str, Model]
    common: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """A model of the source study, and the one that it extends."""

    formula: str
    slope: bool
    extends: str | None


_SOURCE_STUDY = {
    "GHES_null": _Source("GHES ~ 1", False, None),
    "GHES_time": _Source("GHES ~ time", False, "GHES_null"),
    "GHES_time_slope": _Source("GHES ~ time", True, "GHES_time"),
    "StHAR_null": _Source("StHAR ~ 1", False, None),
    "StHAR_time": _Source("StHAR ~ time", False, "StHAR_null"),
    "StHAR_time_slope": _Source("StHAR ~ time", True, "StHAR_time"),
    "GHES_StHAR": _Source("GHES ~ time + StHAR", False, "GHES_time"),
    "GHES_StHAR_slope": _Source("GHES ~ time + StHAR", True, "GHES_time_slope"),
    "phq9_null": _Source("phq9 ~ 1", False, None),
    "phq9_time": _Source("phq9 ~ time", False, "phq9_null"),
    "phq9_time_slope": _Source("phq9 ~ time", True, "phq9_time"),
    "phq9_GHES": _Source("phq9 ~ time + GHES", False, "phq9_time"),
    "phq9_GHES_slope": _Source("phq9 ~ time + GHES", True, "phq9_time_slope"),
    "phq9_GHES_StHAR_slope": _Source("phq9 ~ time + GHES + StHAR", True, "phq9_GHES_slope"),
    "phq9_GHES_x_StHAR_slope": _Source("phq9 ~ time + GHES * StHAR", True, "phq9_GHES_StHAR_slope"),
}
_SOURCE_SCORES = ("GHES", "StHAR", "phq9")
_RECOMMENDED = {
    "GHES_recommended": Model("GHES ~ time + StH_A_previous_within + StH_R_within", random="time"),
    "phq9_recommended": Model("phq9 ~ time + GHES_within + StH_A_previous_within + StH_R_within", random="time"),
}
"""One rater hears one session and gives both scores, and the review comes after the homework that it is said to
predict: so the assignment of the session before and the review of this one stand apart, each as the deviation from
the patient's own mean."""


def usual_plan(names: Collection[str]) -> Plan:
    """The models that a study with these scores and outcomes starts with; none where it lacks the source study's.

    Each of the source study's is fitted by REML on the available sessions and on the common ones (`_common`), and
    there by maximum likelihood too (`_common_ml`), against the model that it extends.
    """
    if not set(_SOURCE_SCORES) <= set(names):
        return Plan({})
    models = {}
    for name, each in _SOURCE_STUDY.items():
        model = Model(each.formula, random="time" if each.slope else None)
        against = f"{each.extends}_common_ml" if each.extends else None
        models[name] = model
        models[f"{name}_common"] = replace(model, sample=Sample.COMMON)
        models[f"{name}_common_ml"] = replace(model, sample=Sample.COMMON, reml=False, against=against)
    return Plan({**models, **_RECOMMENDED}, _SOURCE_SCORES)
