"""Discrepancies worked by hand, and what the analysis file takes under each rule."""

from __future__ import annotations

import json
import math

import pytest

from rater.training.discrepancies import DiscrepancyKind, counted, discrepancies

ITEMS = ("b", "a")
RATED = {
    "R1": {("S1", "a"): 4.0, ("S1", "b"): 2.0, ("S2", "a"): 1.0, ("S2", "b"): None, ("S3", "a"): 4.0},
    "R2": {("S1", "a"): 1.0, ("S1", "b"): 4.0, ("S2", "a"): 2.0, ("S2", "b"): 3.0},
    "R3": {("S1", "a"): 2.0, ("S1", "b"): 3.0},
}


def keys(size: float) -> list[tuple[str, str, str, float]]:
    return [(each.session, each.item, str(each.kind), each.spread) for each in discrepancies(RATED, ITEMS, size)]


def test_the_widest_come_first_and_points_beside_missing_codes_last():
    assert keys(2) == [("S1", "a", "points", 3.0), ("S1", "b", "points", 2.0), ("S2", "b", "ratability", 0.0)]
    assert keys(1)[2] == ("S2", "a", "points", 1.0)
    assert keys(5) == [("S2", "b", "ratability", 0.0)]


def test_every_rater_of_the_session_is_told_with_lowest_and_highest():
    first, *_, last = discrepancies(RATED, ITEMS, 2)
    assert (first.low, first.high, first.values) == (1.0, 4.0, {"R1": 4.0, "R2": 1.0, "R3": 2.0})
    assert last.values == {"R1": None, "R2": 3.0}
    assert json.loads(json.dumps(first.as_dict()))["spread"] == 3.0


def test_equal_ones_stand_by_session_and_then_as_in_the_scale():
    apart = {
        "R1": {(session, item): 0.0 for session in ("S2", "S1") for item in ITEMS},
        "R2": {(session, item): 3.0 for session in ("S1", "S2") for item in ITEMS},
    }
    found = [(each.session, each.item) for each in discrepancies(apart, ITEMS, 2)]
    assert found == [("S1", "b"), ("S1", "a"), ("S2", "b"), ("S2", "a")]


def test_a_session_of_one_rater_and_an_item_missing_for_all_are_no_discrepancy():
    assert discrepancies({"R1": RATED["R1"]}, ITEMS, 1) == []
    assert discrepancies({}, ITEMS, 1) == []
    nobody = {"R1": {("S1", "a"): None}, "R2": {("S1", "a"): math.nan}}
    assert discrepancies(nobody, ("a",), 1) == []


def test_points_apart_beside_a_missing_code_are_told_as_both():
    torn = {"R1": {("S1", "a"): 0.0}, "R2": {("S1", "a"): 4.0}, "R3": {("S1", "a"): None}}
    assert [each.kind for each in discrepancies(torn, ("a",), 2)] == list(DiscrepancyKind)


def test_they_are_counted_per_item_with_zeros():
    assert counted(discrepancies(RATED, (*ITEMS, "c"), 2), (*ITEMS, "c")) == {
        "b": {"points": 1, "ratability": 1},
        "a": {"points": 1, "ratability": 0},
        "c": {"points": 0, "ratability": 0},
    }


@pytest.mark.parametrize("size", [0, -1, math.nan])
def test_a_size_that_finds_everything_is_refused(size: float):
    with pytest.raises(ValueError, match="above 0"):
        discrepancies(RATED, ITEMS, size)
