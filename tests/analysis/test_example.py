"""The example study analysed, against the same figures worked out from its files by other means."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from rater.analysis.operations.computing import analysis
from tests.builders.command import EXAMPLE
from tests.exports.builders import import_example

GHES = [f"ghes{number}" for number in range(1, 8)]
STA, STR = [f"sta{number}" for number in range(1, 6)], [f"str{number}" for number in range(1, 4)]
LEAST = {"GHES": (GHES, 5), "StH_A": (STA, 4), "StH_R": (STR, 2), "StHAR_same": (STA + STR, 7)}


@pytest.fixture(scope="module")
def witness() -> pd.DataFrame:
    """A row per eligible session: keyed item means over raters, and scores, by pandas alone."""
    ratings = pd.read_csv(EXAMPLE / "ratings.csv")
    newest = ratings.groupby("rating_id")["version"].transform("max")
    points = ratings[ratings["version"] == newest].copy()
    points.loc[points["item"] == "ghes5", "value"] = 4 - points["value"]
    items = points.pivot_table(index="session_id", columns="item", values="value", aggfunc="mean")
    sessions = pd.read_csv(EXAMPLE / "sessions.csv")
    table = sessions[sessions["excluded"].isna() & (sessions["use"] == "main")].merge(
        items, left_on="session_id", right_index=True, how="left"
    )
    previous = table[["patient_id", "session_no", *STA]].assign(session_no=table["session_no"] + 1, follows=True)
    table = table.merge(previous, on=["patient_id", "session_no"], how="left", suffixes=("", "_before"))
    outcomes = pd.read_csv(EXAMPLE / "phq9.csv").set_index("session_id")
    table["phq9"] = table["session_id"].map(outcomes.sum(axis=1, skipna=False))
    return table


@pytest.fixture
def told(session: Session) -> dict[str, Any]:
    return analysis(session, import_example(session))


def score(table: pd.DataFrame, items: list[str], least: int) -> pd.Series[float]:
    valid = table[items].notna().sum(axis=1)
    return table[items].mean(axis=1).where(valid >= least)


def check(told: dict[str, Any], values: pd.Series[float]) -> None:
    known = values.dropna()
    assert told["n"] == len(known)
    found = [told[key] for key in ("mean", "sd", "min", "max")]
    wanted = [known.mean(), known.std(), known.min(), known.max()]
    assert found == [None if np.isnan(each) else pytest.approx(each, abs=1e-12) for each in wanted]


def test_every_figure_of_the_example_study(told: dict[str, Any], witness: pd.DataFrame) -> None:
    counts, descriptives = told["counts"], told["descriptives"]
    assert (counts["sessions_held"], counts["sessions_eligible"], counts["double_coded"]) == (210, 197, 79)
    assert counts["excluded"] == {"deviation_from_manual": 4, "no_recording": 5, "poor_audio": 4}
    assert (counts["patients"], counts["ratings"], counts["sessions_analysed"]) == (22, 276, 197)
    assert sum(counts["pairs"].values()) == 79
    assert sum(counts["main_per_rater"].values()) == 197
    assert sum(counts["total_per_rater"].values()) == 276
    missing = Counter(pd.read_csv(EXAMPLE / "ratings.csv").query("version == 1")["missing_code"].dropna())
    assert set(counts["missing_codes"]) == set(missing)
    assert counts["points"] + sum(counts["missing_codes"].values()) == 276 * 15
    scores = {name: score(witness, items, least) for name, (items, least) in LEAST.items()}
    lagged = witness[[f"{item}_before" for item in STA] + STR]
    scores["StHAR"] = lagged.mean(axis=1).where((lagged.notna().sum(axis=1) >= 7) & witness["follows"].notna())
    for name, values in {**scores, "phq9": witness["phq9"], **{item: witness[item] for item in GHES}}.items():
        check(descriptives["overall"][name], values)
        for number, rows in witness.groupby("session_no"):
            check(descriptives["by_session_no"][str(number)][name], values[rows.index])
    assert descriptives["overall"]["ghes1"]["ceiling"] == pytest.approx(np.mean(witness["ghes1"].dropna() == 4))
    pair = pd.concat([scores["StH_A"], witness["phq9"]], axis=1).dropna()
    assert told["correlations"]["StH_A~phq9"]["value"] == pytest.approx(pair.corr().iloc[0, 1], abs=1e-12)
    assert told["correlations"]["StH_A~phq9"]["n"] == len(pair)


def test_homework_adds_up(told: dict[str, Any]) -> None:
    homework, file = told["homework"], pd.read_csv(EXAMPLE / "homework.csv")
    assert homework["assigned"] == 405 == sum(homework["by_type"].values()) == sum(homework["completed"].values())
    assert homework["by_type"] == file["type"].value_counts().to_dict()
    assert (homework["completed"]["yes"], homework["completed"]["no"]) == (320, 30)
    assert homework["reviewed"] + homework["not_reviewed"] == 405
    for outcome, n in homework["completed"].items():
        assert sum(each[outcome] for each in homework["by_type_completed"].values()) == n
    assert sum(homework["difficulties"].values()) == 176


def test_missing_points_are_told_by_item(told: dict[str, Any]) -> None:
    for item in told["missingness"].values():
        assert item["points"] + sum(item["codes"].values()) + item["not_given"] == item["ratings"] == 276


def test_every_model_is_that_of_lme4(told: dict[str, Any]) -> None:
    """`data/example.R` works the models out from the study's files; `data/example.json` is what it printed."""
    expected = json.loads((Path(__file__).parent / "data" / "example.json").read_text())
    assert set(told["models"]) == set(expected)
    for name, model in expected.items():
        found = told["models"][name]
        assert (found["n"], found["groups"]) == (model["n"], model["groups"]), name
        for key in ("loglik", "aic", "bic"):
            assert found[key] == pytest.approx(model[key], abs=1e-4), (name, key)
        assert set(found["fixed"]) == set(model["fixed"]), name
        for term, (value, error, df) in model["fixed"].items():
            each = found["fixed"][term]
            assert [each["estimate"], each["se"]] == pytest.approx([value, error], abs=1e-4), (name, term)
            assert each["df"] is None or each["df"] == pytest.approx(df, rel=0.02), (name, term)
