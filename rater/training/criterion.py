"""How raters compare with the criterion ratings, the consensus of experts on the same sessions.

Signed differences are rater minus criterion: a positive one says that the rater gives higher points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rater.scales.schema import Score
from rater.training.comparison import Cells, Comparison, ScoreComparison, compare, compare_score, point, shared

__all__ = ["Cells", "RaterComparison", "with_criterion"]


@dataclass(frozen=True)
class RaterComparison:
    """One rater beside the criterion.

    Attributes
    ----------
    rater_id : str
        The rater's code.
    sessions : tuple of str
        Ids of the sessions that both the rater and the criterion rated.
    items : dict
        By item id; the first column is the rater's, the second the criterion's.
    scores : dict
        By name of score; scores that join two sessions are left out.
    """

    rater_id: str
    sessions: tuple[str, ...]
    items: dict[str, Comparison]
    scores: dict[str, ScoreComparison]

    @property
    def n_missing(self) -> int:
        """Cells without a point of the rater, the criterion or both."""
        return sum(each.n_missing for each in self.items.values())

    @property
    def n_both_missing(self) -> int:
        """Cells in which rater and criterion agree that no point can be given."""
        return sum(each.n_both_missing for each in self.items.values())

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "rater": self.rater_id,
            "n_sessions": len(self.sessions),
            "n_missing": self.n_missing,
            "n_both_missing": self.n_both_missing,
            "items": {item: each.as_dict() for item, each in self.items.items()},
            "scores": {name: each.as_dict() for name, each in self.scores.items()},
        }


def with_criterion(
    points: Mapping[str, Cells], criterion: Cells, items: Sequence[str], scores: Sequence[Score]
) -> dict[str, RaterComparison]:
    """Each rater beside the criterion, by code in sorted order.

    Parameters
    ----------
    points
        Keyed points (reversed items turned) of each rater by session and item.
    criterion
        Those of the criterion, in the same shape. Sessions that it does not hold are not compared.
    items
        Ids of the items to compare, in the scale's order. An item of a session that both rated which lacks a point is
        counted as missing and left out.
    scores
        Of the same scale; those that take items of the previous session are passed over.
    """
    return {rater: _compared(rater, points[rater], criterion, items, scores) for rater in sorted(points)}


def _compared(
    rater: str, given: Cells, criterion: Cells, items: Sequence[str], scores: Sequence[Score]
) -> RaterComparison:
    sessions = shared(given, criterion)
    return RaterComparison(
        rater,
        tuple(sessions),
        {
            item: compare([(point(given, each, item), point(criterion, each, item)) for each in sessions])
            for item in items
        },
        {each.name: compare_score(given, criterion, each) for each in scores if not each.lagged},
    )
