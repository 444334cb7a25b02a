"""`rater freeze` and `rater export --freeze`: what they print, refuse and write."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import writing
from rater.storage.models import Freeze
from tests.builders.command import Command, example_study
from tests.cli.test_export import exports_noted, files_of


@pytest.fixture(scope="module")
def rater(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return example_study(tmp_path_factory.mktemp("freeze") / "home")


def test_a_freeze_outlives_what_comes_after(rater: Command, tmp_path: Path) -> None:
    assert rater("freeze", "ex").out == ""
    then = rater("export", "ex", tmp_path / "then", "--json").json
    made = rater("freeze", "ex", "paper-1", "--note", "Main paper", "--json").json
    assert made["files"] == {each["name"]: each["sha256"] for each in then["files"]}
    rater("exclusions", "add", "ex", "--session", "P01-S02", "--reason", "poor_audio", "--scope", "analysis")
    told = rater("export", "ex", tmp_path / "again", "--freeze", "paper-1", "--json")
    assert told.json["freeze"] == {
        "name": "paper-1",
        "sha256": made["sha256"],
        "release": made["release"],
        "differing": [],
    }
    assert told.err == ""
    assert files_of(tmp_path / "again") == files_of(tmp_path / "then")
    rater("export", "ex", tmp_path / "now")
    assert files_of(tmp_path / "now") != files_of(tmp_path / "then")
    assert exports_noted(rater)[-2:] == [
        {"rights": "deidentified", "formats": ["csv"], "freeze": "paper-1"},
        {"rights": "deidentified", "formats": ["csv"]},
    ]
    assert rater("freeze", "ex", "--json").json == {"freezes": [made]}
    (line,) = rater("freeze", "ex").out.splitlines()
    assert line.startswith("paper-1  ")
    assert line.endswith(f"{made['sha256']}  Main paper")


def test_other_bytes_are_a_warning(rater: Command, tmp_path: Path) -> None:
    rater("freeze", "ex", "old")
    app = create_app(Settings.load({}, home=rater.home), pages=False)
    with app.app_context(), writing() as session:
        kept = session.scalars(select(Freeze).where(Freeze.name == "old")).one()
        kept.files = {**kept.files, "README.txt": "0" * 64}
        kept.release = "0.0.1"
    said = rater("export", "ex", tmp_path / "out", "--freeze", "old", "--json")
    assert said.json["freeze"]["differing"] == ["README.txt"]
    assert "release 0.0.1 wrote other bytes" in said.err
    assert rater("export", "ex", tmp_path / "full", "--freeze", "old", "--rights", "full").err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["freeze", "nowhere", "x"], "there is no study nowhere"),
        (["freeze", "ex", "no good"], "no good cannot name a freeze"),
        (["freeze", "ex", "--note", "x"], "A note is given without a name"),
        (["export", "ex", "OUT", "--freeze", "lost"], "has no freeze lost"),
    ],
)
def test_refusals_write_nothing(rater: Command, tmp_path: Path, arguments: list[str], words: str) -> None:
    before = rater.row_counts()
    said = rater(*(each.replace("OUT", str(tmp_path / "out")) for each in arguments), expect=2)
    assert words in said.err
    assert rater.row_counts() == before
    assert list(tmp_path.iterdir()) == []


def test_every_dataset_is_in_the_history(rater: Command, tmp_path: Path) -> None:
    before = rater("exports", "ex", "--json").json["exports"]
    rater("freeze", "ex", "cited")
    told = rater("export", "ex", tmp_path / "out", "--freeze", "cited", "--formats", "sav", "--notes", "--json").json
    newest, *others = rater("exports", "ex", "--json").json["exports"]
    assert others == before
    assert newest["files"] == told["files"]
    assert (newest["by"], newest["rights"], newest["formats"]) == (None, "deidentified", ["csv", "sav"])
    assert (newest["notes"], newest["freeze"], newest["sha256"]) == (True, "cited", None)
    said = rater("exports", "ex").out
    assert "command line  rights=deidentified  formats=csv,sav  notes=yes  freeze=cited\n" in said
    assert all(f"  {each['sha256']}  {each['name']}\n" in said for each in told["files"])
    rater("export", "ex", tmp_path / "none", "--formats", "dta", expect=2)
    assert rater("exports", "ex", "--json").json["exports"] == [newest, *before], "a refusal makes no dataset"
