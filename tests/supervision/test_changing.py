"""What is said of the second half of a period against the first."""

from __future__ import annotations

import pytest

from rater.config import data_folder
from rater.ratings.completeness import GivenPoint
from rater.scales.loading import load_scale
from rater.supervision.changing import Change, Direction, Mostly, changes_in, mostly
from rater.supervision.profile import Rated, profile_of
from rater.terms import RatedBy

SCALE = load_scale((data_folder("scales") / "ghes.yaml").read_text(encoding="utf-8"))


def change(item: str, first: list[float], second: list[float], by: RatedBy = RatedBy.SUPERVISOR) -> Change:
    given = [{item: GivenPoint(value)} for value in (*first, *second)]
    sessions = [Rated(each, {}) if by is RatedBy.SELF else Rated({}, each) for each in given]
    (profile,) = profile_of([SCALE], sessions)
    halves = [True] * len(first) + [False] * len(second)
    return next(each for each in changes_in(profile, by, halves) if each.item.id == item)


@pytest.mark.parametrize("by", list(RatedBy)[:2])
@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ([0, 0, 1], [3, 4, 4], (Mostly.SELDOM, Mostly.OFTEN, Direction.MORE)),
        ([4, 4, 4], [2, 2, 2], (Mostly.OFTEN, Mostly.NOW_AND_THEN, Direction.LESS)),
        ([2, 2, 2], [2, 2, 3], (Mostly.NOW_AND_THEN, Mostly.NOW_AND_THEN, Direction.SAME)),
        ([2, 2], [4, 4, 4], (None, Mostly.OFTEN, None)),
        ([2, 2, 2], [], (Mostly.NOW_AND_THEN, None, None)),
    ],
)
def test_a_change_is_told_where_both_halves_say_something(
    first: list[float], second: list[float], told: tuple[Mostly | None, Mostly | None, Direction | None], by: RatedBy
) -> None:
    found = change("ghes1", first, second, by)
    assert (found.first, found.second, found.direction) == told


def test_half_a_point_of_four_is_a_change_and_less_is_none() -> None:
    assert change("ghes1", [2, 2, 2, 2], [2, 2, 3, 3]).direction is Direction.MORE
    assert change("ghes1", [2, 2, 2, 2], [2, 2, 2, 3]).direction is Direction.SAME


def test_a_reversed_item_is_turned() -> None:
    assert next(each for each in SCALE.items if each.id == "ghes5").reverse
    assert change("ghes5", [4, 4, 4], [0, 0, 0]).direction is Direction.MORE


def test_the_words_keep_to_the_bounds_of_a_profile() -> None:
    assert [mostly(each) for each in (0.75, 0.74, 0.26, 0.25)] == [
        Mostly.OFTEN,
        Mostly.NOW_AND_THEN,
        Mostly.NOW_AND_THEN,
        Mostly.SELDOM,
    ]
