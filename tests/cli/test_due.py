"""Due dates on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.command import EXAMPLE, Command, new_study


@pytest.fixture
def rater(tmp_path: Path, database_url: str) -> Command:
    """A study with sessions allocated and none of them rated."""
    made = new_study(tmp_path / "home", database_url)
    made("sessions", "import", "ex", EXAMPLE / "sessions.csv")
    made("allocation", "import", "ex", EXAMPLE / "allocation.csv")
    return made


def test_dates_are_set_and_set_again(rater: Command) -> None:
    total = rater.row_counts()["assignment"]
    spread = ("due", "ex", "--first", "2026-12-01", "--per-week", "4")
    assert rater(*spread, "--json").json == {"changed": total, "unchanged": 0, "submitted": 0}
    assert rater(*spread, "--json").json == {"changed": 0, "unchanged": total, "submitted": 0}
    one = rater("due", "ex", "--on", "2026-12-24", "--rater", "R1", "--json").json
    assert one["unchanged"] == 0
    assert 0 < one["changed"] < total
    assert f"0 set, {total} unchanged" not in rater(*spread).out
    assert f"0 set, {total} unchanged; 0 submitted sessions left" in rater(*spread).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ex"], "it is not clear what is due when"),
        (["ex", "--first", "2026-12-01"], "it is not clear what is due when"),
        (["ex", "--on", "2026-12-01", "--per-week", "4"], "it is not clear what is due when"),
        (["ex", "--first", "2026-12-01", "--per-week", "0"], "0 sessions a week cannot be planned"),
        (["ex", "--on", "2026-02-30"], "does not match the format"),
        (["ex", "--on", "2026-12-01", "--wave", "training"], "nobody has sessions in the wave training"),
        (["ex", "--on", "2026-12-01", "--rater", "R77"], "R77 has no sessions in the wave main"),
        (["nowhere", "--on", "2026-12-01"], "there is no study nowhere"),
    ],
)
def test_what_cannot_be_set_sets_nothing(rater: Command, arguments: list[str], words: str) -> None:
    before = rater.row_counts()
    assert words in rater("due", *arguments, expect=2).err
    assert rater.row_counts() == before
    assert rater("due", "ex", "--on", "2026-12-01", "--json").json["changed"] == before["assignment"]
