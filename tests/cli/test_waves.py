"""Waves without a draw: sets for all raters, and sessions given again without a word."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, reading
from rater.storage.models import Assignment, Rater, TherapySession, Wave
from rater.storage.queries.ratings import queue_rows
from tests.builders.command import Command, example_study


@pytest.fixture
def rater(tmp_path: Path, database_url: str) -> Command:
    return example_study(tmp_path / "home", database_url)


def rows_of(rater: Command, wave: str) -> list[tuple[str, str, str, str]]:
    """Session, rater, position and the code shown, of every assignment in the wave."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        with reading() as session:
            found = session.execute(
                select(TherapySession.code, Rater.code, Assignment)
                .join(Assignment.therapy_session)
                .join(Assignment.rater)
                .join(Assignment.wave)
                .where(Wave.name == wave)
                .order_by(TherapySession.code, Rater.code)
            )
            rows = [(code, who, str(each.position), each.shown_code) for code, who, each in found]
        db.engine.dispose()
    return rows


def test_every_rater_gets_every_session_of_a_calibration_set(rater: Command) -> None:
    before = rows_of(rater, "calibration")
    said = rater("allocate", "ex", "--wave", "calibration", "--seed", "1", "--json").json
    after = rows_of(rater, "calibration")
    codes = {row[0] for row in before}
    assert said["refused"] is None
    assert set(before) <= set(after), "what has been begun stays"
    assert {row[:2] for row in after} == {(code, f"R{number}") for code in codes for number in range(1, 6)}


def test_sessions_given_again_are_hidden_among_the_main_ones(rater: Command) -> None:
    said = rater("allocate", "ex", "--wave", "recalibration", "--again", "0.1", "--seed", "1", "--json").json
    again, main = rows_of(rater, "recalibration"), rows_of(rater, "main")
    assert said["wave"] == "recalibration"
    assert 20 <= len(again) <= 35, "a tenth of 276 ratings, rounded for each rater"
    assert {row[:2] for row in again} <= {row[:2] for row in main}, "each rater has rated it before"
    shown = {row[0]: row[3] for row in main}
    assert not any(code == shown[session] for session, _, _, code in again), "the code does not give it away"
    rater("allocate", "ex", "--wave", "recalibration", "--again", "0.1", "--seed", "1")
    assert rows_of(rater, "recalibration") == again


def test_a_queue_is_one_list_with_the_repeats_in_it(rater: Command) -> None:
    rater("allocate", "ex", "--wave", "recalibration", "--again", "0.5", "--seed", "1")
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        with reading() as session:
            study_id = session.scalar(select(Wave.study_id))
            assert study_id is not None
            rows = [row[0] for row in queue_rows(session, None, study_id, today=date(2026, 11, 2))]
            kinds = [str(each.wave.kind) for each in rows if each.shown_wave == "main"]
            told = {each.shown_wave for each in rows}
        db.engine.dispose()
    assert "recalibration" not in told
    assert "recalibration" in kinds
    assert kinds.index("recalibration") < len(kinds) - kinds[::-1].index("main")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--wave", "training", "--double", "0.4"), "not drawn"),
        (("--wave", "recalibration"), "share to be rated again is missing"),
        (("--wave", "recalibration", "--again", "2"), "not a share"),
        (("--wave", "training", "--again", "0.1"), "Nothing is given again"),
        (("--again", "0.1"), "Nothing is given again"),
    ],
)
def test_options_of_another_kind_of_wave_are_faults(tmp_path: Path, more: tuple[str, ...], words: str) -> None:
    rater = example_study(tmp_path / "home")
    before = rater.row_counts()
    assert words in rater("allocate", "ex", "--seed", "1", *more, expect=2).err
    assert rater.row_counts() == before


def test_unknown_raters_become_codes_and_are_told(rater: Command) -> None:
    said = rater("allocate", "ex", "--wave", "calibration", "--seed", "1", "--raters", "R1,R9", "--json")
    assert said.json["new_raters"] == ["R9"]
    assert "R9 are now raters without a sign-in" in said.err
    codes = {code for code, _, _, _ in rows_of(rater, "calibration")}
    assert {code for code, who, _, _ in rows_of(rater, "calibration") if who == "R9"} == codes
    assert rater("allocate", "ex", "--wave", "calibration", "--seed", "1", "--raters", "R1,R9", "--json").err == ""
    assert (
        "rater's code"
        in rater("allocate", "ex", "--wave", "calibration", "--seed", "1", "--raters", "R-9", expect=2).err
    )


@pytest.mark.parametrize("wave", [("calibration",), ("recalibration", "--again", "0.1")])
def test_a_dry_run_of_a_wave_tells_what_it_would_do_and_writes_nothing(rater: Command, wave: tuple[str, ...]) -> None:
    before = rater.row_counts()
    arguments = ("allocate", "ex", "--wave", *wave, "--seed", "1", "--raters", "R1,R2,R9", "--json")
    dry = rater(*arguments, "--dry-run")
    assert rater.row_counts() == before
    assert "R9 would become" in dry.err
    assert "kept" not in dry.json
    done = rater(*arguments)
    assert rater.row_counts() != before
    assert (
        done.json["sessions"]
        == dry.json["sessions"]
        == {name: count for name, count in done.json["kept"].items() if name != "new_raters"}
    )
    assert sum(dry.json["sessions"].values()) > 0


def test_bars_hold_for_sessions_given_again(rater: Command) -> None:
    rater("allocate", "ex", "--wave", "recalibration", "--again", "1", "--seed", "1", "--raters", "R1")
    code = rows_of(rater, "recalibration")[0][0]
    patient = code.split("-")[0]
    bar = ("--bar", f"R1=patient:{patient}")
    rater("allocate", "ex", "--wave", "recalibration", "--again", "1", "--seed", "1", "--raters", "R1", *bar)
    left = {each for each, _, _, _ in rows_of(rater, "recalibration")}
    assert left
    assert not any(each.startswith(f"{patient}-") for each in left)
    bar = ("--bar", "R1=patient:P99")
    assert (
        "no patient P99"
        in rater("allocate", "ex", "--wave", "recalibration", "--again", "1", "--seed", "1", *bar, expect=2).err
    )
