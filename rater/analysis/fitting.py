"""The models of a plan, fitted to a study's table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rater.analysis.frame import complete, with_derived
from rater.analysis.models import Model, Plan, Sample
from rater.statistics.multilevel import Multilevel, likelihood_ratio, multilevel


def fitted(table: pd.DataFrame, plan: Plan) -> dict[str, dict[str, Any]]:
    """Each model's JSON with its `sample`; where it stands against another one, `comparison` holds the test."""
    common = complete(table, plan.common)
    fits = {name: _fit(table, common, model) for name, model in plan.models.items()}
    return {name: fits[name].as_dict() | _beside(fits, name, model) for name, model in plan.models.items()}


def _fit(table: pd.DataFrame, common: pd.DataFrame, model: Model) -> Multilevel:
    named = f"{model.formula} {model.random or ''}"
    whole = with_derived(table, named)
    rows = whole.loc[common.index] if model.sample is Sample.COMMON else whole
    return multilevel(rows, model.formula, group=model.group, random=model.random, reml=model.reml)


def _beside(fits: dict[str, Multilevel], name: str, model: Model) -> dict[str, Any]:
    told: dict[str, Any] = {"sample": str(model.sample)}
    if model.against is not None:
        test = likelihood_ratio(fits[model.against], fits[name])
        told["comparison"] = {"against": model.against} | test.as_dict()
    return told
