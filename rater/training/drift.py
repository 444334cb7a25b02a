"""Whether raters change while they rate: their severity and their agreement, week by week, with control bands.

References
----------
Montgomery, D. C. (2019). Introduction to statistical quality control (8th ed.). Wiley: limits at three standard errors.
Myford, C. M., & Wolfe, E. W. (2009). Monitoring rater performance over time: a framework for detecting differential
    accuracy and differential scale category use. Journal of Educational Measurement, 46, 371-389.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from statistics import fmean, stdev
from typing import Any

import numpy as np

from rater.statistics.crossed import fit
from rater.statistics.gtheory import design_of, obstacle
from rater.statistics.result import Estimate, Floats, Ints
from rater.statistics.severity import Stretches, differences, severities, stretches
from rater.terms import Reason

EARLY = Reason("too few earlier ratings")
FEW = Reason("too few ratings in these weeks")


@dataclass(frozen=True)
class DriftPolicy:
    """What counts as drift.

    The ratings of `weeks` weeks together are compared with the rater's earlier ones; a shift is drift where it exceeds
    `sigma` standard errors and `smallest_shift` points of the score, resting on `least_ratings` ratings on both sides.
    """

    weeks: int = 2
    sigma: float = 3.0
    smallest_shift: float = 0.25
    least_ratings: int = 5


@dataclass(frozen=True)
class DatedRating:
    """One rater's rating of one session: the day on which it was submitted, its score, and its keyed points by item."""

    rater_id: str
    session_id: str
    day: date
    score: float
    points: Mapping[str, float] = field(default_factory=dict)

    @property
    def week(self) -> date:
        """The Monday of the week in which it was submitted."""
        return self.day - timedelta(days=self.day.weekday())


@dataclass(frozen=True)
class Watched:
    """A figure of one week and those before it that are looked at together, against what came earlier.

    `shift` is the change; `low` and `high` are the control band around no change. Without a shift, `reason` says why.
    """

    week: date
    n: int
    shift: float | None = None
    low: float | None = None
    high: float | None = None
    drifted: bool = False
    reason: Reason | None = None

    @property
    def is_outside(self) -> bool:
        """Whether the shift lies outside its band."""
        return self.shift is not None and self.high is not None and abs(self.shift) > self.high

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        told = asdict(self) | {"week": self.week.isoformat()}
        return told | {"reason": None if self.reason is None else str(self.reason)}


@dataclass(frozen=True)
class Drift:
    """How raters have changed on one score.

    By rater: `severity` shrunken, `difference` from the mean of the raters not shrunken, `by_week` the shifts.
    `agreement` watches the share of items on which two ratings of a session differ by at most one point, all pairs
    together. `reason` says why there is nothing.
    """

    severity: dict[str, Estimate]
    difference: dict[str, Estimate]
    by_week: dict[str, list[Watched]]
    agreement: list[Watched]
    reason: Reason | None = None

    @property
    def drifted(self) -> list[tuple[str, Watched]]:
        """What left its band: rater, or an empty string for the agreement of all, and the week."""
        raters = [(rater, week) for rater, weeks in self.by_week.items() for week in weeks if week.drifted]
        return raters + [("", week) for week in self.agreement if week.drifted]


def drift(ratings: Sequence[DatedRating], policy: DriftPolicy) -> Drift:
    """Severity and agreement over the weeks of one score.

    Parameters
    ----------
    ratings
        At most one per rater and session. Raises ValueError where there are two.
    policy
        What counts as drift.

    Notes
    -----
    The variances of sessions and residual come from the crossed model of all ratings. The level of each rater in each
    week is estimated by generalised least squares with sessions random, so that a session rated twice compares its
    two raters and a harder session is no severity. The shift is the level of the last weeks, weighted by ratings,
    less that of the rater's earlier weeks. Agreement is compared in the same way, pair by pair.
    """
    if len({(each.rater_id, each.session_id) for each in ratings}) < len(ratings):
        raise ValueError("two ratings of a session by one rater")
    agreement = _agreement(ratings, policy)
    raters = sorted({each.rater_id for each in ratings})
    unit, rater = _places([each.session_id for each in ratings]), _places([each.rater_id for each in ratings])
    y = np.array([each.score for each in ratings], dtype=float)
    reason = obstacle(design_of(unit, rater), y)
    if reason is not None:
        return Drift({}, {}, {name: [] for name in raters}, agreement, reason)
    fitted = fit(unit, rater, y)
    keys = [(each.rater_id, each.week) for each in ratings]
    columns = sorted(set(keys))
    levels = stretches(unit, _places(keys), y, fitted)
    given = np.bincount(_places(keys)).astype(float)
    return Drift(
        dict(zip(raters, severities(unit, rater, y, fitted), strict=True)),
        dict(zip(raters, differences(unit, rater, y, fitted), strict=True)),
        {} if levels is None else {name: _shifts(name, columns, given, levels, policy) for name in raters},
        agreement,
    )


def _places(names: Sequence[Any]) -> Ints:
    order = {name: place for place, name in enumerate(sorted(set(names)))}
    return np.array([order[name] for name in names], dtype=np.int64)


def _shifts(
    rater: str, columns: Sequence[tuple[str, date]], given: Floats, levels: Stretches, policy: DriftPolicy
) -> list[Watched]:
    found = []
    for week in [each for name, each in columns if name == rater]:
        since = week - timedelta(weeks=policy.weeks - 1)
        here = [place for place, (name, each) in enumerate(columns) if name == rater and since <= each <= week]
        before = [place for place, (name, each) in enumerate(columns) if name == rater and each < since]
        n, reason = int(given[here].sum()), _too_few(given[here].sum(), given[before].sum(), policy)
        if reason is not None:
            found.append(Watched(week, n, reason=reason))
            continue
        weights = np.zeros(len(columns))
        weights[here] = given[here] / given[here].sum()
        weights[before] = -given[before] / given[before].sum()
        watched = _watched(week, n, *levels.compare(weights), policy.sigma)
        found.append(replace(watched, drifted=watched.is_outside and abs(watched.shift or 0.0) > policy.smallest_shift))
    return found


def _too_few(here: float, before: float, policy: DriftPolicy) -> Reason | None:
    if here < policy.least_ratings:
        return FEW
    return EARLY if before < policy.least_ratings else None


def _watched(week: date, n: int, shift: float, error: float, sigma: float) -> Watched:
    return Watched(week, n, shift, -sigma * error, sigma * error)


def _agreement(ratings: Sequence[DatedRating], policy: DriftPolicy) -> list[Watched]:
    """The share of items within one point: the last weeks' pairs less the earlier ones."""
    pairs = _pairs(ratings)
    if len(pairs) < 2:
        return []
    spread = stdev([share for _, share in pairs])
    found = []
    for week in sorted({week for week, _ in pairs}):
        since = week - timedelta(weeks=policy.weeks - 1)
        here = [share for each, share in pairs if since <= each <= week]
        before = [share for each, share in pairs if each < since]
        reason = _too_few(len(here), len(before), policy)
        if reason is not None:
            found.append(Watched(week, len(here), reason=reason))
            continue
        error = spread * math.sqrt(1 / len(here) + 1 / len(before))
        watched = _watched(week, len(here), fmean(here) - fmean(before), error, policy.sigma)
        found.append(replace(watched, drifted=watched.is_outside and (watched.shift or 0.0) < 0))
    return found


def _pairs(ratings: Sequence[DatedRating]) -> list[tuple[date, float]]:
    """Each pair of ratings of a session with common items: the later week, and the share of items within one point."""
    sessions: dict[str, list[DatedRating]] = {}
    for rating in ratings:
        sessions.setdefault(rating.session_id, []).append(rating)
    found = []
    for given in sessions.values():
        for one, other in combinations(sorted(given, key=lambda each: each.rater_id), 2):
            both = one.points.keys() & other.points.keys()
            if both:
                within = sum(abs(one.points[item] - other.points[item]) <= 1 for item in both)
                found.append((max(one.week, other.week), within / len(both)))
    return found
