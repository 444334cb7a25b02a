"""A whole bundle of the example study: what it holds, that it adds up, and that it can be imported again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from rater.analysis.operations.computing import analysis
from rater.exports.operations import export_bundle, export_study
from rater.homework.operations import import_difficulties, import_homework, read_difficulties_for, read_homework_for
from rater.recordings.operations.importing import import_sessions, read_sessions_for
from rater.recordings.operations.outcomes import import_outcomes, read_outcomes_for
from rater.reliability.operations import reliability
from rater.statistics.long_form import reliability_of
from rater.storage.database import writing
from rater.terms import COMMAND_LINE
from tests.application import make_app
from tests.builders.reliability import example_rows
from tests.builders.study import (
    NOON,
    make_study,
)
from tests.exports.builders import Exported, bytes_of, import_long, rows_of


def test_the_bundle_holds_what_it_says(exported: Exported) -> None:
    found = bytes_of(exported.folder)
    assert {each["name"] for each in exported.told["files"]} == set(found)
    for each in exported.told["files"]:
        assert each["sha256"] == hashlib.sha256(found[each["name"]]).hexdigest()
        if each["name"].endswith(".csv"):
            assert each["rows"] == len(rows_of(exported.folder / each["name"]))
            assert b"\r" not in found[each["name"]]
            assert found[each["name"]].endswith(b"\n")


def test_the_counts_reconcile(exported: Exported) -> None:
    """Sessions, ratings and rows agree with the files that went in, and with one another."""
    given, calibration = example_rows(), example_rows("ratings_calibration.csv")
    long = rows_of(exported.folder / "ratings_long.csv")
    main = [row for row in long if row["wave"] == "main"]
    assert len(main) == len(given)
    assert len(long) == len(given) + len(calibration) == exported.counts["rows"]
    assert sum(row["value"] != "" for row in main) == given["value"].notna().sum()
    analysed = rows_of(exported.folder / "analysis.csv")
    assert (exported.counts["sessions_listed"], exported.counts["sessions_held"]) == (213, 210)
    assert exported.counts["excluded"] == {"deviation_from_manual": 4, "no_recording": 5, "poor_audio": 4}
    assert exported.counts["sessions_eligible"] == len(analysed) == 197
    assert exported.counts["ratings"] == given["rating_id"].nunique()
    assert exported.counts["ratings_analysed"] == sum(int(row["n_ratings"]) for row in analysed)
    per_session = Counter({row["session_id"]: int(row["n_ratings"]) for row in analysed})
    assert exported.counts["double_coded"] == sum(count > 1 for count in per_session.values()) == 79
    stacked = rows_of(exported.folder / "stacked.csv")
    assert sum(row["score"] == "GHES" for row in stacked) == 79
    readme = (exported.folder / "README.txt").read_text()
    for words in ("sessions held: 210", "sessions eligible: 197", "ratings in the main wave: 276", "csv: 4365"):
        assert words in readme
    assert "Reversed in scores: ghes5." in readme
    assert "Unofficial reconstruction" in readme


def test_values_are_raw_and_scored_ones_turned(exported: Exported) -> None:
    given = example_rows().set_index(["session_id", "rater_id", "item"])
    turned = 0
    for row in rows_of(exported.folder / "ratings_long.csv"):
        if row["wave"] != "main" or not row["value"]:
            continue
        assert float(row["value"]) == given.loc[(row["session_id"], row["rater_id"], row["item"]), "value"]
        wanted = 4 - float(row["value"]) if row["item"] == "ghes5" else float(row["value"])
        assert float(row["scored"]) == wanted
        turned += row["item"] == "ghes5" and row["scored"] != row["value"]
    assert turned > 0


def test_only_the_highest_version_is_given(exported: Exported) -> None:
    long = rows_of(exported.folder / "ratings_long.csv")
    assert {row["version"] for row in long} == {"1", "2"}
    assert max(Counter((row["wave"], row["rating_id"], row["item"]) for row in long).values()) == 1


def test_the_same_data_give_the_same_bytes(exported: Exported, tmp_path: Path) -> None:
    with exported.study() as (session, study):
        export_study(session, study, tmp_path / "again")
        assert bytes_of(tmp_path / "again") == bytes_of(exported.folder)
        first = export_bundle(session, study, tmp_path / "first")
        second = export_bundle(session, study, tmp_path / "second")
        assert first["sha256"] == second["sha256"] == hashlib.sha256((tmp_path / "first.zip").read_bytes()).hexdigest()
        assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
        assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []
        study.title = "Another title"
        assert export_bundle(session, study, tmp_path / "third")["sha256"] != first["sha256"]


def test_the_files_import_again_with_the_same_result(exported: Exported, tmp_path: Path) -> None:
    """The registers and ratings of the bundle make a study whose bundle has the same ratings and figures."""
    app = make_app(tmp_path / "other")
    files = bytes_of(exported.folder)
    with app.app_context(), writing() as session:
        study = make_study(session)
        import_sessions(
            session, COMMAND_LINE, study, read_sessions_for(session, study, files["sessions.csv"]), now=NOON
        )
        homework = read_homework_for(session, study, files["homework.csv"])
        import_homework(session, COMMAND_LINE, study, homework, now=NOON)
        import_long(session, study, files["ratings_long.csv"])
        difficulties = read_difficulties_for(session, study, files["difficulties.csv"])
        import_difficulties(session, COMMAND_LINE, study, difficulties, now=NOON)
        export_study(session, study, tmp_path / "without")
        outcomes = read_outcomes_for(session, study, files["outcomes_phq9.csv"], measure="phq9")
        import_outcomes(session, COMMAND_LINE, study, outcomes, measure="phq9", now=NOON)
        export_study(session, study, tmp_path / "again")
    again = bytes_of(tmp_path / "again")
    for name in (
        "analysis.csv",
        "ratings_long.csv",
        "stacked.csv",
        "gstudy_long.csv",
        "results.json",
        "homework.csv",
        "allocation.csv",
    ):
        assert again[name] == files[name], name
    assert again["difficulties.csv"] == files["difficulties.csv"]
    assert bytes_of(tmp_path / "without")["analysis.csv"] != files["analysis.csv"], "outcomes were not imported"


def test_results_are_those_of_rater_reliability(exported: Exported) -> None:
    results = json.loads((exported.folder / "results.json").read_text())
    assert set(results["reliability"]) == {"main", "calibration"}
    with exported.study() as (session, study):
        for wave, document in results["reliability"].items():
            assert document == json.loads(json.dumps(reliability(session, study, wave)))


def test_the_analysis_is_that_of_rater_analyse(exported: Exported) -> None:
    results = json.loads((exported.folder / "results.json").read_text())
    with exported.study() as (session, study):
        assert results["analysis"] == json.loads(json.dumps(analysis(session, study)))
    assert len(results["analysis"]["models"]) == 47


def test_each_wide_table_gives_the_dyad_s_coefficients(exported: Exported) -> None:
    """Whoever opens a wide table finds the ICC that results.json states."""
    results = json.loads((exported.folder / "results.json").read_text())["reliability"]["main"]["scores"]
    tables = sorted(exported.folder.glob("wide_*.csv"))
    assert len(tables) == sum(len(each["dyads"]) for each in results.values())
    for path in tables:
        frame = pd.read_csv(path)
        _, first, second = frame.columns
        score = path.stem.removeprefix("wide_").removesuffix(f"_{first}-{second}")
        told = results[score]["dyads"][f"{first}-{second}"]
        assert len(frame) == told["n_shared"]
        long = frame.melt("session_id").dropna()
        found = reliability_of(long["session_id"].tolist(), long["variable"].tolist(), long["value"].tolist())
        assert found["icc"]["2,k"]["value"] == pytest.approx(told["icc"]["2,k"]["value"], abs=1e-9)


def test_the_codebook_and_the_package_name_every_column(exported: Exported) -> None:
    codebook = {(row["file"], row["column"]) for row in rows_of(exported.folder / "codebook.csv")}
    package = json.loads((exported.folder / "datapackage.json").read_text())
    listed = {each["path"]: each for each in package["resources"]}
    assert set(listed) == {each.name for each in exported.folder.iterdir()} - {"datapackage.json", "README.txt"}
    for path in sorted(exported.folder.glob("*.csv")):
        header = path.read_text().splitlines()[0].split(",")
        assert [each["name"] for each in listed[path.name]["schema"]["fields"]] == header
        assert listed[path.name]["bytes"] == path.stat().st_size
        assert listed[path.name]["hash"] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        if path.name != "codebook.csv":
            assert {(path.name, column) for column in header} <= codebook
    by_item = {row["item"]: row for row in rows_of(exported.folder / "codebook.csv") if row["file"] == "analysis.csv"}
    assert by_item["ghes5"]["reversed"] == "true"
    assert (by_item["ghes5"]["min"], by_item["ghes5"]["max"]) == ("0", "4")
    assert "ghes5 (reversed)" in by_item["GHES"]["rule"]
    assert "NOT_RATABLE=" in by_item["ghes5"]["missing_codes"]
