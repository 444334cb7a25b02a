"""Alpha, omega and item-total correlations against psych and factanal, closed forms, known truth."""

from __future__ import annotations

import json
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings

from rater.statistics import one_factor as factor
from rater.statistics.consistency import OTHER_KEY, consistency
from rater.statistics.omega import omega
from rater.statistics.one_factor import one_factor
from rater.statistics.result import OUTSIDE_RANGE

DATA = Path(__file__).parent / "data"
R = json.loads((DATA / "consistency.json").read_text())


def five_items(turned: bool = True) -> pd.DataFrame:
    items = pd.read_csv(DATA / "five_items.csv").astype(float)
    return items.assign(A1=7 - items["A1"]) if turned else items


def answered(items: pd.DataFrame):
    return consistency(items.to_numpy(), list(items.columns))


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("as_given", five_items(turned=False)),
        ("turned", five_items()),
        ("four", five_items()[["A1", "A2", "A3", "A4"]]),
    ],
)
def test_figures_are_those_of_psych_and_factanal(name, items):
    found, expected = answered(items), R[name]
    assert (found.n, found.omega.n) == (expected["n"], expected["n"])
    assert found.alpha.value == pytest.approx(expected["alpha"], abs=1e-9)
    assert list(found.alpha.ci95) == pytest.approx([expected["low"], expected["high"]], abs=1e-9)
    assert {key: each.value for key, each in found.item_total.items()} == pytest.approx(
        expected["item_total"], abs=1e-9
    )
    assert found.omega.value == pytest.approx(expected["omega"], abs=1e-5)
    model = one_factor(items.dropna().cov().to_numpy())
    assert list(model.loadings) == pytest.approx(expected["loadings"], abs=1e-4)
    assert list(model.uniquenesses) == pytest.approx(expected["uniquenesses"], abs=1e-4)


def test_the_published_omega_of_thurstones_tests_has_another_definition():
    """psych prints alpha .89 and omega total .93, from three factors, for these nine tests; one factor gives .88."""
    table = pd.read_csv(DATA / "thurstone.csv").to_numpy()
    found = omega(table, 213)
    assert round(R["thurstone"]["omega_three_factors"], 2) == 0.93
    assert round(R["thurstone"]["alpha"], 2) == 0.89
    assert found.value == pytest.approx(R["thurstone"]["omega"], abs=1e-5)
    assert "one factor, maximum likelihood" in found.definition


def test_three_items_have_a_closed_form():
    r12, r13, r23 = 0.5, 0.4, 0.3
    table = np.array([[1, r12, r13], [r12, 1, r23], [r13, r23, 1]])
    expected = np.sqrt([r12 * r13 / r23, r12 * r23 / r13, r13 * r23 / r12])
    model = one_factor(table)
    assert list(model.loadings) == pytest.approx(expected, abs=1e-6)
    stretched = one_factor(table * np.outer([1, 10, 2], [1, 10, 2]))
    assert list(stretched.loadings) == pytest.approx(expected * [1, 10, 2], abs=1e-5)


def test_two_items_give_spearman_brown_and_say_so():
    items = five_items()[["A1", "A2"]]
    r, found = items.dropna().corr().iloc[0, 1], answered(items).omega
    assert found.value == pytest.approx(2 * r / (1 + r), abs=1e-12)
    assert found.definition.startswith("two items: Spearman-Brown")
    limits = np.tanh(np.arctanh(r) + np.array([-1, 1]) * 1.959964 / np.sqrt(found.n - 3))
    assert list(found.ci95) == pytest.approx(2 * limits / (1 + limits), abs=1e-6)


def test_an_item_keyed_the_other_way_is_hinted_at_and_not_turned():
    found = answered(five_items(turned=False))
    assert found.hints == {"A1": OTHER_KEY}
    assert found.as_dict()["item_total"]["A1"]["hint"] == str(OTHER_KEY)
    assert found.alpha.value < answered(five_items()).alpha.value - 0.2
    assert answered(five_items()).hints == {}


def test_a_constant_item_is_named_and_the_others_keep_their_correlations():
    items = five_items().assign(A4=3.0)
    found = answered(items)
    assert str(found.alpha.reason) == str(found.omega.reason) == "no variance in A4"
    assert str(found.item_total["A4"].reason) == "no variance"
    without = answered(five_items().assign(A4=3.0).drop(columns="A4"))
    assert found.item_total["A1"].value == pytest.approx(without.item_total["A1"].value)


def test_what_a_factor_model_cannot_answer_has_its_reason():
    rng = np.random.default_rng(4)
    common = rng.normal(size=(60, 1))
    heywood = np.array([[1, 0.9, 0.8], [0.9, 1, 0.5], [0.8, 0.5, 1]])
    assert one_factor(heywood) == factor.HEYWOOD
    assert omega(heywood, 50).reason == factor.HEYWOOD
    items = common + rng.normal(size=(60, 3))
    doubled = np.column_stack([items, items[:, 0]])
    found = consistency(doubled, list("abcd"))
    assert found.omega.reason == factor.SINGULAR
    assert found.alpha.value is not None
    pair = np.eye(4) + np.kron(np.array([[1, 0], [0, 0]]), np.array([[0, 0.5], [0.5, 0]]))
    assert one_factor(pair) in (factor.SEVERAL_SOLUTIONS, factor.HEYWOOD)
    opposed = np.column_stack([common, -common])
    assert consistency(opposed, ["a", "b"]).alpha.reason == OUTSIDE_RANGE
    assert consistency(opposed, ["a", "b"]).omega.reason == OUTSIDE_RANGE


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.empty((0, 3)), "fewer than two complete rows"),
        (np.array([[1.0, 2.0], [np.nan, 1.0]]), "fewer than two complete rows"),
        (np.array([[1.0], [2.0]]), "needs at least two items"),
        (np.empty((4, 0)), "needs at least two items"),
        (np.ones((4, 2)), "no variance in i0, i1"),
    ],
)
def test_too_little_has_its_reason(values, reason):
    found = consistency(values, [f"i{place}" for place in range(values.shape[1])]).as_dict()
    assert found["alpha"]["reason"] == found["omega"]["reason"] == reason
    assert set(found) == {"n", "alpha", "omega", "item_total"}


def test_what_is_no_table_of_items_is_refused():
    for values, names in (([[1, 2], [3, 4]], ["a"]), ([[1, 2], [3, 4]], ["a", "a"]), ([[1, np.inf]], ["a", "b"])):
        with pytest.raises(ValueError, match=r"name|infinite"):
            consistency(np.array(values, dtype=float), names)


def test_known_truth_lies_inside_the_intervals_at_the_nominal_rate():
    rng = np.random.default_rng(11)
    loadings, error = np.array([0.9, 0.7, 0.6, 0.8]), np.array([0.6, 0.8, 0.9, 0.5])
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + (error**2).sum())
    found = []
    for _ in range(120):
        cases = rng.normal(size=(120, 1)) * loadings + rng.normal(size=(120, 4)) * error
        found.append(omega(np.cov(cases.T), 120))
    assert np.mean([each.value for each in found]) == pytest.approx(truth, abs=0.01)
    assert 0.9 <= np.mean([each.ci95[0] <= truth <= each.ci95[1] for each in found]) <= 0.99
    assert np.mean([each.ci95[0] <= truth - 0.1 <= each.ci95[1] for each in found]) < 0.4


cells = st.one_of(st.just(np.nan), st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0]), st.floats(-1e9, 1e9))
item_tables = st.integers(1, 5).flatmap(lambda k: st.lists(st.lists(cells, min_size=k, max_size=k), max_size=12))


@settings(max_examples=80, deadline=None)
@given(item_tables)
@example([[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 7e-254]])
@example([[5e-324, 0.0, 1e-300], [0.0, 5e-324, 2e-300], [0.0, 0.0, 5e-324]])
def test_any_items_are_answered_in_finite_json_with_a_value_or_a_reason(rows):
    table = np.array(rows, dtype=float).reshape(len(rows), len(rows[0]) if rows else 2)
    told = consistency(table, [f"i{place}" for place in range(table.shape[1])]).as_dict()
    json.dumps(told, allow_nan=False)
    for each in (told["alpha"], told["omega"], *told["item_total"].values()):
        assert (each["value"] is None) != (each["reason"] is None)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(5)), st.randoms(use_true_random=False))
def test_neither_the_order_of_items_nor_that_of_rows_matters(order, rng):
    items = five_items().dropna().iloc[:80]
    rows = list(range(len(items)))
    rng.shuffle(rows)
    plain, moved = answered(items), answered(items.iloc[rows, order])
    assert moved.alpha.value == pytest.approx(plain.alpha.value, abs=1e-10)
    assert moved.omega.value == pytest.approx(plain.omega.value, abs=1e-7)
    assert {key: each.value for key, each in moved.item_total.items()} == pytest.approx(
        {key: each.value for key, each in plain.item_total.items()}
    )
