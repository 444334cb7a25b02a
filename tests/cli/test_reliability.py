"""`rater reliability` on the example study."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.builders.command import Command, example_study

SCORES = ["GHES", "GHES_without_ghes5", "StH_A", "StH_R", "StHAR_same"]


@pytest.fixture(scope="module")
def rater(tmp_path_factory: pytest.TempPathFactory) -> Command:
    return example_study(tmp_path_factory.mktemp("reliability") / "home")


def statistics_in(told: Any) -> list[dict[str, Any]]:
    """Every statistic of a document: whatever has a value and a reason."""
    if isinstance(told, dict):
        inner = [each for value in told.values() for each in statistics_in(value)]
        return [told, *inner] if {"value", "reason"} <= set(told) else inner
    return [each for value in told for each in statistics_in(value)] if isinstance(told, list) else []


def test_the_document(rater: Command) -> None:
    told = rater("reliability", "ex", "--json").json
    assert (told["study"], told["wave"], told["n_sessions"], told["n_double"]) == ("ex", "main", 197, 79)
    assert list(told["scores"]) == SCORES
    assert list(told["left_out"]) == ["StHAR"]
    assert list(told["items"]) == [*(f"ghes{n}" for n in range(1, 8)), *(f"sta{n}" for n in range(1, 6)), *(
        f"str{n}" for n in range(1, 4)
    )]  # fmt: skip
    ghes = told["scores"]["GHES"]
    assert sum(each["n_shared"] for each in ghes["dyads"].values()) == 79
    assert len(ghes["dyads"]) + sum(each["reason"] == "no session shared" for each in
                                    ghes["summary"]["icc_2_k"]["not_estimable"]) == 10  # fmt: skip
    found = statistics_in(told)
    assert len(found) > 500
    for each in found:
        assert (each["value"] is None) != (each["reason"] is None)
        assert each["value"] is None or math.isfinite(each["value"])


def test_the_seed_draws_the_intervals_and_nothing_else(rater: Command) -> None:
    first, again, other = (rater("reliability", "ex", "--json", "--seed", seed).json for seed in (1, 1, 2))
    assert first == again != other
    overall = [each["scores"]["GHES"]["overall"]["icc_a_2"] for each in (first, other)]
    assert overall[0]["value"] == overall[1]["value"]
    assert overall[0]["ci95"] != overall[1]["ci95"]


def test_in_words(rater: Command) -> None:
    told = rater("reliability", "ex", "--json").json
    lines = rater("reliability", "ex").out.splitlines()
    assert lines[0] == "ex, wave main: 197 sessions, 79 double-coded"
    summary = told["scores"]["GHES"]["summary"]["icc_2_k"]
    parts = ", ".join(f"{key} {summary[key]:.3f}" for key in ("mean", "median", "min", "max"))
    assert f"  ICC(2,k) over {summary['n_dyads']} dyads: {parts}" in lines
    dyad = told["scores"]["GHES"]["dyads"]["R1-R2"]
    row = next(line for line in lines if line.startswith("  R1-R2"))
    for figure in ("2,1", "2,k"):
        assert f"{dyad['icc'][figure]['value']:.3f}" in row
    assert row.split()[1:3] == [str(dyad["n_shared"]), str(dyad["n"])]
    assert any(line.startswith("StHAR: left out; takes items from the previous session") for line in lines)
    assert sum(line.startswith("  ghes5 ") for line in lines) == 1


def test_all_raters_on_all_sessions(rater: Command) -> None:
    told = rater("reliability", "ex", "--wave", "calibration", "--json").json
    assert (told["n_sessions"], told["n_double"]) == (3, 3)
    assert {each["unstable"] for each in told["scores"]["GHES"]["dyads"].values()} == {True}
    assert " unstable" in rater("reliability", "ex", "--wave", "calibration").out


def test_methods_paragraphs_in_both_languages_and_as_json(rater: Command) -> None:
    said = rater("reliability", "ex", "--methods").out
    assert "were rated by 5 raters, who gave 276 ratings" in said
    assert "The ratings were made elsewhere and imported." in said
    assert " 12  Describe the raters' education" in said
    german = rater("reliability", "ex", "--methods", "--locale", "de").out
    assert "Von Ihnen zu ergänzen" in german
    told = rater("reliability", "ex", "--methods", "--json").json
    assert "\n\n".join(told["paragraphs"]) in said
    assert {each["item"] for each in told["to_fill"]} >= {1, 7, 8, 14}


def test_without_ratings_every_figure_has_its_reason(rater: Command) -> None:
    told = rater("reliability", "ex", "--wave", "training", "--json").json
    assert (told["n_sessions"], told["n_double"]) == (0, 0)
    overall = told["scores"]["GHES"]["overall"]["icc_a1"]
    assert overall["value"] is None
    assert overall["reason"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "there is no study nowhere. Studies here: ex"),
        (["ex", "--wave", "trial"], "there is no wave trial. Waves are training, "),
    ],
)
def test_refusals(rater: Command, arguments: list[str], words: str) -> None:
    said = rater("reliability", *arguments, expect=2)
    assert said.out == ""
    assert words in said.err
    assert set(rater("reliability", *arguments, "--json", expect=2).json) == {"errors"}
