"""Masked spans on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.audio import encode, speechlike
from tests.builders.command import Command, new_study

SPAN = {"reason": "outcome_read_aloud", "note": "", "roles": ["rater"], "ready": False}


@pytest.fixture
def rater(tmp_path: Path, database_url: str) -> Command:
    """A study with two sessions, the first of which has a recording of five seconds."""
    made = new_study(tmp_path / "home", database_url)
    encode(tmp_path / "one.wav", speechlike(5))
    list_ = tmp_path / "sessions.csv"
    list_.write_text(
        "session_id,patient_id,therapist_id,session_no,audio_file\nP1-S1,P1,T1,1,one.wav\nP1-S2,P1,T1,2,\n"
    )
    made("sessions", "import", "ex", list_, "--audio", tmp_path)
    return made


def listed(rater: Command) -> list[dict[str, object]]:
    found: list[dict[str, object]] = rater("masks", "list", "ex", "--json").json["masks"]
    return found


def test_spans_are_set_listed_and_removed(rater: Command) -> None:
    assert "No spans are masked." in rater("masks", "list", "ex").out
    add = ("masks", "add", "ex", "P1-S1", "0:01-0:02.5", "--reason", "outcome_read_aloud")
    assert rater(*add, "--json").json == {"added": True}
    assert rater(*add, "--json").json == {"added": False}
    assert "masked already" in rater(*add).out
    name = ("masks", "add", "ex", "P1-S1", "3-4", "--reason", "name_spoken", "--role", "trainee", "--role", "rater")
    assert "in the background" in rater(*name, "--note", "a name").out
    first = {"session_id": "P1-S1", "start": "0:01.0", "stop": "0:02.5", **SPAN}
    second = {"session_id": "P1-S1", "start": "0:03.0", "stop": "0:04.0", **SPAN, "reason": "name_spoken"}
    assert listed(rater) == [first, {**second, "note": "a name", "roles": ["rater", "trainee"]}]
    assert (
        "P1-S1  0:03.0-0:04.0  name_spoken  not for: rater, trainee  being prepared" in rater("masks", "list", "ex").out
    )
    assert rater("masks", "remove", "ex", "P1-S1", "0:03-0:04", "--json").json == {"removed": 1}
    assert listed(rater) == [first]


def test_a_list_is_taken_in_once_and_all_or_nothing(rater: Command, tmp_path: Path) -> None:
    good, bad = tmp_path / "masks.csv", tmp_path / "bad.csv"
    good.write_text(
        "session_id;start;stop;reason;note\nP1-S1;0:00;0:01,5;outcome_read_aloud;\nP1-S1;3;4;other;a bell\n"
    )
    assert rater("masks", "import", "ex", good, "--yes", "--json").json["added"] == 2
    again = rater("masks", "import", "ex", good, "--yes", "--json").json
    assert (again["added"], again["unchanged"]) == (0, 2)
    bad.write_text(
        "session_id,start,stop,reason\nP1-S1,0:02,0:03,other\nP1-S2,0:00,0:01,other\nP1-S9,0:00,0:01,other\n"
        "P1-S1,0:04,0:09,other\nP1-S1,soon,0:02,other\nP1-S1,0:02,0:03,because\n"
    )
    refused = rater("masks", "import", "ex", bad, "--json", expect=2)
    assert {(line, column) for _, line, column in refused.errors} == {
        (3, "session_id"),
        (4, "session_id"),
        (5, "stop"),
        (6, "start"),
        (7, "reason"),
    }
    assert len(listed(rater)) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "ex", "P1-S2", "0:01-0:02", "--reason", "other"], "P1-S2 is no session with a recording"),
        (["add", "ex", "P1-S1", "0:01", "--reason", "other"], "is no span of time"),
        (["add", "ex", "P1-S1", "0:02-0:01", "--reason", "other"], "not after its start"),
        (["add", "ex", "P1-S1", "0:01-1:00", "--reason", "other"], "does not lie within the recording"),
        (["add", "ex", "P1-S1", "0:01-0:02", "--reason", "phq"], "phq is not known here"),
        (["add", "ex", "P1-S1", "0:01-0:02", "--reason", "other", "--role", "coordinator"], "coordinator is not known"),
        (["remove", "ex", "P1-S1", "0:01-0:02"], "there is no such span"),
        (["list", "nowhere"], "there is no study nowhere"),
    ],
)
def test_what_cannot_be_done_changes_nothing(rater: Command, arguments: list[str], words: str) -> None:
    before = rater.row_counts()
    assert words in rater("masks", *arguments, expect=2).err
    assert rater.row_counts() == before
