"""Which seconds somebody does not hear, and which versions that takes."""

from __future__ import annotations

import pytest

from rater.recordings.masking import (
    Mask,
    hidden_from,
    merged,
    quiet_in,
    read_time,
    span_faults,
    told_time,
    version_key,
    versions_needed,
)
from rater.terms import Role

RATER, TRAINEE, SUPERVISOR, COORDINATOR = Role.RATER, Role.TRAINEE, Role.SUPERVISOR, Role.COORDINATOR
MASKS = [
    Mask(10, 20, frozenset({RATER})),
    Mask(15, 30, frozenset({RATER, TRAINEE})),
    Mask(50, 60, frozenset({TRAINEE})),
]


def test_stretches_that_touch_are_one() -> None:
    assert merged([(5, 9), (1, 3), (3, 4), (2, 2), (8, 10)]) == ((1, 4), (5, 10))


def test_every_prohibition_wins() -> None:
    assert hidden_from(MASKS, {RATER}) == ((10, 30),)
    assert hidden_from(MASKS, {TRAINEE}) == ((15, 30), (50, 60))
    assert hidden_from(MASKS, {COORDINATOR, RATER}) == ((10, 30),), "no other role gives back what one forbids"
    assert hidden_from(MASKS, {RATER, TRAINEE}) == ((10, 30), (50, 60))
    assert hidden_from(MASKS, {COORDINATOR}) == ()
    assert hidden_from(MASKS, set()) == ()


def test_a_version_for_every_set_of_roles_and_no_more() -> None:
    assert versions_needed([]) == frozenset()
    assert versions_needed([Mask(1, 2, frozenset({RATER, TRAINEE, SUPERVISOR}))]) == {((1, 2),)}
    needed = versions_needed(MASKS)
    held = [{RATER}, {TRAINEE}, {RATER, TRAINEE}, {RATER, COORDINATOR}]
    assert needed == {hidden_from(MASKS, roles) for roles in held}


def test_a_key_names_the_file_and_the_seconds() -> None:
    keys = {version_key("a", ((1, 2),)), version_key("b", ((1, 2),)), version_key("a", ((1, 2.5),))}
    assert len(keys) == 3
    assert version_key("a", ((1, 2),)) == version_key("a", ((1.0, 2.0),))


def test_nothing_tells_what_is_spoken_in_a_hidden_stretch() -> None:
    assert quiet_in([(1, 3), (12, 13), (14, 16)], [(10, 15)]) == [(1, 3), (10, 16)]
    assert quiet_in(None, [(10, 15)]) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:05", 5),
        ("1:15.8", 75.8),
        ("1:15,8", 75.8),
        ("1:02:03", 3723),
        ("75.8", 75.8),
        (" 12:31 ", 751),
        ("90:00", 5400),
    ],
)
def test_times_as_people_write_them(text: str, seconds: float) -> None:
    assert read_time(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "a", "1:60", "1:5", "-1", "1:2:3:4", "0x5", "1:05-1:10", "١:٠٥", "nan", "1e3"])
def test_what_is_no_time(text: str) -> None:
    assert read_time(text) is None


def test_a_time_that_is_told_can_be_read() -> None:
    for tenths in range(0, 40_000, 7):
        assert read_time(told_time(tenths / 10)) == pytest.approx(tenths / 10)


def test_spans_lie_within_the_recording() -> None:
    assert span_faults(0, 60, 60) == []
    for start, stop in ((5, 5), (6, 5), (50, 70), (-1, 3)):
        assert len(span_faults(start, stop, 60)) == 1
