"""A whole bundle of the example study: what it holds, that it adds up, and that it can be imported again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.exports.contents import Rights
from rater.exports.operations import export_bundle, export_study, study_data
from rater.homework.operations import import_difficulties, import_homework, read_difficulties_for, read_homework_for
from rater.recordings.operations.importing import import_sessions, read_sessions_for
from rater.reliability.operations import reliability
from rater.statistics.long_form import reliability_of
from rater.storage.database import db, reading, writing
from rater.storage.models import HomeworkReport, Listening, OtherTask, Rating, Revision, Study
from rater.terms import COMMAND_LINE
from tests.application import make_app
from tests.builders.reliability import example_rows
from tests.builders.study import (
    NOON,
    all_points,
    make_assignment,
    make_rating,
    make_session,
    make_study,
    make_task,
)
from tests.exports.builders import import_example, import_long, rows_of


@dataclass(frozen=True)
class Exported:
    """The example study in a database, its de-identified bundle in a folder, and what the export told."""

    app: Flask
    folder: Path
    told: dict[str, Any]

    @property
    def counts(self) -> dict[str, Any]:
        found: dict[str, Any] = self.told["counts"]
        return found

    @contextmanager
    def study(self) -> Iterator[tuple[Session, Study]]:
        """The study in a transaction that leaves nothing behind."""
        with self.app.app_context(), reading() as session:
            yield session, session.query(Study).one()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    place = tmp_path_factory.mktemp("exported")
    app = make_app(place / "home")
    with app.app_context():
        with writing() as session:
            import_example(session)
        with reading() as session:
            told = export_study(session, session.query(Study).one(), place / "bundle").as_dict()
    yield Exported(app, place / "bundle", told)
    with app.app_context():
        db.engine.dispose()


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


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
    """Sessions, homework, difficulties and ratings of the bundle make a study whose bundle has the same ratings."""
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
        export_study(session, study, tmp_path / "again")
    again = bytes_of(tmp_path / "again")
    for name in (
        "ratings_long.csv",
        "stacked.csv",
        "gstudy_long.csv",
        "results.json",
        "homework.csv",
        "allocation.csv",
    ):
        assert again[name] == files[name], name
    assert again["difficulties.csv"] == files["difficulties.csv"]
    assert again["analysis.csv"] != files["analysis.csv"], "outcomes were not imported"


def listened_study(session: Session) -> Study:
    """A rating with coverage, marks, a task of the rater's own, and a report taken back; and a rating without."""
    study = make_study(session)
    sessions = [make_session(session, study, number=number) for number in (1, 2)]
    first, second = (make_assignment(session, study, each, "R1") for each in sessions)
    revision = make_rating(session, first, {**all_points(study), "ghes2": "NOT_RATABLE"}).revisions[0]
    make_rating(session, second, all_points(study, 3))
    revision.heard_share = 0.6333
    for point in revision.points:
        point.unsure = point.item in ("ghes1", "ghes2")
    task = make_task(session, study, sessions[0], sessions[0])
    session.add_all(
        [
            Listening(
                assignment_id=first.id,
                heard=[[0.0, 30.5, 1.0], [20.0, 38.0, 1.5]],
                position_s=38.0,
                speed=1.5,
                changed_at=NOON,
            ),
            OtherTask(
                public_id="a" * 32,
                assignment_id=first.id,
                description="=Call a friend",
                type="behavioral",
                completed=None,
                version=1,
                changed_at=NOON,
            ),
            HomeworkReport(assignment_id=first.id, task_id=task.id, completed=None, version=2, changed_at=NOON),
        ]
    )
    session.flush()
    return study


def test_coverage_and_marks_come_out_and_go_in_again(session: Session, tmp_path: Path) -> None:
    told = export_study(session, listened_study(session), tmp_path / "bundle").counts
    assert (told["coverage_known"], told["unsure"]) == (1, 2)
    assert "marked as unsure: 2" in (tmp_path / "bundle" / "README.txt").read_text()
    long = rows_of(tmp_path / "bundle" / "ratings_long.csv")
    assert {(row["session_id"], row["coverage"]) for row in long} == {("P01-S01", "0.6333"), ("P01-S02", "")}
    assert [row["item"] for row in long if row["unsure"] == "yes"] == ["ghes1", "ghes2"]
    assert {row["unsure"] for row in long} == {"yes", ""}
    files = bytes_of(tmp_path / "bundle")
    other = make_app(tmp_path / "other")
    with other.app_context(), writing() as elsewhere:
        study = make_study(elsewhere)
        register = read_sessions_for(elsewhere, study, files["sessions.csv"])
        import_sessions(elsewhere, COMMAND_LINE, study, register, now=NOON)
        import_long(elsewhere, study, files["ratings_long.csv"])
        export_study(elsewhere, study, tmp_path / "again")
        assert (tmp_path / "again" / "ratings_long.csv").read_bytes() == files["ratings_long.csv"]
        import_long(elsewhere, study, files["ratings_long.csv"].replace(b",yes", b",").replace(b"0.6333", b"0.5"))
        export_study(elsewhere, study, tmp_path / "once-more")
    assert (tmp_path / "once-more" / "ratings_long.csv").read_bytes() == files["ratings_long.csv"], "kept as it was"


def test_what_was_heard_and_added_is_in_files_of_its_own(session: Session, tmp_path: Path) -> None:
    study = listened_study(session)
    for rights in Rights:
        export_study(session, study, tmp_path / rights, rights=rights)
    heard = (tmp_path / "deidentified" / "listening.csv").read_text().splitlines()
    rating = session.scalars(select(Rating.code).order_by(Rating.id)).first()
    assert heard[1:] == [f"main,P01-S01,R1,{rating},0,30.5,1", f"main,P01-S01,R1,{rating},20,38,1.5"]
    assert rows_of(tmp_path / "deidentified" / "other_tasks.csv") == [
        {"wave": "main", "session_id": "P01-S01", "rater_id": "R1", "type": "behavioral", "completed": ""}
    ]
    assert rows_of(tmp_path / "full" / "other_tasks.csv")[0]["description"] == "'=Call a friend"
    assert rows_of(tmp_path / "full" / "homework_reports.csv") == [], "a report taken back is none"
    session.execute(update(HomeworkReport).values(completed="partly"))
    export_study(session, study, tmp_path / "control")
    assert len(rows_of(tmp_path / "control" / "homework_reports.csv")) == 1


def test_listening_of_a_rating_that_is_not_submitted_is_left_out(session: Session, tmp_path: Path) -> None:
    study = listened_study(session)
    session.execute(update(Revision).values(submitted_at=None))
    export_study(session, study, tmp_path / "bundle")
    assert rows_of(tmp_path / "bundle" / "listening.csv") == rows_of(tmp_path / "bundle" / "other_tasks.csv") == []


def test_results_are_those_of_rater_reliability(exported: Exported) -> None:
    results = json.loads((exported.folder / "results.json").read_text())
    assert set(results["reliability"]) == {"main", "calibration"}
    with exported.study() as (session, study):
        for wave, document in results["reliability"].items():
            assert document == json.loads(json.dumps(reliability(session, study, wave)))


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


def test_no_date_and_no_text_unless_asked_for(session: Session, tmp_path: Path) -> None:
    """Free text and dates are in the full export, which shows that the search for them can find them."""
    study = make_study(session)
    first, second = make_session(session, study, number=1), make_session(session, study, number=2)
    first.held_on, second.held_on = date(2018, 1, 27), date(2018, 2, 3)
    make_task(session, study, first, second)
    make_rating(session, make_assignment(session, study, second, "R1"), all_points(study))
    for rights, seen in ((Rights.DEIDENTIFIED, False), (Rights.FULL, True)):
        export_study(session, study, tmp_path / rights, rights=rights)
        text = "\n".join(each.read_text() for each in sorted((tmp_path / rights).iterdir()))
        assert ("Walk ten minutes" in text) is seen
        assert ("2018-" in text) is seen
        assert (f"{NOON:%Y-%m-%d}" in text) is seen
    days = [row["day"] for row in rows_of(tmp_path / "deidentified" / "sessions.csv")]
    assert days == ["0", "7"]
    assert rows_of(tmp_path / "deidentified" / "ratings_long.csv")[0]["submitted_at"] == "P0D"
    assert rows_of(tmp_path / "full" / "ratings_long.csv")[0]["submitted_at"] == f"{NOON:%Y-%m-%dT%H:%M:%SZ}"


def test_what_is_not_submitted_is_counted_and_left_out(session: Session, tmp_path: Path) -> None:
    study = make_study(session)
    for number, submitted in ((1, True), (2, False)):
        assignment = make_assignment(session, study, make_session(session, study, number=number), "R1")
        make_rating(session, assignment, all_points(study), submitted=submitted)
    told = export_study(session, study, tmp_path / "bundle").counts
    assert told["waves"] == {"main": {"assignments": 2, "ratings": 1, "not_submitted": 1, "rows": 15}}
    assert {row["session_id"] for row in rows_of(tmp_path / "bundle" / "ratings_long.csv")} == {"P01-S01"}


def test_a_study_without_anything_has_a_bundle(session: Session, tmp_path: Path) -> None:
    told = export_study(session, make_study(session), tmp_path / "bundle")
    assert told.counts["rows"] == 0
    assert study_data(session, session.query(Study).one()).reliability == {}
    assert rows_of(tmp_path / "bundle" / "stacked.csv") == []
    assert (tmp_path / "bundle" / "matrix_ghes1.csv").read_text() == "session_id\n"
