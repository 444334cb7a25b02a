"""Models read from `analysis.yaml`: what is written reads back, and each fault has its line."""

from __future__ import annotations

import pytest

from rater.analysis.models import Model, Plan, Sample, usual_plan
from rater.analysis.plan_reading import read_plan
from rater.analysis.plan_writing import written_plan
from rater.errors import BadInput


@pytest.mark.parametrize(
    "plan",
    [
        Plan({}),
        usual_plan(["GHES", "StHAR", "phq9"]),
        Plan({"a": Model("y ~ x", group="therapist_id", random="x", reml=False, sample=Sample.COMMON)}, ("y", "x")),
    ],
)
def test_what_is_written_reads_back(plan: Plan) -> None:
    assert read_plan(written_plan(plan)) == plan


def test_the_source_study_has_its_models_and_others_none() -> None:
    usual = usual_plan(["GHES", "StHAR", "phq9", "StH_A"])
    assert len(usual.models) == 15 * 3 + 2
    assert usual.models["phq9_GHES_common_ml"].against == "phq9_time_common_ml"
    assert usual_plan(["GHES", "StHAR"]) == Plan({})


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("models:\n  a: {formula: 'y ~ x', methode: ML}\n", 2, "methode"),
        ("models:\n  a: {method: ML}\n", 2, "formula"),
        ("models:\n  a: {formula: 'y ~'}\n", 2, "formula"),
        ("models:\n  a: {formula: 'y ~ x', method: OLS}\n", 2, "OLS"),
        ("models:\n  a: {formula: 'y ~ x', method: ML, against: b}\n", 2, "no model b"),
        ("models:\n  b: {formula: 'y ~ 1'}\n  a: {formula: 'y ~ x', method: ML, against: b}\n", 3, "REML"),
        ("models:\n  a: {formula: 'y ~ x', sample: common}\n", 1, "common"),
        ("models:\n  a: {formula: 'y ~ x', random: 'x y'}\n", 2, "x y"),
        ("common: [y]\n", 1, "models"),
    ],
)
def test_a_fault_has_its_line(text: str, line: int, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_plan(text)
    assert [each.line for each in caught.value.faults] == [line]
    assert word in str(caught.value.faults[0])
