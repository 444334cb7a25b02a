"""Kappa, alpha, Gwet's coefficients and plain agreement against published values and other packages."""

from __future__ import annotations

import csv
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from rater.statistics.agreement import mean_difference, pairs_within, pearson, point_counts, wilson
from rater.statistics.alpha import METRICS, alpha
from rater.statistics.alpha import alphas as alphas_of_tables
from rater.statistics.gwet import gwet
from rater.statistics.kappa import WEIGHTS, kappa
from rater.statistics.long_form import agreement_of
from rater.statistics.result import NO_VARIANCE, NOT_TWO_RATERS, NOTHING_SHARED, ONE_UNIT, OUTSIDE_CATEGORIES

GAP = np.nan
FOUR_RATERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
        [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
    ]
).T
POINTS = np.arange(5.0)


def alphas(table: np.ndarray, points: np.ndarray) -> dict[str, float | None]:
    counts = point_counts(table, points)
    return {metric: alpha(counts, points, metric).value for metric in METRICS}


def with_gaps(seed: int, units: int = 40, raters: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = rng.normal(2, 1, (units, 1))
    table = np.clip(np.round(level + rng.normal(0, 0.8, (units, raters))), 0, 4)
    return np.where(rng.random(table.shape) < 0.4, GAP, table)


def test_krippendorffs_example_gives_his_three_values():
    assert {metric: round(value, 3) for metric, value in alphas(FOUR_RATERS, np.arange(1.0, 6)).items()} == {
        "nominal": 0.743,
        "ordinal": 0.815,
        "interval": 0.849,
    }


@pytest.mark.parametrize("seed", range(4))
def test_alpha_is_that_of_the_krippendorff_package(seed):
    table = with_gaps(seed)
    for metric, value in alphas(table, POINTS).items():
        theirs = krippendorff.alpha(table.T, level_of_measurement=metric, value_domain=POINTS)
        assert value == pytest.approx(theirs, abs=1e-9)


def test_the_jackknife_of_alpha_removes_one_unit_at_a_time():
    table, n = with_gaps(9, units=12), 12
    table = table[(~np.isnan(table)).sum(axis=1) >= 2]
    n = len(table)
    found = alpha(point_counts(table, POINTS), POINTS, "ordinal")
    without = [alphas(np.delete(table, unit, axis=0), POINTS)["ordinal"] for unit in range(n)]
    error = np.sqrt((n - 1) ** 2 / n * np.var(without, ddof=1))
    assert found.value - found.ci95[0] == pytest.approx(stats.t.ppf(0.975, n - 1) * error, rel=1e-9)


def test_gwets_coefficients_and_limits_are_those_of_irrcac():
    points = np.arange(1.0, 6)
    counts = point_counts(FOUR_RATERS, points)
    assert round(gwet(counts, points).value, 5) == 0.77544
    with (Path(__file__).parent / "data" / "gwet.csv").open() as rows:
        for row in csv.DictReader(rows):
            ours = gwet(counts, points, "unweighted" if row["weights"] == "identity" else row["weights"])
            expected = [float(row[key]) for key in ("value", "low", "high")]
            assert [ours.value, *ours.ci95] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_kappas_and_limits_are_those_of_statsmodels(seed):
    table = with_gaps(seed, units=60, raters=2)
    pairs = table[~np.isnan(table).any(axis=1)].astype(int)
    crossed = np.zeros((5, 5))
    np.add.at(crossed, (pairs[:, 0], pairs[:, 1]), 1)
    for weights, theirs in zip(WEIGHTS, (None, "linear", "quadratic"), strict=True):
        ours, other = kappa(table[:, 0], table[:, 1], POINTS.tolist(), weights), cohens_kappa(crossed, wt=theirs)
        assert ours.value == pytest.approx(other.kappa, abs=1e-12)
        assert list(ours.ci95) == pytest.approx([other.kappa_low, other.kappa_upp], abs=1e-6)


def test_weights_follow_the_declared_points_and_not_the_ranks_of_those_seen():
    first, second = np.array([0.0, 1, 4, 4, 0, 1]), np.array([1.0, 1, 4, 1, 0, 0])
    declared = kappa(first, second, [0, 1, 2, 3, 4], "linear").value
    by_rank = kappa(np.array([0.0, 1, 2, 2, 0, 1]), np.array([1.0, 1, 2, 1, 0, 0]), [0, 1, 2], "linear").value
    assert kappa(first, second, [4, 0, 1], "linear").value == pytest.approx(declared)
    assert abs(declared - by_rank) > 0.01


def test_with_two_categories_weights_make_no_difference():
    rng = np.random.default_rng(2)
    table = rng.integers(0, 2, (30, 2)).astype(float)
    told = agreement_of(table, [0, 1])
    assert len({round(each["value"], 12) for each in told["kappa"].values()}) == 1
    assert len({round(each["value"], 12) for each in told["gwet"].values()}) == 1
    assert len({round(each["value"], 12) for each in told["alpha"].values()}) == 1


@pytest.mark.parametrize("categories", [None, [0, 1, 2, 3, 4]])
def test_constant_data_agree_fully_yet_kappa_and_alpha_have_no_value(categories):
    told = agreement_of(np.full((8, 2), 3.0), categories)
    assert told["percent_agreement"]["value"] == told["within_1"]["value"] == told["gwet"]["ac1"]["value"] == 1
    for each in (*told["kappa"].values(), *told["alpha"].values()):
        assert (each["value"], each["reason"]) == (None, str(NO_VARIANCE))


def test_reasons_where_nothing_is_shared_or_raters_are_not_two():
    apart = agreement_of(np.array([[1.0, GAP], [GAP, 2.0]]), [1, 2])
    reasons = {each["reason"] for group in ("kappa", "alpha", "gwet") for each in apart[group].values()}
    assert reasons == {str(NOTHING_SHARED)}
    three = agreement_of(with_gaps(1, raters=3), [0, 1, 2, 3, 4])
    assert {each["reason"] for each in three["kappa"].values()} == {str(NOT_TWO_RATERS)}
    assert three["gwet"]["ac1"]["reason"] is None


def test_a_value_that_was_not_declared_is_said():
    told = agreement_of(np.array([[1.0, 1.0], [2.0, 7.0]]), [0, 1, 2, 3, 4])
    assert told["kappa"]["linear"]["reason"] == told["gwet"]["ac1"]["reason"] == str(OUTSIDE_CATEGORIES)
    assert told["percent_agreement"]["value"] == 0.5


def test_shares_of_agreeing_pairs():
    table = np.array([[0.0, 0, GAP], [1, 2, GAP], [0, 3, GAP], [4, GAP, GAP]])
    assert pairs_within(table).value == pytest.approx(1 / 3)
    assert pairs_within(table, 1.0).value == pytest.approx(2 / 3)
    assert pairs_within(table).n == 3
    assert pairs_within(table).ci95 == pytest.approx(
        tuple(stats.binomtest(1, 3).proportion_ci(method="wilson")), abs=1e-9
    )
    three = np.array([[1.0, 1, 2], [3, 3, 3]])
    assert pairs_within(three).value == pytest.approx((1 / 3 + 1) / 2)
    assert pairs_within(three).ci95 is None


def test_wilson_stays_within_zero_and_one():
    assert wilson(1.0, 5)[1] <= 1
    assert wilson(0.0, 5)[0] >= 0


def test_pearson_and_mean_difference_are_those_of_scipy():
    rng = np.random.default_rng(4)
    table = rng.normal(size=(25, 2)) + rng.normal(size=(25, 1))
    correlation = stats.pearsonr(table[:, 0], table[:, 1])
    assert pearson(table).value == pytest.approx(correlation.statistic)
    assert pearson(table).ci95 == pytest.approx(tuple(correlation.confidence_interval()))
    paired = stats.ttest_rel(table[:, 0], table[:, 1])
    assert mean_difference(table).ci95 == pytest.approx(tuple(paired.confidence_interval()))
    assert mean_difference(table).value == pytest.approx(-mean_difference(table[:, ::-1]).value)


def test_pearson_without_a_value_has_its_reason():
    assert pearson(np.array([[1.0, 2.0], [1.0, 3.0]])).reason == NO_VARIANCE
    assert pearson(np.array([[1.0, 2.0]])).reason == ONE_UNIT
    assert pearson(np.ones((4, 3))).reason == NOT_TWO_RATERS


@pytest.mark.parametrize("metric", METRICS)
def test_the_alphas_of_many_tables_are_those_of_each(metric):
    rng = np.random.default_rng(12)
    tables = rng.integers(0, 5, (30, 12, 4)).astype(float)
    tables[rng.random(tables.shape) < 0.5] = GAP
    tables[0] = GAP
    tables[1] = np.where(np.isnan(tables[1]), GAP, 3.0)
    points = np.arange(5.0)
    together = alphas_of_tables(np.array([point_counts(table, points) for table in tables]), points, metric)
    for table, value in zip(tables, together, strict=True):
        alone = alpha(point_counts(table, points), points, metric).value
        assert np.isnan(value) if alone is None else value == pytest.approx(alone, abs=1e-12)
        if alone is not None:
            theirs = krippendorff.alpha(table.T, level_of_measurement=metric, value_domain=[0, 1, 2, 3, 4])
            assert value == pytest.approx(theirs, abs=1e-9)
