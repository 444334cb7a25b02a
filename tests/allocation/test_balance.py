"""The measure of evenness, against counts worked by hand and the best of all arrangements."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rater.allocation.balance import Margin, balance, excess
from rater.allocation.constraints import parse_bars
from rater.allocation.plans import Plan, Settings
from tests.allocation.builders import make_sessions, row


def test_excess_by_hand() -> None:
    assert excess([56, 55, 55, 55, 55]) == 0
    assert excess([2, 4]) == 2
    assert excess([0, 0, 3]) == 6
    assert excess([]) == 0


@given(st.integers(1, 4), st.integers(0, 7))
def test_excess_is_zero_for_the_most_even_counts_and_for_no_others(cells: int, units: int) -> None:
    for counts in product(range(units + 1), repeat=cells):
        if sum(counts) == units:
            assert (excess(counts) == 0) == (max(counts) - min(counts) <= 1)
            assert excess(counts) >= 0


def test_spread_stands_beside_the_least_that_is_possible() -> None:
    assert (Margin({"a": 3, "b": 5}).spread, Margin({"a": 3, "b": 5}).least_spread) == (2, 0)
    assert (Margin({"a": 3, "b": 4}).spread, Margin({"a": 3, "b": 4}).least_spread) == (1, 1)


def test_a_small_plan_is_counted_by_hand() -> None:
    sessions = make_sessions(patients=2, therapists=2, each=3, first_phase=1)
    plan = Plan(
        (
            row("P01-S01", "R1", "R2"), row("P01-S02", "R2"), row("P01-S03", "R2", "R1"),
            row("P02-S01", "R3"), row("P02-S02", "R1", "R3"), row("P02-S03", "R2"),
        ),
        1,
    )  # fmt: skip
    found = balance(plan, sessions, Settings(0.5, 1, ("R1", "R2", "R3"), parse_bars(["R3=therapist:T2"])))
    assert found["double"] == {"count": 3, "required": 3}
    assert found["pairs"]["counts"] == {"R1-R2": 2, "R1-R3": 1, "R2-R3": 0}
    assert (found["pairs"]["min"], found["pairs"]["max"], found["pairs"]["excess"]) == (0, 2, 2)
    assert found["main_load"]["counts"] == {"R1": 2, "R2": 3, "R3": 1}
    assert found["total_load"]["counts"] == {"R1": 3, "R2": 4, "R3": 2}
    assert set(found["by"]) == {"therapist", "patient", "phase", "therapist_phase"}
    barred = found["by"]["therapist"]["cells"]["T2"]
    assert barred["main"]["counts"] == {"R1": 1, "R2": 2}
    assert barred["double"] == {"count": 2, "share": 1.5, "floor": 1, "ceiling": 2, "beyond": 0}
    assert found["by"]["phase"]["cells"]["I"]["double"]["count"] == 1
    assert (found["by"]["therapist"]["excess"], found["by"]["therapist"]["spread"]) == (0, 1)


def test_a_pair_that_may_never_meet_is_no_cell() -> None:
    sessions = make_sessions(patients=2, therapists=2, each=1)
    plan = Plan((row("P01-S01", "R1"), row("P02-S01", "R2")), 1)
    bars = parse_bars(["R1=patient:P02", "R2=patient:P01"])
    assert balance(plan, sessions, Settings(0.0, 1, ("R1", "R2"), bars))["pairs"]["counts"] == {}
