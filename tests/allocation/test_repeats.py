"""Which sessions are rated again, and where they hide."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from rater.allocation.repeats import given_again, spread_among
from tests.allocation.builders import make_sessions


@pytest.mark.parametrize(("share", "number"), [(0.1, 5), (0.01, 0), (0.5, 24), (1.0, 48)])
def test_the_share_is_exact_and_from_every_therapist(share: float, number: int) -> None:
    sessions = make_sessions()
    chosen = given_again({"R1": sessions}, share, 3)["R1"]
    assert len(set(chosen)) == len(chosen) == number
    assert given_again({"R1": sessions[::-1]}, share, 3)["R1"] == chosen
    by = [sum(each.therapist == name for each in sessions if each.id in chosen) for name in ("T1", "T2")]
    assert abs(by[0] - by[1]) <= 1


def test_another_seed_chooses_others() -> None:
    rated = {"R1": make_sessions()}
    assert given_again(rated, 0.2, 1) != given_again(rated, 0.2, 2)


def test_repeats_are_spread_over_the_places_that_wait() -> None:
    places = spread_among(range(11, 51), 4, Random(2))
    assert places == sorted(places)
    assert all(11 <= place <= 50 for place in places)
    assert all(8 <= after - before <= 12 for before, after in pairwise(places))
    assert spread_among([], 3, Random(2)) == [1, 2, 3]
