"""`rater training status`, `reveal` and `gate` on the example study, whose calibration all five raters have rated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.command import Command, example_study


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return example_study(tmp_path / "home")


def test_figures_come_after_lock_and_reveal_and_decisions_are_kept(rater: Command) -> None:
    told = rater("training", "status", "ex", "--json").json
    assert set(told) == {"study", "gate", "steps", "waves", "raters"}
    assert told["gate"]["minimum_sessions"] == 10
    assert {each["certified"] for each in told["raters"].values()} == {False}
    early = rater("training", "gate", "ex", "calibration", expect=2)
    assert "not revealed yet" in early.err
    assert "not locked yet" in rater("training", "reveal", "ex", "calibration", expect=2).err
    assert "there is no wave trial" in rater("training", "reveal", "ex", "trial", expect=2).err
    rater("wave", "lock", "ex", "calibration", "--yes")
    revealed = rater("training", "reveal", "ex", "calibration", "--json").json["revealed_at"]
    assert rater("training", "reveal", "ex", "calibration", "--json").json["revealed_at"] == revealed
    assert rater("training", "status", "ex", "--json").json["waves"][0]["revealed_at"] == revealed


def test_the_gate_of_all_raters_says_what_so_few_sessions_say(rater: Command, tmp_path: Path) -> None:
    settings = tmp_path / "study.yaml"
    settings.write_text("gate: {required: true, statistic: icc_group, minimum_sessions: 3}\n")
    rater("study", "apply", "ex", str(settings))
    rater("wave", "lock", "ex", "calibration", "--yes")
    rater("training", "reveal", "ex", "calibration")
    shown = rater("training", "gate", "ex", "calibration", "--json").json
    assert shown["kept"] is False
    assert rater("training", "status", "ex", "--json").json["raters"]["R1"]["decisions"] == []
    score = shown["raters"]["R1"]["scores"]["GHES"]
    assert score["n_sessions"] == 3
    assert score["estimate"]["ci95"][1] - score["estimate"]["ci95"][0] > 0.1
    assert "--keep puts the decisions on record" in rater("training", "gate", "ex", "calibration").out
    rater("training", "gate", "ex", "calibration", "--keep")
    status = rater("training", "status", "ex", "--json").json["raters"]
    assert {code: each["certified"] for code, each in status.items()} == {
        code: each["passed"] for code, each in shown["raters"].items()
    }
    assert status["R1"]["decisions"][0]["gate"]["scores"]["GHES"]["estimate"] == score["estimate"]
    assert "rater  steps" in rater("training", "status", "ex").out
