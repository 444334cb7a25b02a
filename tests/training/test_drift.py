"""Drift: raised where a rater or the agreement changes, and not where neither does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pytest

from rater.statistics.gtheory import NOTHING_DOUBLE_CODED
from rater.training.drift import EARLY, FEW, DatedRating, DriftPolicy, drift

MONDAY = date(2026, 3, 2)
ITEMS = [f"i{number}" for number in range(8)]


def rated(
    seed: int, *, weeks: int = 12, from_week: int = 99, stricter: float = 0.0, noisier: float = 0.0
) -> Iterable[DatedRating]:
    """Five raters of a study like the source's; from a week on R1 is stricter, or all see each session more apart."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(5) for b in range(a)]
    severity = rng.normal(0, 0.15, 5)
    for session in range(200):
        week = int(rng.integers(weeks))
        base = rng.normal(2, 0.6) + rng.normal(0, 0.5, len(ITEMS))
        for rater in pairs[session // 5 % 10] if session % 5 < 2 else (session % 5,):
            spread = 0.4 + noisier * (week >= from_week)
            seen = base + severity[rater] - stricter * (rater == 0 and week >= from_week)
            points = np.clip(np.round(seen + rng.normal(0, spread, len(ITEMS))), 0, 4)
            day = MONDAY + timedelta(weeks=week, days=int(rng.integers(5)))
            given = dict(zip(ITEMS, points.tolist(), strict=True))
            yield DatedRating(f"R{rater + 1}", f"S{session}", day, float(points.mean()), given)


def alerts(ratings: Iterable[DatedRating]) -> list[tuple[str, date]]:
    return [(rater, week.week) for rater, week in drift(list(ratings), DriftPolicy()).drifted]


def test_a_rater_who_becomes_stricter_is_told_within_three_weeks_and_nobody_else():
    since, until = MONDAY + timedelta(weeks=7), MONDAY + timedelta(weeks=9)
    seen = others = 0
    for seed in range(20):
        found = alerts(rated(seed, from_week=7, stricter=1.2))
        seen += any(rater == "R1" and since <= week <= until for rater, week in found)
        others += any(rater not in ("R1", "") for rater, _ in found)
    assert seen >= 18
    assert others <= 1


def test_without_a_change_there_is_hardly_an_alert():
    assert sum(bool(alerts(rated(seed))) for seed in range(40)) <= 4


def test_raters_who_come_to_see_sessions_apart_are_told_by_their_agreement():
    told = sum(any(rater == "" for rater, _ in alerts(rated(seed, from_week=6, noisier=1.0))) for seed in range(10))
    assert told >= 9


def test_the_band_is_as_wide_as_the_policy_says_and_a_shift_below_the_smallest_is_none():
    ratings = list(rated(1, from_week=7, stricter=1.2))
    narrow, wide = (drift(ratings, DriftPolicy(sigma=sigma)).by_week["R1"][-1] for sigma in (2.0, 4.0))
    assert wide.high == pytest.approx(2 * narrow.high)
    assert wide.low == -wide.high
    assert wide.shift == narrow.shift
    assert drift(ratings, DriftPolicy(smallest_shift=4.0)).by_week["R1"][-1].drifted is False


def test_too_few_ratings_are_said_to_be_too_few():
    weeks = drift(list(rated(1)), DriftPolicy()).by_week["R1"]
    assert weeks[0].reason in (FEW, EARLY)
    assert weeks[-1].reason is None
    few = drift(list(rated(1)), DriftPolicy(least_ratings=500)).by_week["R1"][-1]
    assert few.reason == FEW


def test_raters_who_share_no_session_have_no_severity_and_the_reason_is_said():
    alone = [DatedRating(f"R{n % 2}", f"S{n}", MONDAY, float(n % 3)) for n in range(12)]
    found = drift(alone, DriftPolicy())
    assert found.reason == NOTHING_DOUBLE_CODED
    assert (found.severity, found.agreement, found.drifted) == ({}, [], [])
    assert drift([], DriftPolicy()).reason is not None


def test_nobody_is_the_same_rater_twice():
    with pytest.raises(ValueError, match="one rater"):
        drift([DatedRating("R1", "S1", MONDAY, 1.0)] * 2, DriftPolicy())
