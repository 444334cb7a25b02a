"""The patients' covariates in a bundle: those that models use, or all of them; a freeze keeps what it had."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.exports.contents import Asked, Rights, StudyData
from rater.exports.operations import export_study, freeze_named
from rater.exports.operations.freezing import keep_freeze, rebuild, take_data
from rater.exports.patients import patients
from rater.recordings.manifest import read_patients
from rater.recordings.operations.patients import import_patients
from rater.storage.models import Patient, Study
from rater.terms import COMMAND_LINE
from tests.builders.study import NOON, all_points, make_assignment, make_rating, make_session, make_study
from tests.exports.builders import bytes_of, make_data, rows_of

PLAN = """
models:
  by_age: {formula: "GHES ~ time + age_years"}
  between: {formula: "GHES ~ time + motive_between", random: time}
"""


def studied(session: Session) -> Study:
    """Two patients with three covariates, two of which the models name."""
    study = make_study(session)
    study.analysis_yaml = PLAN
    for patient in (1, 2):
        for number in (1, 2, 3):
            held = make_session(session, study, f"P0{patient}", number=number)
            points = all_points(study, (patient + number) % 5)
            make_rating(session, make_assignment(session, study, held, "R1"), points)
    table = b"patient_id,age_years,village,motive\nP01,41,Hagen,=high\nP02,38.50,Soest,\n"
    import_patients(session, COMMAND_LINE, study, read_patients(table), now=NOON)
    return study


def covariates(data: StudyData, *formulas: str, rights: Rights = Rights.DEIDENTIFIED) -> list[str]:
    models = {
        f"m{n}": {"formula": each, "group": "patient_id", "random_slope": None} for n, each in enumerate(formulas)
    }
    made = patients(replace(data, analysis={"models": models}), rights)
    return [each.name for each in made.columns[1:]]


def test_only_covariates_that_models_use_come_out_unless_all_are_asked_for(session: Session, tmp_path: Path) -> None:
    study = studied(session)
    for rights in Rights:
        export_study(session, study, tmp_path / rights, Asked(rights))
    assert rows_of(tmp_path / "deidentified" / "patients.csv") == [
        {"patient_id": "P01", "age_years": "41", "motive": "'=high"},
        {"patient_id": "P02", "age_years": "38.5", "motive": ""},
    ]
    assert [row["village"] for row in rows_of(tmp_path / "full" / "patients.csv")] == ["Hagen", "Soest"]
    package = json.loads((tmp_path / "full" / "datapackage.json").read_text())
    (table,) = (each for each in package["resources"] if each["path"] == "patients.csv")
    kinds = {each["name"]: each["type"] for each in table["schema"]["fields"]}
    assert kinds == {"patient_id": "string", "age_years": "number", "village": "string", "motive": "string"}


def test_a_covariate_is_used_where_a_variable_is_derived_from_it() -> None:
    data = replace(make_data(), patients={"P1": {"dose": "1", "dose_within": "2", "größe": "180"}})
    assert covariates(data, "A ~ time") == []
    assert covariates(data, "A ~ dose_previous_within") == ["dose"]
    assert covariates(data, "A ~ dose_within") == ["dose", "dose_within"]
    assert covariates(data, "A ~ time * `größe`") == ["größe"]
    assert covariates(data, rights=Rights.FULL) == ["dose", "dose_within", "größe"]


@pytest.mark.parametrize("cell", ["nan", "inf", "1,5"])
def test_what_is_no_finite_number_stays_a_word(cell: str) -> None:
    data = replace(make_data(), patients={"P1": {"dose": cell}, "P2": {"dose": "1"}})
    assert [tuple(row) for row in patients(data, Rights.FULL).rows] == [("P1", cell), ("P2", "1")]


def test_a_freeze_keeps_the_analysis_as_it_was(session: Session, tmp_path: Path) -> None:
    """Neither other models nor other covariates change it; a new export shows that they matter."""
    study = studied(session)
    kept = keep_freeze(session, COMMAND_LINE, study, "one", "", take_data(session, study, tmp_path / "home"), now=NOON)
    export_study(session, study, tmp_path / "then")
    study.analysis_yaml = 'models:\n  other: {formula: "GHES ~ 1"}\n'
    session.execute(update(Patient).values(covariates={"age_years": "70"}))
    session.flush()
    session.expire_all()
    assert session.scalars(select(Patient)).first() is not None
    found = rebuild(freeze_named(session, study, "one"), tmp_path / "rebuilt")
    export_study(session, study, tmp_path / "now")
    assert found.differing == ()
    assert bytes_of(tmp_path / "rebuilt") == bytes_of(tmp_path / "then")
    models = {name: set(_results(tmp_path / name)["analysis"]["models"]) for name in ("rebuilt", "now")}
    assert models == {"rebuilt": {"by_age", "between"}, "now": {"other"}}
    assert kept.release


def _results(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads((folder / "results.json").read_text())
    return found
