"""Intraclass correlations against published values, psych and pingouin; the cases without a value."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest

from rater.statistics.icc import FORMS, anova, iccs, sem
from rater.statistics.result import NO_VARIANCE, NOTHING_SHARED, ONE_RATER, ONE_UNIT, OUTSIDE_RANGE

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
PUBLISHED = {"1,1": 0.17, "2,1": 0.29, "3,1": 0.71, "1,k": 0.44, "2,k": 0.62, "3,k": 0.91}
PINGOUIN = dict(zip(("ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"), FORMS, strict=True))


def by_pingouin(table: np.ndarray) -> pd.DataFrame:
    n, k = table.shape
    long = pd.DataFrame({"u": np.repeat(np.arange(n), k), "r": np.tile(np.arange(k), n), "y": table.ravel()})
    with pd.option_context("display.precision", 15):
        found = pingouin.intraclass_corr(long, "u", "r", "y")
    return found.set_index(found["Type"].map(PINGOUIN))


def simulated(tables: int, n: int, k: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(tables, n, 1)) + rng.normal(0, 0.4, (tables, 1, k)) + rng.normal(0, 0.8, (tables, n, k))


def test_the_table_of_shrout_and_fleiss_gives_their_six_values():
    found = iccs(SHROUT_FLEISS)[0]
    assert {form: round(found[form].value, 2) for form in FORMS} == PUBLISHED
    swapped = SHROUT_FLEISS.copy()
    swapped[0, 0], swapped[1, 0] = swapped[1, 0], swapped[0, 0]
    assert {form: round(iccs(swapped)[0][form].value, 2) for form in FORMS} != PUBLISHED


def test_values_and_limits_are_those_of_psych():
    found = iccs(SHROUT_FLEISS)[0]
    with (Path(__file__).parent / "data" / "psych.csv").open() as rows:
        for row in csv.DictReader(rows):
            ours = found[row["form"]]
            expected = [float(row[key]) for key in ("icc", "low", "high")]
            assert [ours.value, *ours.ci95] == pytest.approx(expected, abs=1e-9)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
@pytest.mark.parametrize(("n", "k"), [(8, 2), (20, 3), (79, 2)])
def test_values_are_those_of_pingouin(n, k):
    for table in simulated(3, n, k, seed=n):
        ours, theirs = iccs(table)[0], by_pingouin(table)
        for form in FORMS:
            assert ours[form].value == pytest.approx(float(theirs.loc[form, "ICC"]), abs=1e-9)
            assert list(ours[form].ci95) == pytest.approx(list(theirs.loc[form, "CI95"]), abs=0.0051)


def test_many_tables_in_one_call_equal_each_alone_and_spare_rows_do_not_count():
    tables = simulated(4, 9, 2, seed=3)
    padded = np.full((4, 14, 2), np.nan)
    padded[:, [0, 2, 3, 5, 6, 8, 9, 11, 13]] = tables
    padded[:, 1, 0] = 99.0
    together = iccs(padded)
    for place, table in enumerate(tables):
        alone = iccs(table)[0]
        for form in FORMS:
            assert together[place][form].n == 9
            assert together[place][form].value == pytest.approx(alone[form].value, abs=1e-12)
            assert together[place][form].ci95 == pytest.approx(alone[form].ci95, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.full((6, 2), 3.0), NO_VARIANCE),
        (np.full((6, 2), 0.1 + 0.2), NO_VARIANCE),
        (np.array([[1.0, 2.0]]), ONE_UNIT),
        (np.array([[1.0, np.nan], [np.nan, 2.0]]), NOTHING_SHARED),
        (np.array([[1.0], [2.0], [3.0]]), ONE_RATER),
        (np.empty((0, 2)), NOTHING_SHARED),
    ],
)
def test_what_cannot_be_estimated_has_its_reason(table, reason):
    assert [each.reason for each in iccs(table)[0].values()] == [reason] * 6
    assert all(each.value is None and each.ci95 is None for each in iccs(table)[0].values())


def test_icc_2_k_outside_its_range_is_null_though_the_formula_gives_a_number():
    table = np.array([[2.0, 1.0], [1.0, 2.0], [1.0, 2.0], [2.0, 1.0]])
    a = anova(table)
    assert a.bms[0] + (a.jms[0] - a.ems[0]) / 4 < 0
    assert (a.bms[0] - a.ems[0]) / (a.bms[0] + (a.jms[0] - a.ems[0]) / 4) > 1
    assert iccs(table)[0]["2,k"].reason == OUTSIDE_RANGE
    assert iccs(table)[0]["2,1"].value == pytest.approx(-2.0)


def test_negative_values_stay_negative():
    table = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.5], [2.0, 2.5]])
    assert iccs(table)[0]["1,1"].value < -0.5


def test_limits_that_do_not_enclose_the_value_are_left_out() -> None:
    """Two sessions and less than one degree of freedom: the formula gives -1 to -1 about -0.56."""
    found = iccs(np.array([[-1.0, 0.0], [-4.0, 3.0]]))[0]
    assert found["2,1"].value == pytest.approx(-0.5625)
    assert found["2,1"].ci95 is found["2,k"].ci95 is None
    assert iccs(np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]))[0]["2,1"].ci95 is not None


def test_perfect_agreement_is_one_with_the_interval_from_one_to_one():
    found = iccs(np.column_stack([np.arange(5.0)] * 2))[0]
    assert [each.value for each in found.values()] == pytest.approx([1.0] * 6)
    assert all(each.ci95 == pytest.approx((1.0, 1.0)) for each in found.values())


def test_a_constant_difference_lowers_agreement_but_not_consistency():
    scores = np.array([0.3, 1.7, 2.2, 2.9, 3.1])
    found = iccs(np.column_stack([scores, scores + 1]))[0]
    assert found["3,1"].value == pytest.approx(1.0)
    assert found["3,1"].ci95 == pytest.approx((1.0, 1.0))
    assert found["2,1"].value < 0.9


def test_sem_is_the_root_of_rater_and_residual_variance():
    a = anova(SHROUT_FLEISS)
    assert sem(SHROUT_FLEISS)[0].value == pytest.approx(np.sqrt((a.jms[0] - a.ems[0]) / 6 + a.ems[0]))
    assert sem(np.full((4, 2), 2.0))[0].value == 0.0


def test_intervals_hold_the_true_value_as_often_as_they_say():
    truth = {"1,1": None, "2,1": 1 / (1 + 0.16 + 0.64), "3,1": 1 / (1 + 0.64)}
    rng = np.random.default_rng(20)
    tables = rng.normal(size=(2000, 30, 1)) + rng.normal(0, 0.4, (2000, 1, 5)) + rng.normal(0, 0.8, (2000, 30, 5))
    found = iccs(tables, ("2,1", "3,1"))
    for form in ("2,1", "3,1"):
        inside = np.mean([each[form].ci95[0] <= truth[form] <= each[form].ci95[1] for each in found])
        assert 0.93 <= inside <= 0.975
    too_high = np.mean([each["3,1"].ci95[0] <= truth["3,1"] + 0.2 <= each["3,1"].ci95[1] for each in found])
    assert too_high < 0.7
