"""The register of exclusions and the flow on the command line."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.builders.command import EXAMPLE, Command, new_study


@pytest.fixture
def rater(tmp_path: Path, database_url: str) -> Command:
    """The sessions of the example study, allocated."""
    made = new_study(tmp_path / "home", database_url)
    made("sessions", "import", "ex", EXAMPLE / "sessions.csv")
    made("allocation", "import", "ex", EXAMPLE / "allocation.csv")
    return made


def flow(rater: Command) -> dict[str, int]:
    """Sessions at each step."""
    return {each["step"]: each["sessions"] for each in rater("flow", "ex", "--json").json["boxes"]}


def test_a_session_is_left_out_and_taken_back(rater: Command) -> None:
    before, counts = flow(rater), rater.row_counts()["assignment"]
    add = ("exclusions", "add", "ex", "--session", "P01-S02", "--reason", "Poor audio", "--note", "a hum", "--json")
    made = rater(*add).json
    assert (made["session_id"], made["patient_id"], made["reason"], made["scope"]) == (
        "P01-S02",
        None,
        "poor_audio",
        "main",
    )
    assert (made["kept"], made["withdrawn"] > 0) == (0, True)
    assert rater.row_counts()["assignment"] == counts - made["withdrawn"]
    assert flow(rater) != before
    assert "P01-S02 is excluded already: poor_audio" in rater(*add[:-1], expect=2).err
    shown = rater("exclusions", "list", "ex").out
    assert f"{made['id']}  session P01-S02: poor_audio, left out of main; stands" in shown
    assert "a hum" not in shown
    lifted = rater("exclusions", "lift", "ex", made["id"], "--reason", "it was found", "--json").json
    assert (lifted["id"], lifted["lift_reason"], bool(lifted["lifted_at"])) == (made["id"], "it was found", True)
    kept = next(e for e in rater("exclusions", "list", "ex", "--json").json["exclusions"] if e["id"] == made["id"])
    assert kept == lifted
    assert "lifted already" in rater("exclusions", "lift", "ex", made["id"], "--reason", "again", expect=2).err


def test_the_flow_is_drawn_in_either_language(rater: Command, tmp_path: Path) -> None:
    rater("exclusions", "add", "ex", "--session", "P01-S02", "--reason", "tinnitus")
    words = {}
    for locale in ("en", "de"):
        picture = tmp_path / f"{locale}.svg"
        said = rater("flow", "ex", "--svg", picture, "--locale", locale).out
        text = picture.read_text(encoding="utf-8")
        ElementTree.fromstring(text)
        words[locale] = (said, text)
    assert "Sessions registered" in words["en"][0]
    assert "Sessions registered" in words["en"][1]
    for said in words["de"]:
        assert "Sessions registered" not in said
        assert "Sitzungen" in said
        assert "Tinnitus" in said, "the study's own word stays as it is"
    assert "Patient" in words["de"][0]
    assert rater("flow", "ex", "--svg", tmp_path / "no" / "flow.svg", expect=2).err.startswith("error: ")
    assert "is not one of" in rater("flow", "ex", "--locale", "fr", expect=2).err


@pytest.mark.parametrize("scope", ["analysis", "main", "everything"])
def test_a_patient_is_left_out_of_each_scope(rater: Command, scope: str) -> None:
    before = flow(rater)
    told = rater("exclusions", "add", "ex", "--patient", "P01", "--reason", "moved", "--scope", scope).out
    assert f"patient P01: moved, left out of {scope}; stands" in told
    assert ("assignments withdrawn: 0," in told) is (scope == "analysis")
    after = flow(rater)
    assert (after["eligible"] < before["eligible"]) is (scope != "analysis")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "ex", "--session", "P01-SO2", "--reason", "poor_audio"], "Did you mean P01-S02?"),
        (["add", "ex", "--patient", "P77", "--reason", "poor_audio"], "The study has no patient P77"),
        (["add", "ex", "--reason", "poor_audio"], "It is not clear what is left out"),
        (
            ["add", "ex", "--session", "P01-S02", "--patient", "P01", "--reason", "x_y"],
            "It is not clear what is left out",
        ),
        (["add", "ex", "--session", "P01-S02", "--reason", "yes"], "yes is not a reason"),
        (["add", "ex", "--session", "P01-S02", "--reason", "moved", "--scope", "some"], "No scope was chosen"),
        (["lift", "ex", "nothing", "--reason", "it was found"], "there is no exclusion nothing"),
        (["list", "nowhere"], "there is no study nowhere"),
    ],
)
def test_what_cannot_be_done_changes_nothing(rater: Command, arguments: list[str], words: str) -> None:
    before = rater.row_counts()
    assert words in rater("exclusions", *arguments, expect=2).err
    assert rater.row_counts() == before
