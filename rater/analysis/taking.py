"""Which points of a session the analysis takes: the mean over its raters, what they agreed on, or the main rater's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rater.scales.scoring import mean_points
from rater.terms import AnalysisRule, Position

Points = Mapping[str, float | None]
Given = tuple[str, Points]
"""Position and raw points of one rating of a session."""


@dataclass(frozen=True)
class Taking:
    """A study's rule, and the consensus of its main wave by session and item, None where no point can be given."""

    rule: AnalysisRule = AnalysisRule.MEAN
    consensus: Mapping[str, Points] = field(default_factory=dict)

    def of(self, session: str, ratings: Sequence[Given]) -> dict[str, float | None]:
        """What a session's items are taken to be, raw; None where there is no point.

        *mean*: the mean over the valid points. *consensus*: the consensus where there is one, else the mean. *main*:
        the point of the main rating, and none where that has none, whatever others gave. The ratings themselves are
        never changed.
        """
        if self.rule is AnalysisRule.MAIN:
            return mean_points(points for position, points in ratings if position == Position.MAIN)
        means = mean_points(points for _, points in ratings)
        return {**means, **self.consensus.get(session, {})} if self.rule is AnalysisRule.CONSENSUS else means
