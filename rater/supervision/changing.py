"""How what is done often or seldom has changed from the first half of a period to the second: extent, not skill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from rater.scales.schema import Item
from rater.supervision.profile import LEAST, OFTEN, SELDOM, Extent, ScaleProfile, keyed_share
from rater.terms import RatedBy

NOTICEABLE = 0.125
"""From which difference of two mean shares something is said to have changed: half a point of 0 to 4.

A way to read a few sessions, no test: what is below it is called the same.
"""


class Mostly(StrEnum):
    """How far an item was done in most sessions of a time."""

    OFTEN = "often"
    NOW_AND_THEN = "now_and_then"
    SELDOM = "seldom"


class Direction(StrEnum):
    """Which way the second half went."""

    MORE = "more"
    LESS = "less"
    SAME = "same"


@dataclass(frozen=True)
class Change:
    """An item in both halves, None for a half with too few rated sessions; `direction` only where both can be said."""

    item: Item
    first: Mostly | None
    second: Mostly | None
    direction: Direction | None


def changes_in(profile: ScaleProfile, by: RatedBy, in_first: Sequence[bool]) -> list[Change]:
    """Each item's change by the points of one side; `in_first` says of each session whether it is of the first half."""
    return [_change(each, by, in_first) for each in profile.items]


def mostly(share: float) -> Mostly:
    """A mean share of an item's range in words."""
    if share >= OFTEN:
        return Mostly.OFTEN
    return Mostly.SELDOM if share <= SELDOM else Mostly.NOW_AND_THEN


def _change(row: Extent, by: RatedBy, in_first: Sequence[bool]) -> Change:
    points = row.own if by is RatedBy.SELF else row.theirs
    halves = [
        [
            share
            for point, first in zip(points, in_first, strict=True)
            if first is half and (share := keyed_share(row.item, point.value)) is not None
        ]
        for half in (True, False)
    ]
    before, after = (fmean(each) if len(each) >= LEAST else None for each in halves)
    first, second = (None if each is None else mostly(each) for each in (before, after))
    return Change(row.item, first, second, _direction(before, after))


def _direction(before: float | None, after: float | None) -> Direction | None:
    if before is None or after is None:
        return None
    if abs(after - before) < NOTICEABLE:
        return Direction.SAME
    return Direction.MORE if after > before else Direction.LESS
