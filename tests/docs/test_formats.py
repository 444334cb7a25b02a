"""The files, documents and coefficients that the pages list are those that there are."""

from __future__ import annotations

import csv
import importlib
import inspect
import pkgutil
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rater.statistics
from rater.allocation import manifest as allocation
from rater.analysis.halo import NO_SESSION_WITH_BOTH
from rater.errors import BadInput
from rater.homework.manifest import read_difficulties, read_homework
from rater.ratings import manifest as ratings
from rater.recordings import manifest as recordings
from rater.reliability.report import NO_SESSION_SHARED
from rater.statistics.consistency import OTHER_KEY
from rater.statistics.gtheory import BOUNDARY, CONVERGED, NOT_CONNECTED
from rater.terms import DIFFICULTY_TYPES, HOMEWORK_TYPES, Completed, Reason, SessionUse
from tests.builders import documents as docs
from tests.builders.command import Command

Read = Callable[[bytes], Any]
READERS: dict[str, Read] = {
    "sessions.csv": recordings.read_sessions,
    "ratings.csv": lambda data: ratings.read_ratings(data, items={}),
    "homework.csv": read_homework,
    "difficulties.csv": read_difficulties,
    "allocation.csv": allocation.read_allocation,
}
FIGURE = {"value", "ci95", "n", "reason", "design", "form", "definition"}


def told_columns(file: str) -> dict[str, bool]:
    """The columns that the page lists for a file that goes in, and whether each is required."""
    rows = docs.sections(docs.page("files.md"))[file].splitlines()
    cells = [row.split("|") for row in rows if row.startswith("| `")]
    return {row[1].strip(" `"): row[2].strip() == "required" for row in cells}


@pytest.mark.parametrize("file", READERS)
def test_the_columns_that_go_in_are_those_that_are_read(file: str) -> None:
    told, read = told_columns(file), READERS[file]
    with pytest.raises(BadInput) as refused:
        read(b"nothing,else\n1,2\n")
    assert {str(each.column) for each in refused.value.faults} == {name for name, needed in told.items() if needed}
    assert read(",".join([*told, "unheard_of"]).encode() + b"\n").unknown_columns == ("unheard_of",)


def test_no_column_that_is_read_is_left_out() -> None:
    assert set(told_columns("sessions.csv")) == {*recordings.REQUIRED, *recordings.OPTIONAL}
    assert set(told_columns("ratings.csv")) == {*ratings.REQUIRED, *ratings.OPTIONAL}
    assert set(told_columns("allocation.csv")) == {*allocation.COLUMNS}


def test_the_words_of_closed_lists_are_all_there() -> None:
    words = docs.codes(docs.page("files.md"))
    assert {*HOMEWORK_TYPES, *DIFFICULTY_TYPES, *map(str, Completed), *map(str, SessionUse)} <= words


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Command, Path]:
    """A new user's folder after every step of the first study."""
    folder = tmp_path_factory.mktemp("first-study")
    rater = Command(folder / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        follow(rater, folder, docs.page("first-study.md"))
    return rater, folder


def follow(rater: Command, folder: Path, text: str) -> int:
    """Do what the page says, in order, and compare what is printed; the number of commands run."""
    done, said = 0, ""
    for block in docs.blocks(text):
        if block.language in ("csv", "yaml"):
            (folder / block.words[0]).write_text(block.body, encoding="utf-8")
        elif block.language == "sh" and "not-run" not in block.words:
            said = ""
            for line in block.body.splitlines():
                answer = rater(*shlex.split(line)[1:], expect=2 if "refused" in block.words else 0)
                said += answer.err + answer.out
                done += 1
        elif block.language == "text":
            wanted = re.escape(block.body).replace("…", "[^\n]*")
            assert re.fullmatch(wanted, said), f"the page says\n{block.body}\nand the command\n{said}"
    return done


def test_the_first_study_can_be_followed_to_the_letter(followed: tuple[Command, Path]) -> None:
    assert (followed[1] / "dataset" / "analysis.csv").is_file()
    assert len(list(docs.command_lines(docs.page("first-study.md")))) > 15


def test_a_step_that_prints_something_else_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "```sh\nrater scales check {}\n```\n```text\nghes@2: 7 items\n```\n".format(
        docs.ROOT / "scales" / "ghes.yaml"
    )
    with pytest.raises(AssertionError, match="the page says"):
        follow(Command(tmp_path / "home"), tmp_path, text)


def test_the_files_of_an_export_have_the_columns_that_the_page_lists(followed: tuple[Command, Path]) -> None:
    section = docs.sections(docs.page("files.md"))["The folder of rater export"]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    told = {row[1].strip(" `"): row[2].strip() for row in rows}
    written = {path.name: path for path in (followed[1] / "dataset").iterdir()}
    seen = set()
    for name, columns in told.items():
        pattern = re.compile(re.sub(r"<\w+>", r"[^.]+", name.replace(".", r"\.")))
        matching = [path for file, path in written.items() if pattern.fullmatch(file)]
        assert matching, name
        for path in matching:
            header = next(csv.reader(path.read_text(encoding="utf-8").splitlines()))
            listed = columns.partition(", and ")[0].partition(", then ")[0].split(", ")
            assert header[: len(listed)] == listed, path.name
            assert len(header) == len(listed) or ", and " in columns or ", then " in columns, path.name
            seen.add(path.name)
    beside = {"draws.json", "results.json", "datapackage.json", "README.txt"}
    beside |= {"labels.R", "reproduce.py", "reproduce.R"}
    parts = {name for name in written if name.startswith("reproduce_")}
    assert set(written) - seen - parts == beside
    beside |= {name.partition(".")[0] for name in parts}
    assert beside <= docs.codes(section)


def keys(document: Any) -> Iterator[str]:
    """The keys of a JSON document at any depth, those inside figures aside."""
    if isinstance(document, dict):
        yield from document
        for value in document.values():
            yield from keys(value)
    elif isinstance(document, list):
        for value in document:
            yield from keys(value)


OF_THE_STUDY = re.compile(r"R\d(-R\d)?|T\d|P\d|I+|T\d.*I+|Structure|agenda|summary|poor_audio|main|[ijk]")


@pytest.mark.parametrize(
    "line",
    [
        "reliability pilot",
        "stats reliability agenda.csv --unit s --rater r --value v",
        "stats gstudy agenda.csv --unit s --rater r --value v",
        "stats consistency items.csv --items i,j,k",
        "stats multilevel agenda.csv --formula v~1 --group s",
        "allocate pilot --double 0.4 --seed 2 --dry-run",
        "export pilot dataset",
        "sessions import pilot sessions.csv",
        "ratings import pilot ratings.csv",
    ],
)
def test_every_key_of_a_json_document_is_listed(
    followed: tuple[Command, Path], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rater, folder = followed
    monkeypatch.chdir(folder)
    (folder / "agenda.csv").write_text("s,r,v\nS1,A,1\nS1,B,2\nS2,A,3\nS2,B,3\nS3,A,4\nS3,B,0\n")
    (folder / "items.csv").write_text("i,j,k\n1,2,5\n2,2,4\n3,4,3\n4,3,1\n5,5,2\n")
    document = rater(*line.split(), "--json").json
    told = docs.codes(docs.page("files.md")) | FIGURE
    assert {key for key in keys(document) if key not in told and not OF_THE_STUDY.fullmatch(key)} == set()
    assert "unlisted" not in told


WITH_GAPS = {
    "no variance in {names}",
    "there is no column {names}",
    "{names} holds no numbers",
    "{names} holds a value that is not finite",
    "collinear columns: {names} follows from the others",
}
MODULES = [
    importlib.import_module(f"rater.statistics.{each.name}") for each in pkgutil.iter_modules(rater.statistics.__path__)
]


def test_every_public_function_of_the_statistics_is_named() -> None:
    words = docs.codes(docs.page("statistics.md"))
    headings = docs.sections(docs.page("statistics.md"))
    named = words | {each.rpartition(": ")[2] for each in headings}
    functions = {
        name
        for module in MODULES
        for name, each in inspect.getmembers(module, inspect.isfunction)
        if each.__module__ == module.__name__ and not name.startswith("_")
    }
    assert len(functions) > 20
    assert functions - named == set()


def test_every_reason_for_no_value_is_explained() -> None:
    section = docs.sections(docs.page("statistics.md"))["Reasons for no value"]
    told = {line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")}
    reasons = {str(each) for module in MODULES for each in vars(module).values() if isinstance(each, Reason)}
    reasons -= {str(each) for each in (BOUNDARY, CONVERGED, NOT_CONNECTED)}
    reasons -= {str(OTHER_KEY)}
    assert reasons | {str(NO_SESSION_SHARED), str(NO_SESSION_WITH_BOTH), *WITH_GAPS} == told - {"reason", "---"}
    assert str(BOUNDARY) in docs.page("statistics.md")


def test_every_formula_of_the_crossed_model_is_the_one_that_is_computed() -> None:
    from rater.statistics.gtheory import DEFINITIONS

    section = docs.sections(docs.page("statistics.md"))["Variance components: gstudy"]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    assert {row[1].strip(" `"): row[2].strip() for row in rows} == DEFINITIONS
