"""`rater export`: what it prints and writes, what it refuses, and the way back through the imports."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, writing
from rater.storage.models import AuditEvent, Revision
from tests.builders.command import Command, example_study, new_study


@pytest.fixture(scope="module")
def rater(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return example_study(tmp_path_factory.mktemp("export") / "home")


def files_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def submit_all_at(rater: Command, moment: datetime) -> None:
    """Make the study's data the same whenever they were taken in."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context(), writing() as session:
        session.execute(update(Revision).values(submitted_at=moment))


def exports_noted(rater: Command) -> list[dict[str, str]]:
    """What the audit says of exports."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        found = db.session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "export.made")).all()
        db.session.remove()
        db.engine.dispose()
    return list(found)


def test_the_files_are_printed_with_rows_and_sums(rater: Command, tmp_path: Path) -> None:
    told = rater("export", "ex", tmp_path / "out", "--json").json
    assert set(told) == {"files", "counts"}
    found = files_of(tmp_path / "out")
    assert {each["name"] for each in told["files"]} == set(found)
    for each in told["files"]:
        assert set(each) == {"name", "rows", "sha256"}
        assert each["sha256"] == hashlib.sha256(found[each["name"]]).hexdigest()
    rows = {each["name"]: each["rows"] for each in told["files"]}
    assert (rows["ratings_long.csv"], rows["analysis.csv"], rows["sessions.csv"]) == (4365, 197, 213)
    assert rows["README.txt"] is rows["results.json"] is None
    words = rater("export", "ex", tmp_path / "out").out
    assert all(f"{each['sha256']}\n" in words for each in told["files"])
    assert "213 listed, 210 held, 13 excluded, 197 eligible" in words
    assert files_of(tmp_path / "out") == found


def test_results_are_what_rater_reliability_prints(rater: Command, tmp_path: Path) -> None:
    rater("export", "ex", tmp_path / "out")
    results = json.loads((tmp_path / "out" / "results.json").read_text())["reliability"]
    assert results["main"] == rater("reliability", "ex", "--json").json
    assert results["calibration"] == rater("reliability", "ex", "--wave", "calibration", "--json").json


def test_the_way_back(rater: Command, tmp_path: Path) -> None:
    """All registers and ratings of a full export go into an empty database, and come out of it to the byte.

    Before the difficulties are in, the two differ, so that the comparison is known to see.
    """
    rater("export", "ex", tmp_path / "out", "--rights", "full")
    files = files_of(tmp_path / "out")
    other = new_study(tmp_path / "other")
    for noun in ("sessions", "homework"):
        other(noun, "import", "ex", tmp_path / "out" / f"{noun}.csv")
    other("outcomes", "import", "ex", tmp_path / "out" / "outcomes_phq9.csv", "--measure", "phq9")
    other("ratings", "import", "ex", tmp_path / "out" / "ratings_long.csv")
    other("allocation", "import", "ex", tmp_path / "out" / "allocation.csv")
    before = other("export", "ex", tmp_path / "half", "--rights", "full", "--json").json
    other("difficulties", "import", "ex", tmp_path / "out" / "difficulties.csv")
    other("export", "ex", tmp_path / "again", "--rights", "full")
    assert files_of(tmp_path / "again") == files
    assert before["counts"]["rows"] == 4365
    assert files_of(tmp_path / "half")["difficulties.csv"] != files["difficulties.csv"]


def test_a_deidentified_export_goes_back_without_its_times(rater: Command, tmp_path: Path) -> None:
    rater("export", "ex", tmp_path / "out")
    other = new_study(tmp_path / "other")
    other("sessions", "import", "ex", tmp_path / "out" / "sessions.csv")
    told = other("ratings", "import", "ex", tmp_path / "out" / "ratings_long.csv", "--json").json
    assert (told["added"], told["unchanged"]) == (291, 0)
    assert other("ratings", "import", "ex", tmp_path / "out" / "ratings_long.csv", "--json").json["unchanged"] == 291
    assert other("reliability", "ex", "--json").json == rater("reliability", "ex", "--json").json


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "OUT"], "there is no study nowhere"),
        (["ex", "OUT", "--formats", "csv,dta"], "dta is no format of tables. Formats: csv, parquet, sav, xlsx"),
        (["ex", "OUT", "--formats", ","], "no format is named"),
        (["ex", "TAKEN"], "thesis.txt, which no export wrote"),
        (["ex", "TAKEN/thesis.txt"], "thesis.txt is a file"),
    ],
)
def test_refusals_write_nothing(rater: Command, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("years of work")
    places = {"OUT": "out", "TAKEN": "taken"}
    for name, folder in places.items():
        arguments = [each.replace(name, str(tmp_path / folder)) for each in arguments]
    noted = exports_noted(rater)
    said = rater("export", *arguments, expect=2)
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert words in said.err
    assert set(rater("export", *arguments, "--json", expect=2).json) == {"errors"}
    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")) == ["taken", "taken/thesis.txt"]
    assert exports_noted(rater) == noted


def test_an_export_is_noted(rater: Command, tmp_path: Path) -> None:
    before = len(exports_noted(rater))
    rater("export", "ex", tmp_path / "out", "--rights", "full", "--formats", "sav", "--notes")
    assert exports_noted(rater)[before:] == [{"rights": "full", "formats": ["csv", "sav"], "notes": True}]


@pytest.mark.postgres
def test_both_databases_give_the_same_bytes(tmp_path: Path, postgres_url: str) -> None:
    for name, address in (("sqlite", ""), ("postgres", postgres_url)):
        each = example_study(tmp_path / f"{name}-home", address)
        submit_all_at(each, datetime(2018, 2, 3, 10, tzinfo=UTC))
        each("export", "ex", tmp_path / name)
    first, second = files_of(tmp_path / "sqlite"), files_of(tmp_path / "postgres")
    assert {name for name in first if first[name] != second.get(name)} == set()
    assert set(first) == set(second)
