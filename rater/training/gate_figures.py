"""The figures that the reliability gate judges: agreement of all raters, or of one rater with the criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rater.scales.schema import Score
from rater.statistics.icc import iccs
from rater.statistics.result import Estimate, Floats
from rater.terms import GateStatistic, GateUnit
from rater.training.comparison import Cells, ScoreComparison, point, score_in, sessions_of
from rater.training.criterion import RaterComparison
from rater.training.gate import Attained, GatePolicy
from rater.training.over_items import over_items

FORM = "2,k"


@dataclass(frozen=True)
class GroupAgreement:
    """How far all raters together agree on one score.

    Attributes
    ----------
    raters : tuple of str
        The codes of the k raters.
    score : Estimate
        ICC(2,k) of the score, with the F-based interval; its `n` counts the sessions that have the score from all.
    items : dict
        ICC(2,k) of each item.
    item_mean, item_median : Estimate
        Over the items, as the source study reports it; the mean has an interval (see `over_items.over_items`).
    """

    raters: tuple[str, ...]
    score: Estimate
    items: dict[str, Estimate]
    item_mean: Estimate
    item_median: Estimate

    def of(self, unit: GateUnit) -> Estimate:
        """The figure of one unit."""
        return {GateUnit.SCORE: self.score, GateUnit.ITEM_MEAN: self.item_mean, GateUnit.ITEM_MEDIAN: self.item_median}[
            unit
        ]

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "raters": list(self.raters),
            "score": self.score.as_dict(),
            "items": {item: each.as_dict() for item, each in self.items.items()},
            "item_mean": self.item_mean.as_dict(),
            "item_median": self.item_median.as_dict(),
        }


def group_agreement(points: Mapping[str, Cells], scores: Sequence[Score]) -> dict[str, GroupAgreement]:
    """The agreement of all raters on each score of one scale, from keyed points of each rater by session and item.

    Only sessions that every rater rated count, each item and score by those with a point from all. Scores that join
    two sessions are passed over.
    """
    raters = tuple(sorted(points))
    common = sorted(set.intersection(*(sessions_of(points[rater]) for rater in raters))) if raters else []
    return {each.name: _agreed(points, raters, common, each) for each in scores if not each.lagged}


def _agreed(
    points: Mapping[str, Cells], raters: tuple[str, ...], sessions: Sequence[str], wanted: Score
) -> GroupAgreement:
    by_score = _table([[score_in(points[rater], each, wanted) for rater in raters] for each in sessions], raters)
    by_item = [
        _table([[point(points[rater], each, item) for rater in raters] for each in sessions], raters)
        for item in wanted.items
    ]
    cube = np.stack(by_item)
    items = {item: found[FORM] for item, found in zip(wanted.items, iccs(cube, (FORM,)), strict=True)}
    return GroupAgreement(raters, iccs(by_score, (FORM,))[0][FORM], items, *over_items(cube, FORM))


def _table(rows: Sequence[Sequence[float | None]], raters: Sequence[str]) -> Floats:
    return np.array(rows, dtype=float).reshape(len(rows), len(raters))


def of_group(agreement: Mapping[str, GroupAgreement], policy: GatePolicy) -> dict[str, Attained]:
    """What the gate judges where the policy looks at ICC(2,k) of all raters; raises ValueError where it does not."""
    if policy.statistic is not GateStatistic.ICC_GROUP:
        raise ValueError(f"{policy.statistic} is not a figure of all raters")
    return {name: Attained(each.of(policy.unit), each.of(policy.unit).n) for name, each in agreement.items()}


def of_rater(comparison: RaterComparison, policy: GatePolicy) -> dict[str, Attained]:
    """What the gate judges where the policy looks at one rater beside the criterion; else raises ValueError.

    Shares of agreement of a score are pooled over its items whatever the unit: their mean over items is the same
    share where nothing is missing.
    """
    if policy.statistic is GateStatistic.ICC_GROUP:
        raise ValueError(f"{policy.statistic} is no figure of one rater")
    return {name: Attained(_figure(each, policy), each.n) for name, each in comparison.scores.items()}


def _figure(each: ScoreComparison, policy: GatePolicy) -> Estimate:
    if policy.statistic is GateStatistic.EXACT:
        return each.exact
    if policy.statistic is GateStatistic.WITHIN_ONE:
        return each.within_one
    units = {GateUnit.SCORE: each.icc, GateUnit.ITEM_MEAN: each.item_mean, GateUnit.ITEM_MEDIAN: each.item_median}
    return units[policy.unit]
