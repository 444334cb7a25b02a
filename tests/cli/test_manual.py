"""The manual and the decision log on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.command import Command, new_study

SOURCE = "# General\n\nListen first.\n\n# ghes1 Engagement\n\nCount every task.\n\n![a figure](figure.png)\n"


@pytest.fixture
def rater(tmp_path: Path, database_url: str) -> Command:
    return new_study(tmp_path / "home", database_url)


def test_a_manual_goes_in_and_comes_out(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "manual.md"
    file.write_text(SOURCE, encoding="utf-8")
    first = rater("manual", "import", "ex", "ghes", file)
    assert "manual of ghes@1 kept: 2 sections, 1 items treated" in first.out
    assert f"note: {file}:9: the image figure.png is not shown" in first.err
    told = rater("manual", "import", "ex", "ghes", file, "--json").json
    assert (told["changed"], told["items"], [each["line"] for each in told["notes"]]) == (False, 1, [9])
    assert rater("manual", "show", "ex", "ghes").out == SOURCE
    assert rater.row_counts()["manual"] == 1


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", None),
        (b"# a\n\n\xff\xfe", 3),
        (b"# ghes1\n# ghes1", 2),
        (b"# a {#ghes77}", 1),
        (b"a\x00b", 1),
        (b"x" * (1024 * 1024 + 1), None),
    ],
)
def test_a_broken_manual_is_told_with_its_line(
    rater: Command, tmp_path: Path, content: bytes, place: int | None
) -> None:
    file = tmp_path / "manual.md"
    file.write_bytes(content)
    said = rater("manual", "import", "ex", "ghes", file, "--json", expect=2)
    assert [(name, line) for name, line, _ in said.errors] == [(str(file), place)]
    assert rater.row_counts()["manual"] == 0


def test_what_is_not_there_is_said(rater: Command, tmp_path: Path) -> None:
    (tmp_path / "m.md").write_text("# a")
    assert "use no scale phq9" in rater("manual", "import", "ex", "phq9", tmp_path / "m.md", expect=2).err
    assert "there is no manual of ghes yet" in rater("manual", "show", "ex", "ghes", expect=2).err
    assert "cannot be read" in rater("manual", "import", "ex", "ghes", tmp_path / "none.md", expect=2).err


def test_a_ruling_is_written_once(rater: Command) -> None:
    ruling = ("decision", "add", "ex", "--scale", "ghes", "--item", "ghes1", "--on", "2026-11-02")
    for _ in range(2):
        assert "ruling of 2026-11-02 on ghes1 written" in rater(*ruling, "A task counts").out
    rater("decision", "add", "ex", "--scale", "ghes", "For the whole scale")
    assert rater.row_counts()["decision"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scale", "ghes", "--item", "ghes77", "x"], "has no item ghes77. Items: ghes1"),
        (["--scale", "phq9", "x"], "Scales: ghes, sthar"),
        (["--scale", "ghes", "--on", "2999-01-01", "x"], "2999-01-01 is still to come"),
        (["--scale", "ghes", ""], "There is no text"),
    ],
)
def test_a_ruling_that_cannot_be(rater: Command, arguments: list[str], words: str) -> None:
    assert words in rater("decision", "add", "ex", *arguments, expect=2).err
    assert rater.row_counts()["decision"] == 0
