"""Each draw that is kept leaves a record, from which the same plan is drawn again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import select

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, writing
from rater.storage.models import Draw
from tests.builders.command import EXAMPLE, Command, new_study

DRAW = ("allocate", "ex", "--double", "0.4", "--raters", "R1,R2,R3,R4,R5")


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    made = new_study(tmp_path / "home")
    made("sessions", "import", "ex", EXAMPLE / "sessions.csv")
    made(*DRAW, "--seed", "7", "--why", "The study begins")
    return made


def test_a_draw_is_listed_and_shown_with_who_and_why(rater: Command, tmp_path: Path) -> None:
    rater(*DRAW, "--seed", "8", "--bar", "R1=therapist:T1", "--cap", "R2=40")
    rater(*DRAW, "--seed", "9", "--dry-run")
    listed = rater("allocation", "show", "ex", "--json").json["draws"]
    assert [(each["draw"], each["why"], each["by"]) for each in listed] == [
        (2, "", "command line"),
        (1, "The study begins", "command line"),
    ]
    assert "The study begins" in rater("allocation", "show", "ex").out
    first = rater("allocation", "show", "ex", "--draw", "1", "--csv", tmp_path / "plan.csv", "--json").json
    assert (first["balance_before"], first["balance_after"]["double"]["count"]) == (None, 79)
    with (tmp_path / "plan.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{**each, "second_rater": each["second_rater"] or ""} for each in first["assignments"]]
    second = rater("allocation", "show", "ex", "--draw", "2", "--json").json
    before, after = second["balance_before"], first["balance_after"]
    assert before["total_load"]["counts"] == after["total_load"]["counts"]
    assert (second["inputs"]["bars"], second["inputs"]["caps"]) == ([["R1", "therapist", "T1"]], {"R2": 40})
    said = rater("allocation", "show", "ex", "--draw", "2").out
    assert "R1=therapist:T1" in said
    assert second["digest"] in said


def test_a_draw_is_drawn_again_from_its_record_alone(rater: Command, tmp_path: Path) -> None:
    gone = tmp_path / "sessions.csv"
    lines = (EXAMPLE / "sessions.csv").read_text(encoding="utf-8").splitlines()
    gone.write_text(f"{lines[0]}\n{lines[1].replace(',,main', ',poor_audio,main')}\n", encoding="utf-8")
    rater("sessions", "import", "ex", gone)
    rater(*DRAW, "--seed", "8", "--why", "A recording cannot be used")
    before = rater.row_counts()
    for number in (1, 2):
        again = rater("allocation", "redraw", "ex", "--draw", number, "--json").json
        assert again == {"draw": number, "same": True, "same_algorithm": True, "same_inputs": True, "differing": []}
    assert "the same plan" in rater("allocation", "redraw", "ex").out
    assert rater.row_counts() == before


@pytest.mark.parametrize("part", ["plan", "inputs", "algorithm"])
def test_a_record_that_was_tampered_with_is_found(rater: Command, part: str) -> None:
    app = create_app(Settings.load({}, home=rater.home), pages=False)
    with app.app_context():
        with writing() as session:
            draw = session.scalars(select(Draw)).one()
            if part == "plan":
                draw.plan = [[draw.plan[0][0], "R5", None], *draw.plan[1:]]
            elif part == "inputs":
                draw.inputs = {**draw.inputs, "seed": 8}
            else:
                draw.algorithm = "another one"
        db.engine.dispose()
    said = rater("allocation", "redraw", "ex", expect=1)
    assert "not the same plan" in said.out
    assert not rater("allocation", "redraw", "ex", "--json", expect=1).json["same"]


def test_a_draw_that_is_not_there_and_a_reason_that_says_nothing_are_faults(rater: Command) -> None:
    for command in ("show", "redraw"):
        for number in ("0", "2", "-1", str(2**40)):
            assert "has no draw" in rater("allocation", command, "ex", "--draw", number, expect=2).err
    before = rater.row_counts()
    assert "no reason" in rater(*DRAW, "--seed", "8", "--why", " x ", expect=2).err
    assert rater.row_counts() == before
