"""The example study's report against an independent computation with pandas and pingouin from its CSV file."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pingouin
import pytest

from rater.reliability.report import report
from tests.builders.reliability import example_ratings, example_rows, shipped_scales

NAMES = dict(
    zip(
        ("ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"),
        ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k"),
        strict=True,
    )
)
SCORES = {
    "GHES": ([f"ghes{i}" for i in range(1, 8)], 5),
    "StH_A": ([f"sta{i}" for i in range(1, 6)], 4),
    "StH_R": ([f"str{i}" for i in range(1, 4)], 2),
    "StHAR_same": ([f"sta{i}" for i in range(1, 6)] + [f"str{i}" for i in range(1, 4)], 7),
}


def keyed_rows() -> pd.DataFrame:
    rows = example_rows().copy()
    rows.loc[rows["item"] == "ghes5", "value"] = 4 - rows["value"]
    return rows


def score_rows(items: list[str], min_valid: int) -> pd.DataFrame:
    rows = keyed_rows()
    wide = rows[rows["item"].isin(items)].pivot(index=["session_id", "rater_id"], columns="item", values="value")
    kept = wide[wide.notna().sum(axis=1) >= min_valid]
    return kept.mean(axis=1).rename("y").reset_index().rename(columns={"session_id": "unit"})


def item_rows(items: list[str]) -> pd.DataFrame:
    rows = keyed_rows()
    rows = rows[rows["item"].isin(items)].dropna(subset=["value"])
    return rows.assign(unit=rows["session_id"] + rows["item"], y=rows["value"])[["unit", "rater_id", "y"]]


def by_dyad(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    found = {}
    for pair in combinations(sorted(rows["rater_id"].unique()), 2):
        both = rows[rows["rater_id"].isin(pair)]
        both = both[both.groupby("unit")["rater_id"].transform("nunique") == 2]
        table = pingouin.intraclass_corr(both, "unit", "rater_id", "y")
        found["-".join(pair)] = {NAMES[row.Type]: float(row.ICC) for row in table.itertuples()}
        found["-".join(pair)]["n"] = both["unit"].nunique()
    return found


@pytest.fixture(scope="module")
def told():
    return report("example", "main", example_ratings(), shipped_scales())


def compare(part: dict, expected: dict[str, dict[str, float]]) -> None:
    assert part["dyads"].keys() == expected.keys()
    for dyad, values in expected.items():
        ours = part["dyads"][dyad]
        assert ours["n"] == values.pop("n")
        assert {form: ours["icc"][form]["value"] for form in values} == pytest.approx(values, abs=1e-9)
    averaged = [values["2,k"] for values in expected.values()]
    summary = part["summary"]["icc_2_k"]
    assert summary["n_dyads"] == len(averaged) == 10
    assert [summary["mean"], summary["median"]] == pytest.approx([np.mean(averaged), np.median(averaged)], abs=1e-9)
    assert [summary["min"], summary["max"]] == pytest.approx([min(averaged), max(averaged)], abs=1e-9)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pandas.errors.Pandas4Warning")
@pytest.mark.parametrize("name", SCORES)
def test_dyads_means_and_medians_are_those_of_the_witness(told, name):
    items, min_valid = SCORES[name]
    compare(told["scores"][name], by_dyad(score_rows(items, min_valid)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pandas.errors.Pandas4Warning")
def test_item_rows_are_those_of_the_witness(told):
    compare(told["scores"]["StH_R"]["item_rows"], by_dyad(item_rows(SCORES["StH_R"][0])))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pandas.errors.Pandas4Warning")
def test_the_witness_would_notice_an_item_that_is_not_turned(told):
    rows = example_rows()
    wide = rows[rows["item"].isin(SCORES["GHES"][0])].pivot(
        index=["session_id", "rater_id"], columns="item", values="value"
    )
    unturned = wide[wide.notna().sum(axis=1) >= 5].mean(axis=1).rename("y").reset_index()
    found = by_dyad(unturned.rename(columns={"session_id": "unit"}))
    assert found["R1-R2"]["2,k"] != pytest.approx(told["scores"]["GHES"]["dyads"]["R1-R2"]["icc"]["2,k"]["value"])


def test_the_study_has_the_counts_it_was_made_with(told):
    assert (told["n_sessions"], told["n_double"]) == (197, 79)
    shared = [each["n_shared"] for each in told["scores"]["GHES"]["dyads"].values()]
    assert (len(shared), sum(shared)) == (10, 79)
    overall = told["scores"]["GHES"]["overall"]
    assert overall["n_ratings"] == len(score_rows(*SCORES["GHES"]))
    assert overall["k_harmonic"] == pytest.approx(1.25, abs=0.01)


def test_item_figures_are_those_of_the_raw_values(told):
    rows = example_rows()
    wide = rows[rows["item"] == "ghes5"].pivot(index="session_id", columns="role", values="value")
    pairs = wide[["main", "second"]].dropna()
    item = told["items"]["ghes5"]
    assert item["n"] == len(pairs)
    assert item["percent_agreement"]["value"] == pytest.approx((pairs["main"] == pairs["second"]).mean())
    assert item["within_1"]["value"] == pytest.approx(((pairs["main"] - pairs["second"]).abs() <= 1).mean())
    assert (item["values"], item["reversed_in_scores"]) == ("raw", True)


def test_agreement_on_ratability_counts_every_double_coded_session(told):
    rows = example_rows()
    rows = rows[rows["item"] == "ghes1"].assign(rated=lambda each: each["value"].notna())
    wide = rows.pivot(index="session_id", columns="role", values="rated")[["main", "second"]].dropna()
    assert len(wide) == 79
    found = told["items"]["ghes1"]["applicability"]
    assert found["value"] == pytest.approx((wide["main"] == wide["second"]).mean())
    assert sum(found["rated_by"].values()) == 79
    assert found["rated_by"]["some"] == int((wide["main"] != wide["second"]).sum())
