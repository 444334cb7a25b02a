"""Rater severity against lme4 and written-out algebra, and stretches of rating against known truth."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from rater.statistics.crossed import Fit, fit
from rater.statistics.severity import NO_RESIDUAL, differences, severities, stretches
from tests.statistics.test_gtheory import DATA, coded, study_like_the_source


def witnesses() -> dict[str, list[tuple[float, float]]]:
    found = defaultdict(list)
    with (DATA / "severity.csv").open() as rows:
        for row in csv.DictReader(rows):
            found[row["name"]].append((float(row["effect"]), float(row["error"])))
    return found


@pytest.mark.parametrize("name", ["example", "sparse"])
def test_effects_are_those_of_lme4_and_limits_those_of_the_covariance_written_out(name):
    unit, rater, y = coded(name)
    found = severities(unit, rater, y, fit(unit, rater, y))
    expected = witnesses()[name]
    assert [each.value for each in found] == pytest.approx([effect for effect, _ in expected], abs=2e-5)
    errors = [(each.ci95[1] - each.ci95[0]) / 2 / 1.959963984540054 for each in found]
    assert errors == pytest.approx([error for _, error in expected], abs=2e-5)
    assert [each.n for each in found] == np.bincount(rater).tolist()


def test_without_rater_variance_all_are_average_and_without_residual_there_is_a_reason():
    unit, rater, y = coded("boundary")
    fitted = fit(unit, rater, y)
    assert fitted.rater == 0.0
    assert {(each.value, each.ci95) for each in severities(unit, rater, y, fitted)} == {(0.0, None)}
    nothing = Fit(1.0, 1.0, 0.0, True, None, 0.0, None)
    for each in (*severities(unit, rater, y, nothing), *differences(unit, rater, y, nothing)):
        assert each.reason == NO_RESIDUAL
    assert stretches(unit, rater, y, nothing) is None


def test_the_limits_hold_the_true_differences_at_their_rate():
    rng, held, asked = np.random.default_rng(11), 0, 0
    for _ in range(60):
        true = rng.normal(0, 0.3, 5)
        unit, rater, y = study_like_the_source(rng, rater_sd=0.0)
        y = y + true[rater]
        for each, effect in zip(differences(unit, rater, y, fit(unit, rater, y)), true - true.mean(), strict=True):
            held += each.ci95[0] <= effect <= each.ci95[1]
            asked += 1
    assert 0.90 <= held / asked <= 0.99


def test_a_stretch_is_the_generalised_least_squares_written_out():
    unit, stretch, y = coded("example")
    fitted = fit(unit, stretch, y)
    x = np.eye(stretch.max() + 1)[stretch]
    z = np.eye(unit.max() + 1)[unit]
    weight = np.linalg.inv(fitted.session * z @ z.T + fitted.residual * np.eye(len(y)))
    covariance = np.linalg.inv(x.T @ weight @ x)
    found = stretches(unit, stretch, y, fitted)
    assert found.level == pytest.approx(covariance @ x.T @ weight @ y)
    assert found.covariance == pytest.approx(covariance)


def test_a_rater_who_becomes_stricter_is_told_from_one_who_does_not():
    rng, scores = np.random.default_rng(5), {False: [], True: []}
    for _ in range(40):
        unit, rater, y = study_like_the_source(rng)
        late = unit % 3 == 2
        for drifts in (False, True):
            seen = y - 1.2 * (late & (rater == 0)) * drifts
            fitted = fit(unit, rater, seen)
            found = stretches(unit, rater * 2 + late, seen, fitted)
            change, error = found.compare(np.array([-1.0, 1.0] + [0.0] * 8))
            scores[drifts].append(change / error)
    assert np.mean(np.abs(scores[False]) > 3) <= 0.05
    assert np.mean(np.array(scores[True]) < -3) >= 0.5
