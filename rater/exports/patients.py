"""`patients.csv`: the patients of a study with the covariates that its models use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rater.analysis.covariates import covariate
from rater.exports.contents import Rights, StudyData
from rater.exports.resource import Column, Resource

PATIENT = Column("patient_id", "string", "Patient")


def patients(data: StudyData, rights: Rights) -> Resource:
    """Every patient; de-identified, only those covariates without which the models could not be fitted again."""
    known = list(dict.fromkeys(name for cells in data.patients.values() for name in cells))
    used = _used(data.analysis)
    kept = [name for name in known if rights is Rights.FULL or name in used]
    given = {name: [cells.get(name, "") for cells in data.patients.values()] for name in kept}
    columns = {name: covariate(cells) for name, cells in given.items()}
    kinds = {
        name: "string" if any(isinstance(each, str) for each in cells) else "number" for name, cells in columns.items()
    }
    rows = [(code, *cells) for code, *cells in zip(data.patients, *columns.values(), strict=True)]
    described = (PATIENT, *(Column(name, kinds[name], "Covariate of the patient") for name in kept))
    return Resource("patients.csv", "Patients", described, rows)


def _used(analysis: Mapping[str, Any]) -> set[str]:
    """The variables that the models and the common sample name, without the endings of derived ones."""
    from rater.statistics.formula import parse_formula

    found = set(analysis.get("common_sample", ()))
    for model in analysis.get("models", {}).values():
        formula = parse_formula(model["formula"])
        found |= {formula.response, *formula.variables, model["group"], model["random_slope"]} - {None}
    return {base for name in found for base in _bases(name)}


def _bases(name: str) -> Iterable[str]:
    from rater.analysis.frame import DERIVED

    yield name
    for ending in DERIVED:
        if name.endswith(ending):
            yield from _bases(name.removesuffix(ending))
