"""`datapackage.json` is a Frictionless Data Package: its files are there, whole, and as their schemas say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

from rater.exports.bundle import write_bundle
from rater.exports.contents import Asked, AssignedTask, Rights, StudyData, WrittenNote
from rater.exports.formats import Format
from tests.exports.builders import Exported, make_data, make_listed
from tests.exports.test_tables import small


def faults_of(folder: Path) -> list[tuple[str, str]]:
    """File and kind of every fault that frictionless finds in a bundle."""
    package = Package(str(folder / "datapackage.json"))
    report = package.validate()
    found = [("datapackage.json", each.type) for each in report.errors]
    return found + [(str(task.place), error.type) for task in report.tasks for error in task.errors]


def test_the_bundle_is_valid(exported: Exported) -> None:
    assert faults_of(exported.folder) == []


def twins() -> StudyData:
    """A score and an item that differ by case alone from others."""
    scale = small().scales[0]
    score = next(iter(scale.scores.values()))
    return replace(small(), scales=(replace(scale, scores={"A": score, "a": replace(score, name="a")}),))


def dated() -> StudyData:
    """Dates, moments, texts and a note."""
    note = WrittenNote("main", "S1", "R1", "S1/R1", 3.5, "=Why?")
    sessions = tuple(replace(make_listed(f"S{n}", number=n), held_on=date(2018, 1, n)) for n in (1, 2, 3))
    tasks = (AssignedTask("H1", "S1", None, "x", "two\nlines", None),)
    return replace(small(), sessions=sessions, notes=(note,), tasks=tasks)


@pytest.mark.parametrize("make", [dated, make_data, twins])
def test_small_and_empty_studies_are_valid_in_all_formats(tmp_path: Path, make: Callable[[], StudyData]) -> None:
    write_bundle(make(), tmp_path / "bundle", Asked(Rights.FULL, tuple(Format), notes=True))
    assert faults_of(tmp_path / "bundle") == []
    names = [each["name"] for each in json.loads((tmp_path / "bundle" / "datapackage.json").read_text())["resources"]]
    assert len(set(names)) == len(names) > 60


def another_cell(folder: Path) -> None:
    path = folder / "matrix_a1.csv"
    path.write_text(path.read_text().replace("S1,4", "S1,9"))


def another_script(folder: Path) -> None:
    with (folder / "reproduce.R").open("a") as script:
        script.write("\n")


def words_for_a_number(package: dict[str, Any]) -> None:
    (long,) = [each for each in package["resources"] if each["path"] == "ratings_long.csv"]
    next(each for each in long["schema"]["fields"] if each["name"] == "item")["type"] = "number"


def no_such_file(package: dict[str, Any]) -> None:
    package["resources"][0]["path"] = "lost.csv"


def rewritten(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        path = folder / "datapackage.json"
        package = json.loads(path.read_text())
        change(package)
        path.write_text(json.dumps(package))

    return rewrite


@pytest.mark.parametrize(
    ("spoil", "kinds"),
    [
        (another_cell, {"hash-count", "constraint-error"}),
        (another_script, {"hash-count", "byte-count"}),
        (rewritten(words_for_a_number), {"type-error"}),
        (rewritten(no_such_file), {"scheme-error"}),
    ],
)
def test_what_is_wrong_is_found(tmp_path: Path, spoil: Callable[[Path], None], kinds: set[str]) -> None:
    write_bundle(small(), tmp_path / "spoilt")
    spoil(tmp_path / "spoilt")
    assert kinds <= {kind for _, kind in faults_of(tmp_path / "spoilt")}
