"""The models of a study read from `analysis.yaml`, each fault at its line and column."""

from __future__ import annotations

from rater.analysis.models import Model, Plan, Sample
from rater.errors import BadInput
from rater.scales.fields import IDENTIFIER, Field
from rater.scales.source import Findings, read_nodes
from rater.statistics.formula import parse_formula

_KEYS = ("formula", "group", "random", "method", "sample", "against")
_METHODS = ("REML", "ML")
_MOST_MODELS = 200


def read_plan(text: str | bytes, *, file: str = "analysis.yaml") -> Plan:
    """A plan from YAML.

    Raises BadInput with every fault at its line and column: unknown keys, a formula that cannot be read, a comparison
    with a model that is not there, on another sample, or not by maximum likelihood.
    """
    found = Findings(file)
    root = read_nodes(text, found)
    plan = Plan({})
    if root is not None:
        plan = _plan(Field(root, "", found))
    if found.faults:
        raise BadInput(sorted(found.faults, key=lambda each: (each.line or 0, str(each.column))))
    return plan


def _plan(root: Field) -> Plan:
    entries = root.known(("models", "common"), required=("models",))
    named = entries["models"].named() if "models" in entries else {}
    if len(named) > _MOST_MODELS:
        entries["models"].refuse("{key}: more than {most} models", "Drop some", most=_MOST_MODELS)
        return Plan({})
    given = {name: each.known(_KEYS, required=("formula",)) for name, each in named.items()}
    models = {name: _model(each) for name, each in given.items()}
    for name, model in models.items():
        if model.against is not None:
            _check_comparison(given[name]["against"], model, models.get(model.against))
    common = entries["common"].elements() if "common" in entries else []
    wanted = tuple(words for each in common if (words := each.identifier()))
    if not wanted and any(model.sample is Sample.COMMON for model in models.values()):
        root.refuse("(file): a model asks for the common sample, and no variables are named", "Add common: [A, B]")
    return Plan(models, wanted)


def _model(entries: dict[str, Field]) -> Model:
    def words(name: str, usual: str | None) -> str | None:
        return entries[name].words() if name in entries else usual

    formula = words("formula", None) or ""
    if formula:
        try:
            parse_formula(formula)
        except BadInput as refused:
            why = refused.faults[0]
            entries["formula"].refuse("{key}: {why}", "{mend}", why=why.cause, mend=why.remedy)
    for name in ("group", "random"):
        if (chosen := words(name, None)) and not IDENTIFIER.fullmatch(chosen):
            entries[name].refuse("{key}: {value} is no variable", "Name one column", value=chosen[:40])
    method = entries["method"].one_of(_METHODS) if "method" in entries else "REML"
    sample = entries["sample"].one_of(Sample) if "sample" in entries else Sample.AVAILABLE
    return Model(
        formula,
        words("group", None) or "patient_id",
        words("random", None),
        method != "ML",
        Sample(sample or Sample.AVAILABLE),
        words("against", None),
    )


def _check_comparison(entry: Field, larger: Model, smaller: Model | None) -> None:
    if smaller is None:
        entry.refuse("{key}: there is no model {name}", "Name a model of this file", name=larger.against)
    elif larger.reml or smaller.reml:
        entry.refuse("{key}: fits by REML cannot be compared", "Write method: ML for both models")
    elif larger.sample is not smaller.sample:
        entry.refuse("{key}: the two models rest on different samples", "Give both the same sample")
