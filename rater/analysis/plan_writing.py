"""A plan of models as YAML, which reads back as the same plan."""

from __future__ import annotations

import json

from rater.analysis.models import Model, Plan, Sample


def written_plan(plan: Plan) -> str:
    """The `analysis.yaml` of a plan; what is usual is left out."""
    lines = ["models:"] if plan.models else ["models: {}"]
    lines += [f"  {name}: {{{_entries(model)}}}" for name, model in plan.models.items()]
    if plan.common:
        lines.append(f"common: [{', '.join(plan.common)}]")
    return "\n".join(lines) + "\n"


def _entries(model: Model) -> str:
    told = {"formula": json.dumps(model.formula, ensure_ascii=False)}
    if model.group != "patient_id":
        told["group"] = model.group
    if model.random is not None:
        told["random"] = model.random
    if not model.reml:
        told["method"] = "ML"
    if model.sample is not Sample.AVAILABLE:
        told["sample"] = str(model.sample)
    if model.against is not None:
        told["against"] = model.against
    return ", ".join(f"{key}: {value}" for key, value in told.items())
