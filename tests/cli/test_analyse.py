"""`rater analyse`, the patients' list and the study's own models, as scripts call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.command import Command, example_study

PATIENTS = "patient_id,age,sex\n" + "".join(
    f"P{n:02},{30 + n},{'FemaleMale'[6 * (n % 2) :][:6]}\n" for n in range(1, 23)
)
MODELS = """\
models:
  by_age: {formula: "GHES ~ time + age * sex"}
  by_therapist: {formula: "GHES ~ time", group: therapist_id}
"""


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return example_study(tmp_path / "home")


def test_the_study_is_analysed(rater: Command) -> None:
    told = rater("analyse", "ex", "--json").json
    assert set(told) >= {"counts", "descriptives", "consistency", "correlations", "homework", "models"}
    assert told["counts"]["sessions_eligible"] == 197
    printed = rater("analyse", "ex").out
    assert "276 ratings of 197 sessions, 79 rated twice" in printed
    assert "GHES_null: GHES ~ 1 by patient_id, REML, available sample" in printed
    assert "variance at boundary" in printed
    apart = told["correlations"]["GHES~StH_R"]["different_raters"]
    (line,) = (line for line in printed.splitlines() if line.startswith("  GHES~StH_R "))
    assert f" {apart['n']}  {apart['value']:.3f} [{apart['ci95'][0]:.3f}, " in line
    assert "different_raters" not in told["correlations"]["GHES~phq9"]


def test_models_of_the_study_use_its_patients(rater: Command, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text(PATIENTS)
    assert rater("patients", "import", "ex", tmp_path / "patients.csv", "--json").json["updated"] == 22
    assert rater("patients", "import", "ex", tmp_path / "patients.csv", "--json").json["unchanged"] == 22
    (tmp_path / "analysis.yaml").write_text(MODELS)
    assert rater("study", "models", "ex", tmp_path / "analysis.yaml").out == "models: by_age, by_therapist\n"
    printed = rater("study", "models", "ex").out
    (tmp_path / "again.yaml").write_text(printed)
    rater("study", "models", "ex", tmp_path / "again.yaml")
    models = rater("analyse", "ex", "--json").json["models"]
    assert list(models) == ["by_age", "by_therapist"]
    assert list(models["by_age"]["fixed"]) == ["(Intercept)", "time", "age", "sexMale", "age:sexMale"]
    assert models["by_therapist"]["groups"] == 3
    (tmp_path / "empty.yaml").write_text("")
    assert rater("study", "models", "ex", tmp_path / "empty.yaml").out == "models: the usual ones\n"
    assert len(rater("analyse", "ex", "--json").json["models"]) == 47


def test_a_wrong_file_changes_nothing(rater: Command, tmp_path: Path) -> None:
    before = rater.row_counts()
    (tmp_path / "analysis.yaml").write_text("models:\n  a: {formula: 'y ~ ~'}\n")
    assert "analysis.yaml:2" in rater("study", "models", "ex", tmp_path / "analysis.yaml", expect=2).err
    (tmp_path / "patients.csv").write_text("patient_id,age\nP01,30\nP01,31\n")
    assert "patients.csv:3" in rater("patients", "import", "ex", tmp_path / "patients.csv", expect=2).err
    assert rater.row_counts() == before


def test_a_patient_without_a_session_is_told(rater: Command, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("patient_id,age\nP99,30\n")
    said = rater("patients", "import", "ex", tmp_path / "patients.csv")
    assert "P99" in said.err
    assert said.out == "patients: 1 new, 0 changed, 0 unchanged\n"
