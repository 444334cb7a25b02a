"""Raters beside the criterion: figures worked by hand and by pingouin, missing points left out and counted."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pingouin
import pytest

from rater.scales.schema import Rule, Score
from rater.statistics.icc import FORMS, icc_values, iccs
from rater.statistics.result import NO_VARIANCE, NOTHING_SHARED, ONE_UNIT
from rater.training.comparison import Cells
from rater.training.criterion import with_criterion
from rater.training.over_items import NO_ITEM, over_items

ITEMS = ("a", "b")
BOTH = Score("AB", ITEMS, Rule.MEAN, min_valid=1)
RATER = [3, 2, 4, 1, 0, 4, 2, 3]
CRITERION = [2, 2, 4, 1, 2, 3, 2, 4]


def cells(item: str, points: list[float | None]) -> dict[tuple[str, str], float | None]:
    return {(f"S{number}", item): value for number, value in enumerate(points)}


def compared(given: Cells, criterion: Cells, scores: tuple[Score, ...] = (BOTH,)):
    return with_criterion({"R1": given}, criterion, ITEMS, scores)["R1"]


def by_pingouin(first: list[float], second: list[float]) -> tuple[float, list[float]]:
    long = pd.DataFrame(
        [(s, r, column[s]) for r, column in enumerate((first, second)) for s in range(len(first))],
        columns=["session", "rater", "points"],
    )
    table = pingouin.intraclass_corr(long, targets="session", raters="rater", ratings="points")
    row = table[table["Type"].isin(["ICC2", "ICC(A,1)"])].iloc[0]
    interval = next(name for name in table.columns if name.startswith("CI95"))
    return float(row["ICC"]), [float(each) for each in row[interval]]


def test_an_item_is_compared_as_worked_by_hand_and_by_pingouin():
    item = compared(cells("a", RATER), cells("a", CRITERION)).items["a"]
    assert (item.n, item.n_missing, item.n_both_missing) == (8, 0, 0)
    # Differences 1 0 0 0 -2 1 0 -1: mean -1/8, sum of squares 7, variance (7 - 8/64) / 7, t(7) at .975 is 2.364624.
    assert item.difference.value == pytest.approx(-0.125)
    reach = 2.364624 * math.sqrt((7 - 1 / 8) / 7 / 8)
    assert item.difference.ci95 == pytest.approx((-0.125 - reach, -0.125 + reach), abs=1e-5)
    assert item.exact.value == pytest.approx(4 / 8)
    assert item.exact.ci95 == pytest.approx((0.2152, 0.7848), abs=1e-4)  # Wilson, 4 of 8
    assert item.within_one.value == pytest.approx(7 / 8)
    assert item.within_one.ci95 == pytest.approx((0.5291, 0.9776), abs=1e-4)  # Wilson, 7 of 8
    value, interval = by_pingouin(RATER, CRITERION)
    assert item.icc.value == pytest.approx(value, abs=1e-9)
    assert item.icc.ci95 == pytest.approx(tuple(interval), abs=0.006)


def test_the_sign_says_that_the_rater_gives_more():
    assert compared(cells("a", [4, 3]), cells("a", [3, 1])).items["a"].difference.value == pytest.approx(1.5)


def test_a_score_is_compared_by_its_means_and_its_items_are_pooled():
    given = cells("a", RATER) | cells("b", [1, 1, 2, 2, 3, 3, 4, 4])
    criterion = cells("a", CRITERION) | cells("b", [1, 2, 2, 2, 3, 3, 4, 1])
    score = compared(given, criterion).scores["AB"]
    first = [(x + y) / 2 for x, y in zip(RATER, [1, 1, 2, 2, 3, 3, 4, 4], strict=True)]
    second = [(x + y) / 2 for x, y in zip(CRITERION, [1, 2, 2, 2, 3, 3, 4, 1], strict=True)]
    assert score.n == 8
    assert score.icc.value == pytest.approx(by_pingouin(first, second)[0], abs=1e-9)
    assert score.difference.value == pytest.approx(np.mean(first) - np.mean(second))
    assert (score.exact.value, score.exact.n) == (pytest.approx((4 + 6) / 16), 16)
    assert score.within_one.value == pytest.approx((7 + 7) / 16)
    each = [by_pingouin(RATER, CRITERION)[0], by_pingouin([1, 1, 2, 2, 3, 3, 4, 4], [1, 2, 2, 2, 3, 3, 4, 1])[0]]
    assert score.item_mean.value == pytest.approx(np.mean(each))
    assert score.item_mean.ci95 is not None
    assert score.item_mean.ci95[0] <= score.item_mean.value <= score.item_mean.ci95[1]


def test_missing_points_are_left_out_and_counted():
    given = cells("a", [3, None, None, 2, math.nan]) | cells("b", [1, 1, 1, 1, 1])
    criterion = cells("a", [3, None, 2, 1]) | cells("b", [1, 1, 1, 1, 2])
    found = compared(given, criterion)
    item = found.items["a"]
    assert (item.n, item.n_missing, item.n_both_missing) == (2, 3, 2)
    assert item.difference.value == pytest.approx(0.5)
    assert (found.n_missing, found.n_both_missing) == (3, 2)
    assert found.scores["AB"].exact.n == 2 + 5
    strict = Score("AB", ITEMS, Rule.MEAN, min_valid=2)
    assert compared(given, criterion, (strict,)).scores["AB"].n == 2
    other = {("S99", "a"): 4.0}
    assert compared(given | other, criterion).as_dict() == found.as_dict()


def test_what_cannot_be_estimated_has_a_reason():
    apart = compared(cells("a", [1, 2]), {("T1", "a"): 1.0})
    assert apart.sessions == ()
    assert apart.items["a"].icc.reason == apart.scores["AB"].icc.reason == NOTHING_SHARED
    assert apart.scores["AB"].item_mean.reason == NO_ITEM
    one = compared(cells("a", [1]), cells("a", [2])).items["a"]
    assert (one.difference.value, one.difference.ci95, one.icc.reason) == (-1.0, None, ONE_UNIT)
    same = compared(cells("a", [2, 2, 2]), cells("a", [2, 2, 2])).items["a"]
    assert (same.exact.value, same.icc.reason) == (1.0, NO_VARIANCE)
    for found in (apart, compared(cells("a", [2, 2]), cells("a", [2, 2]))):
        json.dumps(found.as_dict(), allow_nan=False)


def test_a_score_of_two_sessions_is_passed_over():
    lagged = Score("late", ITEMS, Rule.MEAN, min_valid=1, from_previous_session=("a",))
    assert set(compared(cells("a", RATER), cells("a", CRITERION), (BOTH, lagged)).scores) == {"AB"}


@pytest.mark.parametrize(("sessions", "raters", "form"), [(5, 5, "2,k"), (10, 2, "2,1"), (20, 5, "2,k")])
def test_the_interval_of_the_mean_over_items_holds_the_truth_about_as_often_as_it_says(sessions, raters, form):
    held, single = 0, 1 / 1.5
    true = single if form == "2,1" else raters * single / (1 + (raters - 1) * single)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        seen = rng.normal(0, math.sqrt(0.5), (1, sessions, 1)) + rng.normal(0, math.sqrt(0.5), (7, sessions, 1))
        mean, _ = over_items(seen + rng.normal(0, math.sqrt(0.5), (7, sessions, raters)), form)
        low, high = mean.ci95 or (-9, 9)
        held += low <= true <= high
    assert 180 <= held <= 199


def test_the_interval_of_one_item_is_the_jackknife_worked_step_by_step():
    table = np.array([RATER, CRITERION], dtype=float).T
    whole = -math.log(1 - by_pingouin(RATER, CRITERION)[0])
    left = [by_pingouin(*np.delete(table, s, axis=0).T.tolist())[0] for s in range(8)]
    pseudo = [8 * whole + 7 * math.log(1 - each) for each in left]
    middle, reach = np.mean(pseudo), 2.364624 * np.std(pseudo, ddof=1) / math.sqrt(8)
    mean, median = over_items(table[None], "2,1")
    assert mean.ci95 == pytest.approx((1 - math.exp(reach - middle), 1 - math.exp(-reach - middle)), abs=1e-6)
    assert median.ci95 is None


@pytest.mark.parametrize("form", FORMS)
def test_the_values_of_many_tables_are_those_of_the_coefficients(form: str):
    tables = np.random.default_rng(1).integers(0, 3, size=(300, 4, 2)).astype(float)
    tables[:40] = 2.0
    tables[40:60, 1:] = np.nan
    wanted = [each[form].value for each in iccs(tables, (form,))]
    assert [None if np.isnan(each) else each for each in icc_values(tables, form)] == wanted
    assert np.isnan(icc_values(tables[:, :, :1], form)).all()


def test_there_is_no_interval_with_four_sessions_at_perfect_agreement_or_where_an_item_hangs_on_one_session():
    rng = np.random.default_rng(2)
    cube = rng.normal(size=(3, 10, 1)) + rng.normal(0, 0.5, size=(3, 10, 4))
    assert over_items(cube, "2,k")[0].ci95 is not None
    hanging = np.repeat((np.arange(10) == 4)[:, None], 4, axis=1).astype(float)[None]
    for given in (cube[:, :4], np.repeat(cube[:, :, :1], 4, axis=2), np.concatenate([cube, hanging])):
        mean, median = over_items(given, "2,k")
        assert (mean.ci95, median.ci95) == (None, None)
        assert None not in (mean.value, median.value)
