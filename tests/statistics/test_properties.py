"""What holds for any data: order does not matter, shifts do not matter, nothing raises, nothing is NaN."""

from __future__ import annotations

import json
import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from rater.statistics.long_form import gstudy_of, reliability_of
from rater.statistics.result import NO_VARIANCE, Estimate, estimate

POINTS = [0, 1, 2, 3, 4]
cells = st.one_of(st.none(), st.sampled_from(POINTS))
tables = st.integers(1, 4).flatmap(lambda k: st.lists(st.lists(cells, min_size=k, max_size=k), max_size=9))
odd = st.one_of(st.none(), st.floats(-1e9, 1e9, allow_subnormal=False), st.sampled_from([0.1, 0.3, math.nan]))
odd_tables = st.integers(1, 3).flatmap(lambda k: st.lists(st.lists(odd, min_size=k, max_size=k), max_size=6))


def long(table):
    rows = [(f"S{i:02}", f"R{j}", value) for i, row in enumerate(table) for j, value in enumerate(row)]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []]


def figures(told, path=()):
    """Every figure of a document with its path; fails on a value that is not finite."""
    found = {}
    for key, each in told.items():
        if isinstance(each, dict):
            if "value" in each:
                found[(*path, key)] = each["value"]
            found |= figures(each, (*path, key))
    return found


def same(left, right, tolerance=1e-7):
    assert left.keys() == right.keys()
    for key, value in left.items():
        assert (value is None) == (right[key] is None), key
        if value is not None:
            assert value == pytest.approx(right[key], rel=tolerance, abs=tolerance), key


@settings(max_examples=150, deadline=None)
@given(tables)
def test_any_table_is_answered_in_finite_json_with_a_value_or_a_reason(table):
    for told in (reliability_of(*long(table), POINTS), reliability_of(*long(table)), gstudy_of(*long(table))):
        json.dumps(told, allow_nan=False)
        stack = [told]
        while stack:
            each = stack.pop()
            stack += [inner for inner in each.values() if isinstance(inner, dict)]
            if "value" in each:
                assert (each["value"] is None) != (each["reason"] is None)


@settings(max_examples=100, deadline=None)
@given(odd_tables)
def test_numbers_of_any_size_are_answered_in_finite_json(table):
    json.dumps(reliability_of(*long(table)), allow_nan=False)
    json.dumps(gstudy_of(*long(table)), allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(table, rng):
    columns = long(table)
    order = list(range(len(columns[0])))
    rng.shuffle(order)
    mixed = [[column[place] for place in order] for column in columns]
    same(figures(reliability_of(*columns, POINTS)), figures(reliability_of(*mixed, POINTS)))


@settings(max_examples=60, deadline=None)
@given(tables)
def test_a_shift_of_all_values_changes_no_coefficient(table):
    units, raters, values = long(table)
    shifted = [None if value is None else value + 100 for value in values]
    plain = reliability_of(units, raters, values, POINTS)
    moved = reliability_of(units, raters, shifted, [point + 100 for point in POINTS])
    same(figures(plain), figures(moved))


def test_stretching_the_values_does_change_what_depends_on_points():
    rng = np.random.default_rng(0)
    units, raters, values = long(rng.integers(0, 5, (10, 2)).astype(float).tolist())
    plain, stretched = reliability_of(units, raters, values), reliability_of(units, raters, [2 * v for v in values])
    assert plain["within_1"]["value"] != stretched["within_1"]["value"]
    assert plain["icc"]["2,1"]["value"] == pytest.approx(stretched["icc"]["2,1"]["value"])


def test_an_estimate_is_never_nan_and_has_a_value_or_a_reason():
    for wrong in ({"value": math.nan}, {"value": math.inf}, {"value": None}, {"value": 1.0, "reason": NO_VARIANCE}):
        with pytest.raises(ValueError, match="estimate"):
            Estimate(n=3, **wrong)
    assert estimate(math.nan, 3).reason is not None
    assert estimate(0.5, 3, math.nan, 1.0).ci95 is None


def test_what_cannot_be_a_table_is_refused():
    with pytest.raises(ValueError, match="twice"):
        reliability_of(["a", "a"], ["r", "r"], [1, 2])
    with pytest.raises(ValueError, match="length"):
        reliability_of(["a"], ["r", "s"], [1, 2])
    with pytest.raises(ValueError, match="infinite"):
        gstudy_of(["a", "b"], ["r", "s"], [1, math.inf])
