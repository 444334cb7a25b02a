"""`rater training drift` on the example study, its ratings spread over weeks as they would have been submitted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, writing
from rater.storage.models import Assignment, Point, Revision, Study
from rater.terms import WaveKind
from tests.builders.command import Command, example_study
from tests.builders.reliability import example_rows

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEKS = 10


def spread_over_weeks(command: Command, *, stricter: float = 0.0, from_week: int = 6) -> None:
    """Submit the main wave in ten weeks, in an order of chance; from a week on R1 gives lower points."""
    app = create_app(Settings.load({}, home=command.home), pages=False)
    with app.app_context():
        with writing() as session:
            for revision in session.scalars(select(Revision)):
                assignment: Assignment = revision.rating.assignment
                if assignment.wave.kind != WaveKind.MAIN:
                    continue
                week = assignment.session_id * 7919 % WEEKS
                revision.submitted_at = BEGIN + timedelta(weeks=week)
                if assignment.rater.code == "R1" and week >= from_week:
                    for point in session.scalars(select(Point).where(Point.revision_id == revision.id)):
                        point.value = None if point.value is None else max(point.value - stricter, 0.0)
        db.engine.dispose()


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return example_study(tmp_path / "home")


def test_a_rater_who_becomes_stricter_raises_an_alert_in_words_and_as_json(rater: Command) -> None:
    spread_over_weeks(rater, stricter=1.5)
    told = rater("training", "drift", "ex", "--json").json
    assert (told["study"], told["wave"], told["n_ratings"]) == ("ex", "main", 276)
    assert told["policy"] == {"weeks": 2, "sigma": 3.0, "smallest_shift": 0.25, "least_ratings": 5}
    alerts = [each for each in told["alerts"] if each["score"] == "GHES" and each["rater"] == "R1"]
    assert min(each["week"] for each in alerts) in {"2026-04-13", "2026-04-20", "2026-04-27"}
    assert all(each["shift"] < each["low"] < 0 < each["high"] for each in alerts)
    weeks = told["scores"]["GHES"]["by_week"]["R1"]
    assert {each["week"] for each in weeks} <= {
        (BEGIN + timedelta(weeks=week)).date().isoformat() for week in range(WEEKS)
    }
    assert "alert: R1, GHES, week of 2026-04-" in rater("training", "drift", "ex").out


def test_control_without_a_change_there_is_no_alert(rater: Command) -> None:
    spread_over_weeks(rater)
    assert [each for each in rater("training", "drift", "ex", "--json").json["alerts"] if each["rater"]] == []


def test_the_study_says_what_counts_as_drift_and_an_option_overrides_it(rater: Command) -> None:
    spread_over_weeks(rater, stricter=1.5)
    app = create_app(Settings.load({}, home=rater.home), pages=False)
    with app.app_context():
        with writing() as session:
            study = session.scalars(select(Study)).one()
            study.training = {"drift": {"weeks": 3, "smallest_shift": 4.0}}
        db.engine.dispose()
    told = rater("training", "drift", "ex", "--json").json
    assert told["policy"] == {"weeks": 3, "sigma": 3.0, "smallest_shift": 4.0, "least_ratings": 5}
    assert [each for each in told["alerts"] if each["rater"]] == []
    told = rater("training", "drift", "ex", "--smallest-shift", "0.25", "--json").json
    assert told["policy"] == {"weeks": 3, "sigma": 3.0, "smallest_shift": 0.25, "least_ratings": 5}
    assert [each for each in told["alerts"] if each["rater"] == "R1"]


def give_again(rater: Command, folder: Path, *, milder: float, months: int = 3) -> list[str]:
    """Let R2 rate seven sessions again, so many months later, a little milder on each item."""
    rows = example_rows()
    mine = rows[rows["rater_id"] == "R2"]
    sessions = sorted(mine["session_id"].unique())[:7]
    again = mine[mine["session_id"].isin(sessions)].copy()
    again["rating_id"], again["role"], again["version"] = "again-" + again["session_id"], "", 1
    again["value"] = (again["value"] + milder).clip(0, 4)
    again["submitted_at"] = (BEGIN + timedelta(days=30 * months)).isoformat()
    again.to_csv(folder / "again.csv", index=False)
    rater("ratings", "import", "ex", folder / "again.csv", "--wave", "recalibration")
    return sessions


def test_a_rater_is_compared_with_what_he_gave_before(rater: Command, tmp_path: Path) -> None:
    spread_over_weeks(rater)
    assert rater("training", "drift", "ex", "--json").json["repeats"] == {}
    assert "rated twice by the same rater" not in rater("training", "drift", "ex").out
    sessions = give_again(rater, tmp_path, milder=1)
    told = rater("training", "drift", "ex", "--json").json
    assert list(told["repeats"]) == ["R2"]
    own = told["repeats"]["R2"]
    assert own["n"] == len(sessions)
    assert own["days_between"] > 0
    assert 0.3 < own["scores"]["GHES"]["difference"]["value"] <= 1
    assert own["items"]["ghes1"]["difference"]["value"] > 0
    assert "rated twice by the same rater" in rater("training", "drift", "ex").out
    assert rater("training", "drift", "ex", "--wave", "calibration", "--json").json["repeats"] == {}


def test_a_main_rating_submitted_anew_after_its_repeat_is_no_first_one(rater: Command, tmp_path: Path) -> None:
    spread_over_weeks(rater)
    give_again(rater, tmp_path, milder=0, months=-3)
    assert rater("training", "drift", "ex", "--json").json["repeats"] == {}


def test_what_there_is_not_is_said(rater: Command) -> None:
    assert "there is no wave spring" in rater("training", "drift", "ex", "--wave", "spring", expect=2).err
    told = rater("training", "drift", "ex", "--wave", "calibration").out
    assert "no alert" in told
    assert "pilot" in rater("training", "drift", "pilot", expect=2).err
