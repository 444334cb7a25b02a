"""The waves of a study on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.builders.command import EXAMPLE, example_study, new_study


def test_waves_are_listed_and_locked_once(tmp_path: Path, database_url: str) -> None:
    rater = example_study(tmp_path / "home", database_url)
    listed = {row["wave"]: row for row in rater("wave", "list", "ex", "--json").json["waves"]}
    assert set(listed) == {"main", "calibration"}
    main = listed["main"]
    assert (main["locked_at"], main["submitted"], main["total"]) == (None, main["total"], main["total"])
    assert rater("wave", "list", "ex").out.count("submitted") == 2
    declined = rater("wave", "lock", "ex", "calibration", typed="n\n", expect=1)
    assert "Lock it for good?" in declined.err
    locked = rater("wave", "lock", "ex", "calibration", typed="y\n")
    assert "; locked 20" in locked.out
    again = rater("wave", "lock", "ex", "calibration", "--json").json
    assert again["locked_at"] in locked.out
    refused = rater("ratings", "import", "ex", EXAMPLE / "ratings_calibration.csv", "--wave", "calibration", expect=2)
    assert "The wave calibration is locked" in refused.err
    assert "; open" in rater("wave", "list", "ex").out


def test_a_wave_that_is_not_there(tmp_path: Path) -> None:
    rater = new_study(tmp_path / "home")
    assert rater("wave", "list", "ex", "--json").json == {"waves": []}
    assert "there is no wave main" in rater("wave", "lock", "ex", "main", "--yes", expect=2).err
    assert "there is no study" in rater("wave", "list", "nowhere", expect=2).err
