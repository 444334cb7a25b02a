"""The crossed model against lme4, dense algebra, analysis of variance and known truth."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rater.statistics import gtheory
from rater.statistics.crossed import Likelihood, fit, sums
from rater.statistics.gtheory import design_of, gstudy
from rater.statistics.icc import iccs
from rater.statistics.long_form import gstudy_of
from tests.statistics.test_icc import SHROUT_FLEISS

DATA = Path(__file__).parent / "data"


def coded(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = pd.read_csv(DATA / f"crossed_{name}.csv")
    return (
        np.unique(rows["unit"], return_inverse=True)[1],
        np.unique(rows["rater"], return_inverse=True)[1],
        rows["value"].to_numpy(),
    )


def long(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    unit, rater = np.nonzero(~np.isnan(table))
    return unit, rater, table[unit, rater]


def lme4() -> dict[str, dict[str, float]]:
    with (DATA / "lme4.csv").open() as rows:
        return {row.pop("name"): {key: float(value) for key, value in row.items()} for row in csv.DictReader(rows)}


def study_like_the_source(rng: np.random.Generator, rater_sd: float = 0.25) -> tuple[np.ndarray, ...]:
    """197 sessions, 5 raters, 79 double-coded; session variance 1, residual 0.6."""
    pairs = [(a, b) for a in range(5) for b in range(a)]
    unit, rater = [], []
    for session in range(197):
        both = pairs[session % 10] if session < 79 else (session % 5,)
        unit += [session] * len(both)
        rater += both
    unit, rater = np.array(unit), np.array(rater)
    noise = rng.normal(0, np.sqrt(0.6), len(unit))
    return unit, rater, rng.normal(size=197)[unit] + rng.normal(0, rater_sd, 5)[rater] + noise


@pytest.mark.parametrize("name", ["example", "sparse", "boundary"])
def test_the_fit_is_that_of_lme4(name):
    expected, found = lme4()[name], fit(*coded(name))
    assert found.loglik == pytest.approx(expected["loglik"], abs=1e-8)
    components = [found.session, found.rater, found.residual, found.mean]
    assert components == pytest.approx([expected[key] for key in ("unit", "rater", "residual", "mean")], abs=2e-5)
    assert found.boundary == (name == "boundary")


def test_loglik_of_lme4_is_not_met_when_one_rating_moves():
    unit, rater, y = coded("sparse")
    y = y + 0.1 * (np.arange(len(y)) == 0)
    assert abs(fit(unit, rater, y).loglik - lme4()["sparse"]["loglik"]) > 1e-3


def test_deviance_gradient_and_information_are_those_of_dense_matrices():
    unit, rater, y = coded("sparse")
    a, b, n = 1.3, 0.4, len(y)
    point = Likelihood(sums(unit, rater, y), a, b)
    designs = [np.eye(each.max() + 1)[each] for each in (unit, rater)]
    parts = [each @ each.T for each in designs] + [np.eye(n)]
    v = a * parts[0] + b * parts[1] + parts[2]
    inverse, one = np.linalg.inv(v), np.ones((n, 1))
    weight = (one.T @ inverse @ one)[0, 0]
    p = inverse - inverse @ one @ one.T @ inverse / weight
    z = (y - y.mean()) / y.std()
    squares = z @ p @ z
    logdet = np.linalg.slogdet(v)[1] + np.log(weight)
    assert point.deviance == pytest.approx(logdet + (n - 1) * (1 + np.log(2 * np.pi * squares / (n - 1))))
    slope = [np.trace(p @ part) - (n - 1) * (z @ p @ part @ p @ z) / squares for part in parts[:2]]
    assert point.gradient() == pytest.approx(np.array(slope))
    expected = np.array([[np.trace(p @ i @ p @ j) / 2 for j in parts] for i in parts])
    assert point.information() == pytest.approx(expected)
    u = p @ z
    average = np.array([[u @ i @ p @ j @ u for j in parts] for i in parts]) * (n - 1) / (2 * squares)
    assert point.average_information() == pytest.approx(average)


def test_a_complete_table_gives_the_two_way_intraclass_correlations():
    found, closed = gstudy(*long(SHROUT_FLEISS)), iccs(SHROUT_FLEISS)[0]
    assert (found.design.k, found.design.q) == (4.0, 0.0)
    for ours, form in (("icc_a1", "2,1"), ("icc_a_k", "2,k"), ("icc_c1", "3,1"), ("icc_c_k", "3,k"), ("g_q_k", "3,k")):
        assert found.coefficients[ours].value == pytest.approx(closed[form].value, abs=1e-9)


def test_k_and_q_equal_the_double_sum_over_pairs_of_units():
    unit, rater, _ = coded("sparse")
    design, rows = design_of(unit, rater), np.zeros((40, 4))
    rows[unit, rater] = 1
    k = rows.sum(axis=1)
    shared = rows @ rows.T
    double_sum = sum(shared[s, t] / (k[s] * k[t]) for s in range(40) for t in range(40) if s != t)
    assert design.k == pytest.approx(40 / (1 / k).sum())
    assert design.q == pytest.approx(1 / design.k - double_sum / (40 * 39))


def test_where_no_two_units_share_a_rater_all_rater_variance_stays():
    unit = np.repeat(np.arange(6), 2)
    design = design_of(unit, np.arange(12))
    assert design.q == pytest.approx(1 / design.k)
    assert design.groups == 6


def test_the_coefficients_follow_from_the_components_by_their_formulas():
    found = gstudy(*coded("sparse"))
    s, r, e = (found.variance[name].value for name in ("unit", "rater", "residual"))
    k, q = found.design.k, found.design.q
    expected = {
        "icc_a1": s / (s + r + e),
        "icc_a_k": s / (s + (r + e) / k),
        "icc_a_2": s / (s + (r + e) / 2),
        "icc_c1": s / (s + e),
        "icc_c_k": s / (s + e / k),
        "g_q_k": s / (s + q * r + e / k),
        "sem": (r + e) ** 0.5,
    }
    assert {name: each.value for name, each in found.coefficients.items()} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "rater", "y", "reason"),
    [
        ([0, 0, 0], [0, 1, 2], [1, 2, 3], gtheory.ONE_UNIT),
        ([0, 1, 2], [0, 0, 0], [1, 2, 3], gtheory.ONE_RATER),
        ([0, 1, 2, 3], [0, 1, 0, 1], [1, 2, 3, 1], gtheory.NOTHING_DOUBLE_CODED),
        ([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [2] * 6, gtheory.NO_VARIANCE),
        ([0, 0, 1], [0, 1, 0], [1, 2, 3], gtheory.TOO_FEW_RATINGS),
        ([], [], [], gtheory.NOTHING_SHARED),
    ],
)
def test_what_cannot_be_estimated_has_its_reason(unit, rater, y, reason):
    told = gstudy_of(unit, rater, y)
    figures = [*told["variance"].values(), *(told[name] for name in gtheory.DEFINITIONS)]
    assert all(each["value"] is None and each["reason"] == str(reason) for each in figures)
    json.dumps(told, allow_nan=False)


def test_raters_that_never_meet_give_a_value_and_a_warning():
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(20), 2)
    rater = np.tile([0, 1, 2, 3], 10)
    y = rng.normal(size=20)[unit] + rng.normal(0, 0.5, 40)
    apart = gstudy(unit, rater, y)
    assert apart.warnings == (gtheory.NOT_CONNECTED,)
    assert apart.coefficients["g_q_k"].value is not None
    linked = gstudy(np.append(unit, 0), np.append(rater, 2), np.append(y, y[0]))
    assert linked.warnings == ()


def test_a_variance_of_zero_is_reported_as_such():
    found = gstudy(*coded("boundary"))
    assert found.status == gtheory.BOUNDARY
    assert found.variance["rater"].value == 0
    assert gstudy(*coded("sparse")).status == gtheory.CONVERGED


def test_full_agreement_is_one_at_the_boundary():
    scores = np.array([0.5, 1.0, 2.5, 3.0, 1.5, 2.0])
    found = gstudy(*long(np.column_stack([scores, scores])))
    assert found.status == gtheory.BOUNDARY
    assert found.coefficients["icc_a1"].value == pytest.approx(1.0, abs=1e-6)


def test_one_seed_gives_one_interval_and_another_seed_another():
    data = coded("sparse")
    first = gstudy(*data, seed=3).coefficients["g_q_k"]
    assert gstudy(*data, seed=3).coefficients["g_q_k"] == first
    other = gstudy(*data, seed=4).coefficients["g_q_k"]
    assert other.ci95 != first.ci95
    assert other.ci95 == pytest.approx(first.ci95, abs=0.02)


def test_known_truth_is_met_on_average_and_lies_inside_the_interval():
    rng = np.random.default_rng(77)
    truth = 1 / (1 + (0.0625 + 0.6) / 2)
    found = [gstudy(*study_like_the_source(rng), draws=1000).coefficients["icc_a_2"] for _ in range(150)]
    assert np.mean([each.value for each in found]) == pytest.approx(truth, abs=0.02)
    inside = np.mean([each.ci95[0] <= truth <= each.ci95[1] for each in found])
    assert 0.88 <= inside <= 0.99
    assert np.mean([each.ci95[0] <= truth - 0.2 <= each.ci95[1] for each in found]) < 0.4


def test_the_components_move_as_they_must_when_values_are_stretched_and_shifted():
    unit, rater, y = coded("sparse")
    plain, moved = fit(unit, rater, y), fit(unit, rater, 10 * y - 400)
    assert [moved.session, moved.rater, moved.residual] == pytest.approx(
        [100 * plain.session, 100 * plain.rater, 100 * plain.residual], rel=1e-7
    )
    assert moved.loglik == pytest.approx(plain.loglik - (len(y) - 1) * np.log(10), abs=1e-7)


def test_no_point_of_a_fine_grid_is_more_likely_than_the_fit():
    compared = 0
    rng, grid = np.random.default_rng(8), [0, *np.geomspace(1e-3, 1e5, 25)]
    for _ in range(25):
        table = rng.normal(size=(int(rng.integers(4, 25)), 1)) * rng.choice([0, 0.3, 3]) + rng.normal(0, 0.6, (1, 4))
        table = np.where(
            rng.random(table.shape) < 0.4, np.nan, table + rng.normal(0, rng.choice([0.01, 1]), table.shape)
        )
        unit, rater, y = long(table[~np.isnan(table).all(axis=1)])
        rater = np.unique(rater, return_inverse=True)[1]
        s, found = sums(unit, rater, y), fit(unit, rater, y)
        if found.loglik is not None:
            lowest = min(Likelihood(s, a, b).deviance for a in grid for b in grid)
            assert -2 * (found.loglik + (s.n - 1) * np.log(s.scale)) <= lowest + 1e-7
            compared += 1
    assert compared >= 20
