"""The homework log on the command line: the ledger, the lists of types, and what a list leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders.command import Command, example_study, new_study

HEADER = "session_id,patient_id,therapist_id,session_no\n"


def test_the_ledger_of_the_example_study_adds_up(tmp_path: Path) -> None:
    """405 tasks: 320 completed, 30 not, and 55 that no session reviewed, of which nothing is recorded."""
    rater = example_study(tmp_path / "home")
    found: dict[str, Any] = rater("homework", "ledger", "ex", "--json").json
    total, rows = found["total"], found["rows"]
    assert (total["assigned"], total["reviewed"], total["orphaned"]) == (405, 350, 55)
    assert (total["completed_yes"], total["completed_no"]) == (320, 30)
    assert {row["type"]: row["assigned"] for row in rows} == {
        "psychoeducational": 131,
        "behavioral": 115,
        "cognitive": 73,
        "self_monitoring": 37,
        "relapse_prevention": 49,
    }
    for name, count in total.items():
        if name != "type":
            assert sum(row[name] for row in rows) == count, name
    for row in (*rows, total):
        outcomes = [count for name, count in row.items() if name.startswith("completed_")]
        assert sum(outcomes) == row["reviewed"]
        assert row["assigned"] == row["reviewed"] + row["orphaned"]
        assert row["orphaned"] == row["no_later_session"] + row["next_excluded"] + row["not_carried"]
    assert sum(found["sessions"].values()) == 213
    assert found["sessions"]["assigned"] > 0
    printed = rater("homework", "ledger", "ex", "--stated", "411")
    assert "all: assigned 405, reviewed 350" in printed.out
    assert "Stated are 411 tasks, the log holds 405: 6 apart" in printed.err
    assert "Stated" not in rater("homework", "ledger", "ex", "--stated", "405").err


@pytest.fixture
def rater(tmp_path: Path, database_url: str) -> Command:
    """Three sessions of one patient, and one task of the first."""
    made = new_study(tmp_path / "home", database_url)
    sessions, tasks = tmp_path / "sessions.csv", tmp_path / "homework.csv"
    sessions.write_text(HEADER + "".join(f"P1-S{number},P1,T1,{number}\n" for number in (1, 2, 3)))
    tasks.write_text("assigned_session_id,reviewed_session_id,type\nP1-S1,P1-S2,behavioral\n")
    made("sessions", "import", "ex", sessions)
    return made


@pytest.mark.parametrize("others", ["not_entered", "none", "unknown"])
def test_what_a_list_leaves_out_is_what_others_says(rater: Command, tmp_path: Path, others: str) -> None:
    tasks = tmp_path / "homework.csv"
    assert rater("homework", "import", "ex", tasks, "--others", others, "--json").json["added"] == 1
    wanted = {"assigned": 1, "none": 0, "unknown": 0, "not_entered": 0, others: 2}
    assert rater("homework", "ledger", "ex", "--json").json["sessions"] == wanted
    again = rater("homework", "import", "ex", tasks, "--others", "unknown", "--json").json
    assert (again["added"], again["unchanged"]) == (0, 1)
    kept = wanted if others != "not_entered" else {**wanted, "not_entered": 0, "unknown": 2}
    assert rater("homework", "ledger", "ex", "--json").json["sessions"] == kept, "what was said once is not said anew"
    rater("homework", "import", "ex", tasks, "--others", "perhaps", expect=2)


@pytest.mark.parametrize(("noun", "shipped"), [("homework", "behavioral"), ("difficulties", "lack_of_time")])
def test_the_lists_of_types_are_the_studys_own(rater: Command, noun: str, shipped: str) -> None:
    before = rater(noun, "types", "ex", "--json").json["types"]
    assert shipped in [each["code"] for each in before]
    after = rater(noun, "types", "ex", "--add", "exposure=Exposure/Exposition", "--json").json["types"]
    assert after == [*before, {"code": "exposure", "en": "Exposure", "de": "Exposition"}]
    assert "exposure  Exposure  Exposition" in rater(noun, "types", "ex").out
    renamed = rater(noun, "types", "ex", "--add", "exposure=In the field", "--json").json["types"]
    assert renamed[-1] == {"code": "exposure", "en": "In the field", "de": "In the field"}
    assert rater(noun, "types", "ex", "--remove", "exposure", "--json").json["types"] == before
    counts = rater.row_counts()
    assert "is no type" in rater(noun, "types", "ex", "--add", "Exposure", expect=2).err
    assert "nonsense is not on the list" in rater(noun, "types", "ex", "--remove", "nonsense", expect=2).err
    assert "there is no study" in rater(noun, "types", "nowhere", expect=2).err
    assert rater.row_counts() == counts


def test_a_type_in_use_stays(rater: Command, tmp_path: Path) -> None:
    rater("homework", "import", "ex", tmp_path / "homework.csv")
    assert "behavioral is in use" in rater("homework", "types", "ex", "--remove", "behavioral", expect=2).err
    heard = tmp_path / "difficulties.csv"
    heard.write_text("session_id,difficulty_type\nP1-S2,lack_of_time\n")
    rater("difficulties", "import", "ex", heard)
    assert "lack_of_time is in use" in rater("difficulties", "types", "ex", "--remove", "lack_of_time", expect=2).err
