"""The gate: what passes, what does not and why, and figures that another package confirms."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pingouin
import pytest

from rater.scales.schema import Rule, Score
from rater.statistics.result import NO_VARIANCE, estimate, missing
from rater.terms import GateStatistic, GateUnit
from rater.training.criterion import with_criterion
from rater.training.gate import NO_SCORE, Attained, GatePolicy, pass_gate
from rater.training.gate_figures import group_agreement, of_group, of_rater

ITEMS = tuple(f"i{number}" for number in range(7))
GHES = Score("GHES", ITEMS, Rule.MEAN, min_valid=5)
POLICY = GatePolicy()


def attained(value: float, low: float = 0.8, high: float = 0.95, n: int = 12) -> Attained:
    return Attained(estimate(value, n, low, high), n)


def rated(sessions: int = 12, raters: int = 5, noise: float = 0.5, seed: int = 1):
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 5, size=(sessions, len(ITEMS)))
    seen = {f"R{r}": np.clip(np.round(true + rng.normal(0, noise, true.shape)), 0, 4) for r in range(raters)}
    told = {
        name: {(f"S{s}", item): float(table[s, i]) for s in range(sessions) for i, item in enumerate(ITEMS)}
        for name, table in seen.items()
    }
    return told, seen


def icc2k(table: np.ndarray) -> float:
    """ICC(2,k) of sessions x raters by pingouin."""
    long = pd.DataFrame([(s, r, table[s, r]) for s, r in np.ndindex(table.shape)], columns=["s", "r", "y"])
    found = pingouin.intraclass_corr(long, targets="s", raters="r", ratings="y")
    return float(found[found["Type"].isin(["ICC2k", "ICC(A,k)"])].iloc[0]["ICC"])


def test_what_reaches_the_threshold_passes_and_what_does_not_fails_with_its_figures():
    assert pass_gate({"GHES": attained(0.9)}, POLICY).passed
    assert pass_gate({"GHES": attained(0.75, 0.6, 0.9)}, POLICY).passed
    failed = pass_gate({"GHES": attained(0.7499, 0.5, 0.79)}, POLICY)
    assert not failed.passed
    assert [str(each) for each in failed.reasons] == ["ICC(2,k) of all raters of GHES is 0.74, below 0.75"]


def test_every_score_must_pass():
    decision = pass_gate({"GHES": attained(0.9), "StHAR_same": attained(0.5, 0.4, 0.6)}, POLICY)
    assert not decision.passed
    assert {name: each.passed for name, each in decision.scores.items()} == {"GHES": True, "StHAR_same": False}
    assert pass_gate({}, POLICY).reasons == (NO_SCORE,)
    assert not pass_gate({}, POLICY).passed


def test_too_few_sessions_do_not_pass_however_well_raters_agree():
    decision = pass_gate({"GHES": attained(0.97, 0.96, 0.98, n=3)}, POLICY)
    assert [str(each) for each in decision.reasons] == ["GHES: rated in 3 of the 10 sessions needed"]
    assert pass_gate({"GHES": attained(0.97, 0.96, 0.98, n=3)}, GatePolicy(minimum_sessions=3)).passed


def test_what_cannot_be_estimated_does_not_pass():
    decision = pass_gate({"GHES": Attained(missing(NO_VARIANCE, 12), 12)}, POLICY)
    assert not decision.passed
    said = "ICC(2,k) of all raters of GHES cannot be estimated: no variance"
    assert [str(each) for each in decision.reasons] == [said]


def test_the_lower_limit_counts_where_the_policy_says_so():
    strict = GatePolicy(use_lower_limit=True, unit=GateUnit.ITEM_MEDIAN)
    assert pass_gate({"GHES": attained(0.9, 0.75, 0.95)}, strict).passed
    failed = pass_gate({"GHES": attained(0.9, 0.7, 0.95)}, strict)
    assert str(failed.reasons[0]) == (
        "ICC(2,k) of all raters of GHES, median over items is 0.9; the lower limit of its interval is 0.7, below 0.75"
    )
    bare = pass_gate({"GHES": Attained(estimate(0.9, 12), 12)}, strict)
    assert str(bare.reasons[0]).endswith("has no interval, and its lower limit is what counts")


@pytest.mark.parametrize(
    ("low", "high", "cautioned"), [(0.8, 0.95, 0), (0.5, 0.95, 1), (0.7, 0.9, 1), (0.76, 0.99, 0), (None, None, 1)]
)
def test_a_wide_or_low_interval_is_a_caution_and_decides_nothing(low, high, cautioned):
    given = attained(0.85, low, high) if low else Attained(estimate(0.85, 12), 12)
    decision = pass_gate({"GHES": given}, POLICY)
    assert decision.passed
    assert len(decision.cautions) == cautioned
    wide = pass_gate({"GHES": attained(0.6, 0.21, 0.8)}, GatePolicy(threshold=0.2)).cautions
    assert [str(each) for each in wide] == ["GHES: the interval reaches from 0.21 to 0.8: so few sessions say little"]


def test_a_decision_is_json_whose_reasons_can_be_said_in_another_language():
    told = json.loads(json.dumps(pass_gate({"GHES": attained(0.5, 0.4, 0.6, n=3)}, POLICY).as_dict(), allow_nan=False))
    assert told["passed"] is False
    assert told["policy"]["statistic"] == "icc_group"
    parts = told["scores"]["GHES"]["reasons"][1]["reason_parts"]
    assert parts["params"]["statistic"] == {"template": "ICC(2,k) of all raters", "params": {}}


@pytest.mark.parametrize("wrong", [{"threshold": 0.0}, {"threshold": 1.2}, {"minimum_sessions": 1}])
def test_a_policy_that_asks_for_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match=r"threshold|sessions"):
        GatePolicy(**wrong)


def test_the_agreement_of_all_raters_is_that_of_pingouin():
    points, seen = rated()
    found = group_agreement(points, [GHES])["GHES"]
    assert found.raters == ("R0", "R1", "R2", "R3", "R4")
    assert found.score.value == pytest.approx(icc2k(np.stack([each.mean(axis=1) for each in seen.values()], axis=1)))
    each = [icc2k(np.stack([table[:, i] for table in seen.values()], axis=1)) for i in range(len(ITEMS))]
    assert [item.value for item in found.items.values()] == pytest.approx(each)
    assert found.item_mean.value == pytest.approx(np.mean(each))
    assert found.item_median.value == pytest.approx(np.median(each))
    assert found.item_median.ci95 is None
    for figure in (found.score, found.item_mean):
        assert figure.ci95 is not None
        assert figure.ci95[0] < figure.value < figure.ci95[1]


def test_only_sessions_that_all_raters_rated_count():
    points, _ = rated()
    fewer = points | {"R4": {key: value for key, value in points["R4"].items() if key[0] not in ("S0", "S1")}}
    assert group_agreement(fewer, [GHES])["GHES"].score.n == 10
    nothing = group_agreement({"R0": points["R0"], "R1": {}}, [GHES])
    decision = pass_gate(of_group(nothing, POLICY), POLICY)
    assert not decision.passed
    json.dumps([nothing["GHES"].as_dict(), decision.as_dict()], allow_nan=False)
    assert not pass_gate(of_group(group_agreement({}, [GHES]), POLICY), POLICY).passed


@pytest.mark.parametrize("unit", list(GateUnit))
def test_raters_who_agree_pass_and_raters_who_guess_do_not(unit):
    policy = GatePolicy(unit=unit)
    assert pass_gate(of_group(group_agreement(rated(noise=0.3)[0], [GHES]), policy), policy).passed
    assert not pass_gate(of_group(group_agreement(rated(noise=9.0)[0], [GHES]), policy), policy).passed


@pytest.mark.parametrize("statistic", [each for each in GateStatistic if each is not GateStatistic.ICC_GROUP])
@pytest.mark.parametrize("unit", list(GateUnit))
def test_a_rater_is_judged_by_the_criterion(statistic, unit):
    points, _ = rated(noise=0.2, raters=2)
    points["R2"] = rated(noise=9.0, raters=1)[0]["R0"]
    criterion = points.pop("R0")
    policy = GatePolicy(statistic=statistic, unit=unit, threshold=0.7)
    compared = with_criterion(points, criterion, ITEMS, [GHES])
    assert pass_gate(of_rater(compared["R1"], policy), policy).passed
    assert not pass_gate(of_rater(compared["R2"], policy), policy).passed


def test_a_figure_of_the_other_kind_is_refused():
    points, _ = rated(raters=2)
    with pytest.raises(ValueError, match="not a figure of all raters"):
        of_group(group_agreement(points, [GHES]), GatePolicy(statistic=GateStatistic.EXACT))
    with pytest.raises(ValueError, match="no figure of one rater"):
        of_rater(with_criterion(points, points["R0"], ITEMS, [GHES])["R1"], POLICY)


def test_three_sessions_as_in_the_source_study_say_little():
    policy, cautioned = GatePolicy(minimum_sessions=3), 0
    for seed in range(20):
        found = group_agreement(rated(sessions=3, noise=1.2, seed=seed)[0], [GHES])["GHES"]
        cautioned += bool(pass_gate({"GHES": Attained(found.score, 3)}, policy).cautions)
        assert found.item_mean.ci95 is None
    assert cautioned >= 12


@pytest.mark.parametrize(("value", "said"), [(2 / 3, "is 0.67, below 0.9"), (0.8991, "is 0.89, below 0.9")])
def test_figures_are_said_as_tables_have_them_and_never_look_reached(value: float, said: str) -> None:
    policy = GatePolicy(GateStatistic.WITHIN_ONE, threshold=0.9, minimum_sessions=2)
    reached = attained(value, 0.546, 0.8912, 3)
    decision = pass_gate({"A": reached}, policy)
    assert str(decision.reasons[0]).endswith(said)
    assert "reaches from 0.55 to 0.89" in str(decision.cautions[0])
