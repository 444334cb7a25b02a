"""Which session of a patient follows another."""

from __future__ import annotations

from rater.recordings.succession import follows_first, next_held, previous_held


def test_homework_goes_to_the_next_session_held_whatever_lies_between() -> None:
    assert [next_held(each, (0, 1, 4)) for each in (0, 1, 4)] == [1, 4, None]
    assert [previous_held(each, (0, 1, 4)) for each in (0, 1, 4)] == [None, 0, 1]


def test_a_new_session_follows_where_none_did_before() -> None:
    held = {1: 11, 2: 12, 4: 14, 5: 15}
    assert follows_first(2, held, {14, 15}) == 14
    assert follows_first(2, held, {14}) is None, "session 5 was there, and the homework was not due in it"
    assert follows_first(1, held, {14, 15}) is None
    assert follows_first(5, held, {15}) is None
