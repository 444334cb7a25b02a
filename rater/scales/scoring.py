"""From points to scores: keyed values, means and sums over valid items, means over raters.

With P the points given, x an item's raw value and [a, b] its range, the keyed value is k = a + b - x for a reversed
item and k = x otherwise. A score over the items I is the mean or the sum of k over the valid items V of I, provided
that |V| >= min_valid; a sum is not scaled up for missing items.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rater.errors import Refused
from rater.scales.schema import Item, Rule, Scale, Score
from rater.terms import Reason

Points = Mapping[str, float | None]


def keyed(item: Item, value: float) -> float:
    """The value as scores use it: turned within the item's range if the item is reversed, raw otherwise."""
    if not item.reverse or item.minimum is None or item.maximum is None:
        return value
    return item.minimum + item.maximum - value


def score(scale: Scale, name: str, points: Points) -> float | None:
    """One score of one session from raw points, or None with fewer than `min_valid` valid items.

    Missing points are None, NaN or absent. Raises `NotFound` for an unknown score and `Refused` for one that takes
    items of the previous session: see `lagged_score`.
    """
    wanted = scale.score(name)
    if wanted.lagged:
        raise Refused(Reason("{score} needs the points of the previous session too", {"score": name}))
    return _combine(scale, wanted, points)


def scores_of(scale: Scale, points: Points) -> dict[str, float | None]:
    """Every score that one session yields by itself, in the scale's order; lagged ones are left out."""
    return {name: _combine(scale, each, points) for name, each in scale.scores.items() if not each.lagged}


def lagged_score(scale: Scale, name: str, points: Points, previous_points: Points | None) -> float | None:
    """One score with its `from_previous_session` items taken from the session before, raw points in both.

    None where the previous session is missing (None) although items come from it, or too few items are valid.
    """
    wanted = scale.score(name)
    if wanted.lagged and previous_points is None:
        return None
    earlier = {item: (previous_points or {}).get(item) for item in wanted.from_previous_session}
    return _combine(scale, wanted, {**points, **earlier})


def mean_points(ratings: Iterable[Points]) -> dict[str, float | None]:
    """Per item the mean of the raters' valid raw points of one session, None where no rater gave one."""
    given: dict[str, list[float]] = {}
    for points in ratings:
        for item, value in points.items():
            given.setdefault(item, []).extend([] if _missing(value) else [float(value or 0)])
    return {item: math.fsum(values) / len(values) if values else None for item, values in given.items()}


def _combine(scale: Scale, wanted: Score, points: Points) -> float | None:
    values = [
        keyed(item, float(value))
        for item in scale.items
        if item.id in wanted.items and (value := points.get(item.id)) is not None and not _missing(value)
    ]
    return combined(wanted, values)


def combined(wanted: Score, values: Sequence[float]) -> float | None:
    """The score of its valid keyed values; None where they are fewer than `min_valid`."""
    if len(values) < max(wanted.min_valid, 1):
        return None
    total = math.fsum(values)
    return total / len(values) if wanted.rule is Rule.MEAN else total


def _missing(value: float | None) -> bool:
    return value is None or math.isnan(value)
