"""A rater beside the own earlier ratings: worked by hand and by pingouin."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pingouin
import pytest

from rater.scales.schema import Rule, Score
from rater.statistics.result import NO_VARIANCE, ONE_UNIT
from rater.training.repeats import Repeat, with_themselves

ITEMS = ("a", "b")
AB = Score("AB", ITEMS, Rule.MEAN, min_valid=2)
DAY = date(2026, 3, 2)
FIRST = [(3, 2), (1, 1), (4, 4), (0, 1), (2, 3), (4, 2)]
SECOND = [(4, 2), (1, 2), (4, 4), (1, 1), (2, 3), (2, 2)]


def repeats(first=FIRST, second=SECOND, rater: str = "R1", days: tuple[int, ...] = (30, 10, 20, 40, 50, 60)):
    return [
        Repeat(rater, f"S{n}", dict(zip(ITEMS, one, strict=True)), dict(zip(ITEMS, two, strict=True)),
               DAY, DAY + timedelta(days=days[n]))
        for n, (one, two) in enumerate(zip(first, second, strict=True))
    ]  # fmt: skip


def icc21(first: list[float], second: list[float]) -> float:
    """ICC(2,1) of two ratings by pingouin."""
    rows = [(s, r, column[s]) for r, column in enumerate((first, second)) for s in range(len(first))]
    long = pd.DataFrame(rows, columns=["s", "r", "y"])
    found = pingouin.intraclass_corr(long, targets="s", raters="r", ratings="y")
    return float(found[found["Type"].isin(["ICC2", "ICC(A,1)"])].iloc[0]["ICC"])


def test_the_figures_are_those_worked_by_hand_and_by_pingouin():
    found = with_themselves(repeats(), ITEMS, [AB])["R1"]
    assert (found.n, found.days_between) == (6, 35.0)
    item = found.items["a"]
    assert item.difference.value == pytest.approx((1 + 1 - 2) / 6)
    assert (item.exact.value, item.within_one.value) == (pytest.approx(3 / 6), pytest.approx(5 / 6))
    score = found.scores["AB"]
    assert score.difference.value == pytest.approx((0.5 + 0.5 + 0.5 - 1.0) / 6)
    assert (score.exact.value, score.within_one.value) == (pytest.approx(8 / 12), pytest.approx(11 / 12))
    assert score.icc.value == pytest.approx(icc21([np.mean(p) for p in FIRST], [np.mean(p) for p in SECOND]))
    assert item.icc.value == pytest.approx(icc21([p[0] for p in FIRST], [p[0] for p in SECOND]))


def test_a_rater_who_has_become_more_generous_has_a_positive_difference():
    higher = [(min(a + 1, 4), b) for a, b in FIRST]
    assert with_themselves(repeats(FIRST, higher), ITEMS, [AB])["R1"].items["a"].difference.value > 0
    assert with_themselves(repeats(higher, FIRST), ITEMS, [AB])["R1"].items["a"].difference.value < 0


def test_each_rater_is_compared_with_the_own_ratings_alone():
    alone = with_themselves(repeats(), ITEMS, [AB])["R1"]
    both = with_themselves([*repeats(SECOND, FIRST, "R0"), *repeats()[::-1]], ITEMS, [AB])
    assert list(both) == ["R0", "R1"]
    assert both["R1"] == alone
    assert both["R0"].items["a"].difference.value == pytest.approx(-alone.items["a"].difference.value)


def test_what_was_missing_is_counted_and_left_out():
    given = repeats([(3, None), (1, None), (4, 4)], [(4, 2), (1, None), (4, 4)])
    found = with_themselves(given, ITEMS, [AB])["R1"]
    item = found.items["b"]
    assert (item.n, item.n_missing, item.n_both_missing) == (1, 2, 1)
    assert item.icc.reason == ONE_UNIT
    assert found.scores["AB"].n == 1
    json.dumps(found.as_dict(), allow_nan=False)


def test_the_same_points_throughout_agree_and_have_no_icc():
    found = with_themselves(repeats([(2, 2)] * 4, [(2, 2)] * 4), ITEMS, [AB])["R1"].scores["AB"]
    assert (found.exact.value, found.icc.reason) == (1.0, NO_VARIANCE)
    assert with_themselves([], ITEMS, [AB]) == {}


def test_a_session_twice_or_a_second_before_the_first_is_refused():
    with pytest.raises(ValueError, match="more than once"):
        with_themselves([*repeats(), *repeats()], ITEMS, [AB])
    with pytest.raises(ValueError, match="earlier"):
        with_themselves(repeats(days=(-1, 1, 1, 1, 1, 1)), ITEMS, [AB])
