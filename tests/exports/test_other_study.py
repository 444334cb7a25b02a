"""A study unlike the example, taken in by the commands alone, and every figure of it found again in Python and R."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.builders.command import Command
from tests.builders.other_study import RATERS, OtherStudy, commands
from tests.exports.scripts import Run, figures_of


@dataclass(frozen=True)
class Taken:
    """The rows that went in, and the dataset that came out."""

    given: OtherStudy
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "results.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    place = tmp_path_factory.mktemp("other")
    given = OtherStudy()
    given.write(place / "files")
    (place / "home").mkdir()
    rater = Command(place / "home")
    for arguments in (("db", "upgrade"), *commands(place / "files"), ("export", "klinik", place / "dataset")):
        rater(*arguments)
    return Taken(given, place / "dataset")


def test_every_figure_is_found_again(taken: Taken, run: Run) -> None:
    done = run(taken.folder)
    assert done.returncode == 0, "\n".join(each for each in done.stdout.splitlines() if not each.startswith("ok "))
    assert figures_of(done) == (6642, 0, 0, 94)
    assert done.stderr == ""


def test_counts_are_those_of_the_files(taken: Taken) -> None:
    counts, main = taken.results["counts"], taken.results["analysis"]["counts"]
    held = [row for row in taken.given.sessions if row[-1] == "" and row[3] != 0]
    eligible = [row for row in held if not row[7] or row[8] == "analysis"]
    assert (counts["sessions_listed"], counts["sessions_held"]) == (len(taken.given.sessions), len(held))
    assert counts["sessions_eligible"] == len(eligible) == len(taken.given.allocation)
    assert counts["double_coded"] == sum(bool(second) for _, _, second in taken.given.allocation)
    assert counts["ratings"] == len({row[0] for row in taken.given.ratings})
    assert counts["waves"]["training"]["ratings"] == 4 * len(RATERS)
    for place, rater in enumerate(RATERS):
        assert main["main_per_rater"][rater] == sum(row[1] == rater for row in taken.given.allocation), place
    newest = {(row[0], row[4]): row for row in taken.given.ratings}
    assert main["points"] == sum(row[5] != "" for row in newest.values())
    analysed = {row[0] for row in eligible if not row[7]}
    homework = taken.results["analysis"]["homework"]
    assert homework["assigned"] == sum(row[1] in analysed for row in taken.given.homework)
    assert homework["by_type"]["achtsamkeit"] == sum(
        row[1] in analysed and row[3] == "achtsamkeit" for row in taken.given.homework
    )


def test_models_have_the_terms_that_the_covariates_call_for(taken: Taken) -> None:
    """Numbers with decimal commas are numbers, words are factors; what cannot be fitted has its reason."""
    models = taken.results["analysis"]["models"]
    sexes = ["Geschlechtmännlich", "Geschlechtweiblich"]
    assert list(models["Geschlecht"]["fixed"]) == [
        "(Intercept)",
        "time",
        *sexes,
        "Alter",
        *(f"time:{s}" for s in sexes),
    ]
    assert list(models["Phase"]["fixed"]) == ["(Intercept)", "phaseMitte", "phaseSchluß", "Größe"]
    assert models["fehlt"]["reason"] == "there is no column Gewicht"
    assert models["ohne_Zahl"]["reason"] == "Geschlecht holds no numbers"
    assert {name for name, each in models.items() if each["loglik"] is None} == {"fehlt", "ohne_Zahl"}
