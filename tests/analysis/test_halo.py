"""Correlations by who rated: against pandas on the example study, against simulated halo, and where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rater.analysis.halo import correlations_by_rater
from rater.analysis.sessions import ListedSession
from rater.reliability.matrix import RatedSession
from rater.scales.schema import Rule, Scale, Score
from rater.terms import LeftOut, Position
from tests.builders.command import EXAMPLE
from tests.builders.reliability import example_ratings, make_rated, make_scale, shipped_scales
from tests.exports.builders import make_listed

GHES = [f"ghes{number}" for number in range(1, 8)]
STA, STR = [f"sta{number}" for number in range(1, 6)], [f"str{number}" for number in range(1, 4)]
SCALES = [make_scale(("a1",)), replace(make_scale(("b1",)), id="b", scores={"B": Score("B", ("b1",), Rule.MEAN, 1)})]
WAYS = ("same_rater", "different_raters")


def score(table: pd.DataFrame, items: list[str], least: int) -> pd.Series[float]:
    return table[items].mean(axis=1).where(table[items].notna().sum(axis=1) >= least)


def crossed(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Each rating of a session rated twice beside itself, and beside the other one, by pandas' own join."""
    twice = table[table.groupby("session_id")["rater_id"].transform("size") > 1]
    pairs = twice.merge(twice, on="session_id", suffixes=("", "_other"))
    same = pairs["rater_id"] == pairs["rater_id_other"]
    return {"same_rater": pairs[same], "different_raters": pairs[~same]}


def weighted(a: pd.Series[float], b: pd.Series[float], session: pd.Series[str]) -> tuple[int, float]:
    whole = pd.DataFrame({"a": a, "b": b, "session": session}).dropna()
    weights = 1 / whole.groupby("session")["a"].transform("size")
    covariance = np.cov(whole["a"], whole["b"], aweights=weights)
    return whole["session"].nunique(), covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    """A row per rating of an eligible session, items keyed, with what other raters gave in the session before."""
    ratings = pd.read_csv(EXAMPLE / "ratings.csv")
    ratings = ratings[ratings["version"] == ratings.groupby("rating_id")["version"].transform("max")].copy()
    ratings.loc[ratings["item"] == "ghes5", "value"] = 4 - ratings["value"]
    wide = ratings.pivot_table(index=["session_id", "rater_id"], columns="item", values="value", dropna=False)
    sessions = pd.read_csv(EXAMPLE / "sessions.csv")
    held = sessions[sessions["excluded"].isna() & (sessions["use"] == "main")]
    return wide.dropna(how="all").reset_index().merge(held[["session_id", "patient_id", "session_no"]], on="session_id")


def sessions_of(points: pd.DataFrame) -> list[ListedSession]:
    known = points.drop_duplicates("session_id")[["session_id", "patient_id", "session_no"]]
    return [make_listed(code, patient, int(number)) for code, patient, number in known.itertuples(index=False)]


def test_scores_of_one_session_are_those_of_pandas(points: pd.DataFrame) -> None:
    told = correlations_by_rater(shipped_scales(), sessions_of(points), example_ratings())
    table = points.assign(GHES=score(points, GHES, 5), StH_A=score(points, STA, 4), StH_R=score(points, STR, 2))
    for a, b in (("GHES", "StH_A"), ("GHES", "StH_R"), ("StH_A", "StH_R")):
        for way, pairs in crossed(table).items():
            n, r = weighted(pairs[a], pairs[f"{b}_other"], pairs["session_id"])
            found = told[f"{a}~{b}"][way]
            assert found["n"] == n > 60
            assert found["value"] == pytest.approx(r, abs=1e-12)
            reach = 1.959963984540054 / np.sqrt(n - 3)
            limits = [np.tanh(np.arctanh(r) - reach), np.tanh(np.arctanh(r) + reach)]
            assert found["ci95"] == pytest.approx(limits, abs=1e-12)


def test_the_session_before_is_that_of_other_raters_too(points: pd.DataFrame) -> None:
    told = correlations_by_rater(shipped_scales(), sessions_of(points), example_ratings())["GHES~StHAR"]
    table = points.assign(GHES=score(points, GHES, 5))
    for way, pairs in crossed(table).items():
        earlier = pairs[["session_id", "rater_id", "rater_id_other", "patient_id", "session_no"]].merge(
            points.assign(session_no=points["session_no"] + 1)[["patient_id", "session_no", "rater_id", *STA]],
            on=["patient_id", "session_no"],
            suffixes=("", "_before"),
        )
        if way == "different_raters":
            earlier = earlier[earlier["rater_id_before"] != earlier["rater_id"]]
        means = earlier.groupby(["session_id", "rater_id", "rater_id_other"])[STA].mean().add_suffix("_before")
        whole = pairs.merge(means, on=["session_id", "rater_id", "rater_id_other"])
        renamed = whole.rename(columns={f"{item}_other": f"{item}_now" for item in STR})
        lagged = score(renamed, [f"{item}_before" for item in STA] + [f"{item}_now" for item in STR], 7)
        n, r = weighted(whole["GHES"], lagged, whole["session_id"])
        assert told[way]["n"] == n
        assert told[way]["value"] == pytest.approx(r, abs=1e-12)


def test_no_pair_has_a_common_item_or_an_outcome() -> None:
    told = correlations_by_rater(shipped_scales(), [], [])
    assert "GHES~StHAR" in told
    assert not {"StH_A~StHAR", "GHES~phq9", "GHES~GHES_without_ghes5"} & set(told)
    assert all(tuple(each) == WAYS for each in told.values())


def simulated(rng: np.random.Generator, n: int, halo: float) -> list[RatedSession]:
    """True scores that correlate .4 with variance 1, single ratings with variance 2 in any case."""
    a = rng.standard_normal(n)
    b = 0.4 * a + np.sqrt(1 - 0.4**2) * rng.standard_normal(n)
    given = []
    for place, code in enumerate(f"S{number:03}" for number in range(n)):
        for rater, position in (("R1", Position.MAIN), ("R2", Position.SECOND)):
            whole = np.sqrt(halo) * rng.standard_normal()
            noise = np.sqrt(1 - halo) * rng.standard_normal(2)
            given.append(make_rated(code, rater, position, {"a1": a[place] + whole + noise[0],
                                                            "b1": b[place] + whole + noise[1]}))  # fmt: skip
    return given


@pytest.mark.parametrize(("halo", "same"), [(0.6, 0.5), (0.0, 0.2)])
def test_halo_raises_the_correlation_of_one_rater_alone(halo: float, same: float) -> None:
    """The truth for single ratings is .4 / 2 = .2; halo adds its variance to the covariance of one rater's scores."""
    rng, n = np.random.default_rng(5), 80
    sessions = [make_listed(f"S{number:03}", f"P{number}", 1) for number in range(n)]
    found = [correlations_by_rater(SCALES, sessions, simulated(rng, n, halo))["A~B"] for _ in range(200)]
    middle = {way: np.mean([each[way]["value"] for each in found]) for way in WAYS}
    assert middle["different_raters"] == pytest.approx(0.2, abs=0.02)
    assert middle["same_rater"] == pytest.approx(same, abs=0.02)
    inside = [each["different_raters"]["ci95"][0] <= 0.2 <= each["different_raters"]["ci95"][1] for each in found]
    assert np.mean(inside) > 0.93
    if halo:
        missed = [each["same_rater"]["ci95"][0] > 0.2 for each in found]
        assert np.mean(missed) > 0.8


def rated(session: str, **raters: tuple[float | None, float | None]) -> list[RatedSession]:
    return [make_rated(session, code, Position.ALL, {"a1": a, "b1": b}) for code, (a, b) in raters.items()]


def test_each_session_counts_once_however_many_rated_it() -> None:
    given = [
        *rated("S1", R1=(0, 1), R2=(1, 1)),
        *rated("S2", R1=(2, 3), R2=(3, 2), R3=(4, 4)),
        *rated("S3", R1=(2, 0), R2=(1, None)),
        *rated("S4", R1=(4, 4)),
        *rated("S5", R1=(0, 4), R2=(0, 4)),
    ]
    sessions = [make_listed(f"S{number}", "P1", number) for number in range(1, 5)]
    sessions.append(replace(make_listed("S5", "P1", 5), left_out=LeftOut("no_recording")))
    told = correlations_by_rater(SCALES, sessions, given)["A~B"]
    pairs = [(0, 1), (1, 1), (2, 2), (2, 4), (3, 3), (3, 4), (4, 3), (4, 2), (1, 0)]
    frame = pd.DataFrame(pairs, columns=["a", "b"]).assign(session=["S1"] * 2 + ["S2"] * 6 + ["S3"])
    assert (told["different_raters"]["n"], told["different_raters"]["value"]) == pytest.approx(
        weighted(frame["a"], frame["b"], frame["session"])
    )
    assert told["different_raters"]["ci95"] is None
    assert told["same_rater"]["n"] == 3


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], "nothing double-coded"),
        (rated("S1", R1=(1, 2)) + rated("S2", R1=(2, 1)), "nothing double-coded"),
        (rated("S1", R1=(1, None), R2=(None, None)), "no session rated more than once has both scores"),
        (rated("S1", R1=(1, 2), R2=(2, 1)), "only one unit shared"),
        (rated("S1", R1=(1, 2), R2=(1, 3)) + rated("S2", R1=(1, 0), R2=(1, 2)), "no variance"),
    ],
)
def test_what_cannot_be_estimated_has_its_reason(given: list[RatedSession], reason: str) -> None:
    sessions = [make_listed(f"S{number}", "P1", number) for number in (1, 2)]
    for each in correlations_by_rater(SCALES, sessions, given)["A~B"].values():
        assert (each["value"], each["reason"]) == (None, reason)


def test_scales_are_told_in_their_order() -> None:
    turned: list[Scale] = SCALES[::-1]
    assert list(correlations_by_rater(turned, [], [])) == ["B~A"]
