import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rater.errors import NotFound, Refused
from rater.scales.loading import load_scale
from rater.scales.points import point_fault
from rater.scales.schema import Scale
from rater.scales.scoring import keyed, lagged_score, mean_points, score, scores_of

SCALE = load_scale("""\
id: demo
version: 1
range: {min: 1, max: 5}
missing_codes:
  NOT_RATABLE: {label: Cannot be judged}
  NA_A: {label: Not applicable, not_applicable: true, items: [a]}
items:
  - {id: a, text: A}
  - {id: b, text: B, reverse: true}
  - {id: c, text: C}
  - {id: n, text: N, kind: number, range: {min: 0, max: 60}}
  - {id: k, text: K, kind: choice, options: {x: X, y_: Y}}
  - {id: l, text: L, kind: choices, options: {x: X, y_: Y}}
  - {id: t, text: T, kind: text}
scores:
  M: {items: [a, b, c], rule: mean, min_valid: 2}
  T: {items: [a, b, c], rule: sum}
  LAG: {items: [a, b, c], rule: mean, min_valid: 2, from_previous_session: [a, b]}
  LAG1: {items: [a, c], rule: sum, min_valid: 1, from_previous_session: [a]}
""")


def unreversed(scale: Scale) -> Scale:
    return load_scale(f"id: u\nversion: 1\nrange: {{min: 1, max: 5}}\nitems: [{{id: b, text: {scale.id}}}]\n")


def test_a_reversed_item_is_turned_within_its_range() -> None:
    assert [keyed(SCALE.item("b"), value) for value in (1, 2.5, 5)] == [5, 3.5, 1]
    assert keyed(SCALE.item("a"), 2) == 2
    assert keyed(unreversed(SCALE).item("b"), 1) == 1


def test_scores_are_means_and_sums_of_keyed_items() -> None:
    assert scores_of(SCALE, {"a": 4, "b": 1, "c": 3}) == {"M": 4.0, "T": 12.0}


@pytest.mark.parametrize(("points", "mean", "total"), [
    ({"a": 4, "b": 1, "c": None}, 4.5, None),
    ({"a": 4, "b": 1}, 4.5, None),
    ({"a": 4, "b": math.nan, "c": 2}, 3.0, None),
    ({"a": 4}, None, None),
    ({}, None, None),
    ({"a": 4, "unknown": 5}, None, None),
])  # fmt: skip
def test_too_few_valid_items_give_no_score(
    points: dict[str, float | None], mean: float | None, total: float | None
) -> None:
    assert (score(SCALE, "M", points), score(SCALE, "T", points)) == (mean, total)


def test_a_lagged_score_takes_its_items_from_the_session_before() -> None:
    now, before = {"a": 1, "b": 5, "c": 3}, {"a": 5, "b": 1, "c": 1}
    assert lagged_score(SCALE, "LAG", now, before) == pytest.approx((5 + 5 + 3) / 3)
    assert lagged_score(SCALE, "LAG", {"c": 3}, before) == pytest.approx(13 / 3)
    assert lagged_score(SCALE, "LAG", now, {"a": 5}) == pytest.approx(4)
    assert lagged_score(SCALE, "LAG", now, {}) is None
    assert (lagged_score(SCALE, "LAG1", now, {}), lagged_score(SCALE, "LAG1", now, None)) == (3, None)
    assert lagged_score(SCALE, "M", now, None) == score(SCALE, "M", now)


def test_a_lagged_score_is_never_made_from_one_session() -> None:
    assert "LAG" not in scores_of(SCALE, {"a": 1, "b": 1, "c": 1})
    with pytest.raises(Refused, match="previous session"):
        score(SCALE, "LAG", {"a": 1, "b": 1, "c": 1})
    with pytest.raises(NotFound):
        score(SCALE, "other", {})


def test_the_mean_over_raters_leaves_missing_ratings_out() -> None:
    assert mean_points([{"a": 4, "b": None, "c": None}, {"a": 1, "b": 2, "c": math.nan, "n": 0}]) == {
        "a": 2.5, "b": 2.0, "c": None, "n": 0.0,
    }  # fmt: skip
    assert mean_points([]) == {}


@given(st.lists(st.fixed_dictionaries({item: st.none() | st.integers(1, 5) for item in "abc"}), min_size=1, max_size=4))
def test_scores_stay_within_the_range_and_agree_with_the_definition(ratings: list[dict[str, float | None]]) -> None:
    points = mean_points(ratings)
    valid = [6 - value if item == "b" else value for item, value in points.items() if value is not None]
    expected = sum(valid) / len(valid) if len(valid) >= 2 else None
    assert score(SCALE, "M", points) == (None if expected is None else pytest.approx(expected))
    assert expected is None or 1 <= expected <= 5


@pytest.mark.parametrize(("item", "value", "code"), [
    ("a", 1, None), ("a", 5, ""), ("a", 3.0, None), ("a", None, "NA_A"), ("b", "", "NOT_RATABLE"),
    ("n", 12.5, None), ("k", "x", None), ("l", "x|y_", None), ("l", ["y_"], None), ("t", "words", None),
])  # fmt: skip
def test_points_of_the_scale_are_allowed(item: str, value: object, code: str | None) -> None:
    assert point_fault(SCALE, item, value, code) is None


@pytest.mark.parametrize(("item", "value", "code", "part"), [
    ("a", 0, None, "a has 0, outside 1 to 5"),
    ("a", 6, None, "a has 6, outside 1 to 5"),
    ("a", -1, None, "outside"),
    ("a", 2.5, None, "only whole points from 1 to 5"),
    ("a", "3", None, "not a number"),
    ("a", True, None, "not a number"),
    ("a", math.nan, None, "not a number"),
    ("a", math.inf, None, "not a number"),
    ("a", [3], None, "not a number"),
    ("a", None, None, "neither a value nor a missing code"),
    ("a", "", "", "neither a value nor a missing code"),
    ("a", 3, "NOT_RATABLE", "both the value 3 and the missing code NOT_RATABLE"),
    ("a", 0, "NOT_RATABLE", "both the value 0"),
    ("b", None, "NA_A", "b cannot have the missing code NA_A; it can have NOT_RATABLE"),
    ("a", None, "other", "cannot have the missing code other; it can have NOT_RATABLE, NA_A"),
    ("z", 3, None, "has no item z"),
    ("n", 61, None, "outside 0 to 60"),
    ("k", "z", None, "it can have x, y_"),
    ("k", "x|y_", None, "it can have x, y_"),
    ("l", "x|x", None, "it can have x, y_"),
    ("l", [], None, "it can have x, y_"),
    ("l", [1], None, "it can have x, y_"),
    ("t", 5, None, "takes a text"),
    ("t", "x" * 10_001, None, "takes a text"),
])  # fmt: skip
def test_anything_else_is_told_with_its_reason(item: str, value: object, code: str | None, part: str) -> None:
    assert part in str(point_fault(SCALE, item, value, code))


def test_a_number_too_long_to_print_is_refused_too() -> None:
    assert str(point_fault(SCALE, "a", 10**5000, None)) == "a has a very long number, outside 1 to 5"
