"""Two ratings side by side: differences per item, and per score by the scale's own rules."""

from __future__ import annotations

import pytest

from rater.ratings.completeness import GivenPoint
from rater.scales.loading import load_scale
from rater.supervision.comparing import ScalePair, compared
from tests.builders.study import shipped

GHES = load_scale(shipped("ghes")[0][1])
STHAR = load_scale(shipped("sthar")[0][1])
ITEMS = [f"ghes{n}" for n in range(1, 8)]


def pair(own: dict[str, float | str], theirs: dict[str, float | str]) -> ScalePair:
    sides = [
        {
            item: GivenPoint(None, each) if isinstance(each, str) else GivenPoint(float(each))
            for item, each in side.items()
        }
        for side in (own, theirs)
    ]
    return compared([GHES], *sides)[0]


def test_differences_tell_how_far_the_own_point_lies_above() -> None:
    found = pair({"ghes1": 3, "ghes2": 1, "ghes3": 2, "ghes4": "not_ratable"}, {"ghes1": 1, "ghes2": 4, "ghes3": 2})
    told = {each.item.id: each.difference for each in found.items}
    assert told == {**dict.fromkeys(ITEMS), "ghes1": 2, "ghes2": -3, "ghes3": 0}
    assert found.items[3].own.missing_code == "not_ratable"


def test_scores_are_means_of_keyed_items() -> None:
    """Item 5 of the shipped scale is reversed: 1 counts as 3, so the means are 3 and 2 and not 19/7 and 2."""
    own: dict[str, float | str] = {**dict.fromkeys(ITEMS, 3.0), "ghes5": 1.0}
    score, *_ = pair(own, dict.fromkeys(ITEMS, 2.0)).scores
    assert (score.own, score.theirs, score.difference) == (pytest.approx(3), pytest.approx(2), pytest.approx(1))


def test_a_score_of_too_few_items_has_no_difference() -> None:
    score, *_ = pair(dict.fromkeys(ITEMS, 2.0), {"ghes1": 2}).scores
    assert (score.theirs, score.difference) == (None, None)
    assert score.own == 2


def test_scores_that_take_the_session_before_are_left_out() -> None:
    (found,) = compared([STHAR], {}, {})
    lagged = {name for name, each in STHAR.scores.items() if each.lagged}
    assert lagged
    assert {each.score.name for each in found.scores} == STHAR.scores.keys() - lagged
