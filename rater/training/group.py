"""A rater beside the group: the mean of the others on the same sessions, in which nobody is told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from rater.scales.schema import Score
from rater.training.comparison import Cells, point
from rater.training.criterion import RaterComparison, with_criterion


def mean_of_others(points: Mapping[str, Cells], rater: str) -> dict[tuple[str, str], float | None]:
    """The mean point of all but this rater by session and item; None where others rated the session, not the item."""
    given: dict[tuple[str, str], list[float]] = defaultdict(list)
    for other, cells in points.items():
        if other != rater:
            for session, item in cells:
                value = point(cells, session, item)
                given[session, item] += [] if value is None else [value]
    return {key: float(np.mean(values)) if values else None for key, values in given.items()}


def with_group(
    points: Mapping[str, Cells], rater: str, items: Sequence[str], scores: Sequence[Score]
) -> RaterComparison | None:
    """One rater beside the mean of the others, from keyed points of all; None where they share no session.

    Differences are rater minus group. Shares of equal points say little beside a mean.
    """
    found = with_criterion({rater: points.get(rater, {})}, mean_of_others(points, rater), items, scores)[rater]
    return found if found.sessions else None
