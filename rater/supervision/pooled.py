"""How far a programme's trainees do what the items name, all of them together: never one beside another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from rater.ratings.completeness import NOT_GIVEN
from rater.scales.schema import Item, Scale
from rater.supervision.profile import Points, keyed_share

LEAST_TRAINEES = 5
"""With fewer trainees a pooled figure would tell of single ones, so there is none."""


@dataclass(frozen=True)
class PooledItem:
    """An item over all trainees: the mean of their mean shares of its range, and how many it rests on.

    `share` is None with fewer than `LEAST_TRAINEES`.
    """

    item: Item
    share: float | None
    trainees: int


@dataclass(frozen=True)
class PooledScale:
    """A scale's items, pooled."""

    scale: Scale
    items: tuple[PooledItem, ...]


def pooled(scales: Iterable[Scale], trainees: Sequence[Sequence[Points]]) -> list[PooledScale]:
    """Each scale over the rated sessions of each trainee; a trainee counts once, however many sessions there are."""
    return [
        PooledScale(scale, tuple(_pooled(item, trainees) for item in scale.items if item.points)) for scale in scales
    ]


def _pooled(item: Item, trainees: Sequence[Sequence[Points]]) -> PooledItem:
    means = [fmean(shares) for sessions in trainees if (shares := _shares(item, sessions))]
    return PooledItem(item, fmean(means) if len(means) >= LEAST_TRAINEES else None, len(means))


def _shares(item: Item, sessions: Sequence[Points]) -> list[float]:
    return [share for each in sessions if (share := keyed_share(item, each.get(item.id, NOT_GIVEN).value)) is not None]
