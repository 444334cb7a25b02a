"""Messages on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.command import Command, new_study


@pytest.fixture
def rater(tmp_path: Path, database_url: str) -> Command:
    """A study with the rater R1, who signs in."""
    made = new_study(tmp_path / "home", database_url)
    made("user", "add", "anna@example.org", "--name", "Anna", "--role", "ex:rater", "--code", "R1")
    return made


def test_a_message_is_sent(rater: Command) -> None:
    assert "sent to all raters" in rater("message", "send", "ex", "The meeting is on Thursday").out
    assert "sent to R1" in rater("message", "send", "ex", "A word to you", "--to", "R1").out
    assert rater.row_counts()["message"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ex", " "], "There is no text"),
        (["ex", "x" * 2001], "The text has 2001 characters; 2000 are the most"),
        (["ex", "turned \u202e round"], "U+202E"),
        (["ex", "hello", "--to", "R7"], "There is no rater R7 who signs in. Raters: R1"),
        (["nowhere", "hello"], "there is no study nowhere"),
    ],
)
def test_what_cannot_be_sent(rater: Command, arguments: list[str], words: str) -> None:
    assert words in rater("message", "send", *arguments, expect=2).err
    assert rater.row_counts()["message"] == 0
