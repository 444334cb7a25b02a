"""Other dialects are confirmed, columns are mapped or reported, and rows that may change are updated."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.command import EXAMPLE_IMPORTS, Command, new_study

GERMAN = (
    "session_id;patient_id;therapist_id;session_no;date;duration_min;excluded\r\nS1;P1;Müller;1;27.01.2018;31,5;\r\n"
)
PLAIN = "session_id,patient_id,therapist_id,session_no,date,duration_min,excluded\n"


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return new_study(tmp_path / "home")


def test_another_dialect_needs_a_yes(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_bytes(GERMAN.encode("cp1252"))
    before = rater.row_counts()
    refused = rater("sessions", "import", "ex", file, expect=2)
    assert "semicolons" in refused.err
    assert "repeat with --yes" in refused.err
    assert rater.row_counts() == before
    taken = rater("sessions", "import", "ex", file, "--yes", "--json")
    assert taken.json["added"] == 1
    assert taken.json["dialect"]["separator"] == ";"
    assert taken.json["dialect"]["decimal_comma"]
    assert taken.json["dialect"]["day_first"]
    assert taken.json["dialect"]["encoding"] == "windows-1252"
    assert "semicolons" in taken.err
    standard = tmp_path / "standard.csv"
    standard.write_text(PLAIN + "S1,P1,Müller,1,2018-01-27,31.5,\n", encoding="utf-8")
    assert rater("sessions", "import", "ex", standard, "--json").json["unchanged"] == 1


def test_a_yes_on_a_terminal_confirms(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_bytes(GERMAN.encode("cp1252"))
    for typed, code, rows in ((b"n\n", 2, 0), (b"y\n", 0, 1)):
        keyboard, terminal = pty.openpty()
        os.write(keyboard, typed)
        said = subprocess.run(
            [sys.executable, "-c", "from rater.app import main; main()", "sessions", "import", "ex", str(file)],
            stdin=terminal,
            env=os.environ | {"RATER_HOME": str(rater.home)},
            capture_output=True,
            text=True,
        )
        os.close(keyboard)
        os.close(terminal)
        assert (said.returncode, "Is that right?" in said.stderr) == (code, True), said
        assert rater.row_counts()["therapy_session"] == rows


def test_a_byte_order_mark_and_crlf_need_none(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode() + b"S1,P1,T1,1,,,\r\n")
    said = rater("sessions", "import", "ex", file)
    assert said.out == "sessions: 1 new, 0 changed, 0 unchanged\n"
    assert "byte order mark" in said.err


def test_columns_are_mapped_or_reported(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text("Code,patient_id,therapist_id,session_no,mood\nS1,P1,T1,1,good\n")
    said = rater("sessions", "import", "ex", file, "--map", "Code=session_id", "--json")
    assert said.json["unknown_columns"] == ["mood"]
    assert "mood" in said.err
    rater("sessions", "import", "ex", file, expect=2)


def test_what_may_change_is_updated_and_a_lacking_column_changes_nothing(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text(PLAIN + "S1,P1,T1,1,2018-01-27,31,poor_audio\nS2,P1,T1,2,,,\n")
    rater("sessions", "import", "ex", file)
    file.write_text(PLAIN + "S1,P1,T1,1,2018-01-28,31,\nS2,P1,T1,2,,,\nS3,P1,T1,3,,,\n")
    counts = rater("sessions", "import", "ex", file, "--json").json
    assert (counts["added"], counts["updated"], counts["unchanged"]) == (1, 1, 1)
    assert rater.row_counts()["exclusion"] == 1, "kept as lifted"
    file.write_text("session_id,patient_id,therapist_id,session_no\nS1,P1,T1,1\n")
    assert rater("sessions", "import", "ex", file, "--json").json["unchanged"] == 1


def test_homework_completion_is_updated(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(PLAIN + "S1,P1,T1,1,,,\nS2,P1,T1,2,,,\n")
    rater("sessions", "import", "ex", file)
    header = "assigned_session_id,reviewed_session_id,type,completed\n"
    file.write_text(header + "S1,S2,cognitive,\nS1,S2,cognitive,\nS1,,behavioral,no\n")
    assert rater("homework", "import", "ex", file, "--json").json["added"] == 3
    assert rater("homework", "import", "ex", file, "--json").json["unchanged"] == 3
    file.write_text(header + "S1,S2,cognitive,yes\nS1,S2,cognitive,\nS1,,behavioral,no\n")
    counts = rater("homework", "import", "ex", file, "--json").json
    assert (counts["added"], counts["updated"], counts["unchanged"]) == (0, 1, 2)


def test_outcomes_are_corrected(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(PLAIN + "S1,P1,T1,1,,,\n")
    rater("sessions", "import", "ex", file)
    header = "session_id," + ",".join(f"phq{n}" for n in range(1, 10)) + "\n"
    for row, wanted in (
        ("S1,1,1,1,1,1,1,1,1,", "added"),
        ("S1,1,1,1,1,1,1,1,1,2", "updated"),
        ("S1,1,1,1,1,1,1,1,1,2", "unchanged"),
    ):
        file.write_text(header + row + "\n")
        counts = rater("outcomes", "import", "ex", file, "--measure", "phq9", "--json").json
        assert counts[wanted] == 1
    assert rater.row_counts()["outcome_value"] == 9


def test_a_higher_version_is_added_and_new_raters_are_reported(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(PLAIN + "S1,P1,T1,1,,,\n")
    rater("sessions", "import", "ex", file)
    header = "version,session_id,rater_id,item,value,missing_code,submitted_at\n"
    first = "1,S1,R7,ghes1,3,,2018-02-03T10:00:00+01:00\n1,S1,R7,ghes2,,,\n"
    file.write_text(header + first)
    said = rater("ratings", "import", "ex", file, "--json")
    assert said.json["new_raters"] == ["R7"]
    assert "R7" in said.err
    assert "1 rows have neither" in said.err
    assert rater("ratings", "import", "ex", file, "--json").json["unchanged"] == 1
    file.write_text(header + first + "2,S1,R7,ghes1,4,,gestern\n")
    said = rater("ratings", "import", "ex", file, "--json")
    assert said.json["updated"] == 1
    assert "not an ISO moment" in said.err
    counts = rater.row_counts()
    assert (counts["rating"], counts["revision"], counts["point"]) == (1, 2, 2)


def test_a_dry_run_of_ratings_tells_what_it_would_take_and_writes_nothing(tmp_path: Path) -> None:
    rater = new_study(tmp_path / "home")
    rater(*EXAMPLE_IMPORTS[0])
    before = rater.row_counts()
    said = rater(*EXAMPLE_IMPORTS[4], "--dry-run")
    assert said.out == "ratings: 276 new, 0 changed, 0 unchanged\n"
    assert "R1" in said.err
    assert rater.row_counts() == before
    rater(*EXAMPLE_IMPORTS[4])
    assert rater.row_counts() != before
