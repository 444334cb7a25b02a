"""Intervals of listening: merged whatever the order, counted once, and never more than the recording holds."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rater.errors import BadInput
from rater.ratings.coverage import (
    MOST_INTERVALS,
    Interval,
    heard_seconds,
    may_rate,
    merged,
    read_heard,
    read_place,
    share_heard,
    union,
)
from rater.terms import RateAtEnd

DURATION = 120.0
SPEEDS = (0.75, 1.0, 1.5, 2.0)
STRETCHES = st.builds(
    lambda start, length: (start, min(start + length, DURATION)), st.floats(0, 119), st.floats(0.01, 60)
)
INTERVALS = st.builds(lambda pair, speed: (*pair, speed), STRETCHES, st.sampled_from(SPEEDS))
HEARD = st.lists(INTERVALS, max_size=12)


def every_tenth(heard: list[Interval], speed: float | None = None) -> set[int]:
    """The tenths of a second that intervals cover, one by one: what merging must agree with."""
    return {
        tenth
        for start, stop, at in heard
        if speed in (None, at)
        for tenth in range(round(start * 10), round(stop * 10))
    }


@given(HEARD, HEARD, HEARD)
def test_merging_is_the_same_in_any_order_and_number(first: list[Any], second: list[Any], third: list[Any]) -> None:
    together = merged(first, second)
    assert merged(together) == together
    assert merged(second, first) == together
    assert merged(merged(together), third) == merged(first, merged(second, third)) == merged(first, second, third)
    assert merged(first, first, second, first) == together


@given(HEARD)
def test_merging_keeps_every_second_at_its_speed(heard: list[Any]) -> None:
    kept = merged(heard)
    for speed in SPEEDS:
        told, found = every_tenth(heard, speed), every_tenth(kept, speed)
        assert told <= found
        assert all({tenth - 1, tenth - 2} & told for tenth in found - told), "only gaps below 0.25 s are closed"
    for one, other in ((a, b) for a in kept for b in kept if a != b and a[2] == b[2]):
        assert one[1] + 0.2 < other[0] or other[1] + 0.2 < one[0]


@given(HEARD, st.lists(STRETCHES, max_size=5))
def test_the_share_is_that_of_a_slow_count_and_never_more_than_all(heard: list[Any], silences: list[Any]) -> None:
    kept = merged(heard)
    assert heard_seconds(kept, DURATION) <= DURATION
    assert 0 <= share_heard(kept, DURATION, silences) <= 1
    rounded = [(round(start, 1), round(stop, 1)) for start, stop in silences]
    sound = set(range(1200)) - every_tenth([(*each, 1.0) for each in rounded])
    told = every_tenth([(start, DURATION if stop > DURATION - 0.5 else stop, 1.0) for start, stop, _ in kept])
    quiet_end = [(a, DURATION if b > DURATION - 0.5 else b) for a, b in rounded if a < b]
    sound -= every_tenth([(*each, 1.0) for each in quiet_end])
    wanted = len(told & sound) / len(sound) if sound else 1.0
    assert share_heard(kept, DURATION, rounded) == pytest.approx(wanted, abs=1e-3)


@given(st.lists(STRETCHES, min_size=1, max_size=6))
def test_a_replay_adds_nothing(stretches: list[Any]) -> None:
    heard = [(*each, 1.0) for each in stretches]
    once = heard_seconds(merged(heard), DURATION)
    assert heard_seconds(merged(heard, heard), DURATION) == once
    assert heard_seconds([*merged(heard), *merged(heard)], DURATION) == once


def test_a_sum_instead_of_a_union_would_grow_with_a_replay() -> None:
    """The control of the test above: the same replay, counted wrongly, is seen."""
    heard = [(0.0, 30.0, 1.0), (0.0, 30.0, 2.0)]
    assert math.fsum(stop - start for start, stop, _ in heard) == 60
    assert heard_seconds(heard, DURATION) == 30


def test_speeds_stay_apart_and_the_union_does_not() -> None:
    kept = merged([(0, 10, 1), (10.2, 20, 1), (15, 30, 1.5), (30.6, 31, 1.5)])
    assert kept == [(0.0, 20.0, 1.0), (15.0, 30.0, 1.5), (30.6, 31.0, 1.5)]
    assert union(kept, DURATION) == [(0.0, 30.0), (30.6, 31.0)]
    assert heard_seconds(kept, DURATION) == pytest.approx(30.4)


def test_silence_does_not_count_and_nothing_but_silence_is_heard() -> None:
    half = [(0.0, 60.0, 1.0)]
    assert share_heard(half, DURATION) == 0.5
    assert share_heard(half, DURATION, [(60, 90)]) == pytest.approx(60 / 90, abs=1e-4)
    assert share_heard(half, DURATION, [(0, 60)]) == 0
    assert share_heard([], DURATION, [(0, 120)]) == 1.0
    assert share_heard([], DURATION, []) == 0.0
    assert share_heard([(0.0, 119.6, 1.0)], DURATION) == 1.0, "a player stops a little before the end"


@pytest.mark.parametrize(
    "told",
    [
        [[math.nan, 2, 1]],
        [[0, math.inf, 1]],
        [[0, 2, math.nan]],
        [[-0.1, 2, 1]],
        [[2, 2, 1]],
        [[3, 2, 1]],
        [[0, DURATION + 1.1, 1]],
        [[0, 2, 0.2]],
        [[0, 2, 4.1]],
        [[0, 2]],
        [[0, 2, 1, 1]],
        [[0, "2", 1]],
        [[False, True, 1]],
        ["abc"],
        [None],
        [[0, 10**400, 1]],
        [[0, 1, 1]] * (MOST_INTERVALS + 1),
    ],
)
def test_what_no_player_tells_is_refused(told: list[Any]) -> None:
    with pytest.raises(BadInput):
        read_heard(told, DURATION)


def test_what_a_player_tells_is_taken() -> None:
    assert read_heard([], DURATION) == []
    assert read_heard([[0, 2.04, 1], [119, DURATION + 1, 0.25]], DURATION) == [(0.0, 2.0, 1.0), (119.0, 120.0, 0.25)]
    assert len(read_heard([[0, 1, 1]] * MOST_INTERVALS, DURATION)) == 1
    assert read_place(DURATION + 0.9, 1, DURATION) == (DURATION, 1.0)
    for second, speed in ((math.nan, 1), (-1, 1), (DURATION + 2, 1), (0, 0), (0, math.inf), (10**400, 1)):
        with pytest.raises(BadInput):
            read_place(second, speed, DURATION)


@pytest.mark.parametrize(
    ("setting", "share", "has_points", "is_open", "advised"),
    [
        (RateAtEnd.OFF, None, False, True, False),
        (RateAtEnd.ADVISE, 0.5, False, True, True),
        (RateAtEnd.ADVISE, 0.9, False, True, False),
        (RateAtEnd.REQUIRE, None, False, False, False),
        (RateAtEnd.REQUIRE, 0.8999, False, False, False),
        (RateAtEnd.REQUIRE, 0.9, False, True, False),
        (RateAtEnd.REQUIRE, 0.5, True, True, True),
    ],
)
def test_when_items_are_open(
    setting: RateAtEnd, share: float | None, has_points: bool, is_open: bool, advised: bool
) -> None:
    gate = may_rate(setting, share, 0.9, has_points=has_points)
    assert (gate.open, gate.advised) == (is_open, advised)


def test_percentages_differ_until_the_share_is_reached() -> None:
    assert may_rate(RateAtEnd.REQUIRE, 0.8999, 0.9).percents == {"wanted": 90, "share": 89}
    assert may_rate(RateAtEnd.REQUIRE, 0.9, 0.9).percents == {"wanted": 90, "share": 90}
    assert may_rate(RateAtEnd.REQUIRE, 0.29, 0.57).percents == {"wanted": 57, "share": 29}
