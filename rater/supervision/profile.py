"""How far a trainee does what a scale's items name, session by session: extent, not skill."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from rater.ratings.completeness import NOT_GIVEN, GivenPoint
from rater.scales.schema import Item, Scale, Score
from rater.scales.scoring import keyed, scores_of
from rater.terms import RatedBy

OFTEN = 0.75
SELDOM = 0.25
"""From which mean share of an item's range something is said to be done often, and up to which seldom."""
LEAST = 3
"""Fewer rated sessions say nothing of often and seldom, nor of an earlier range."""

Points = Mapping[str, GivenPoint]


@dataclass(frozen=True)
class Rated:
    """What the trainee and the supervisor gave one session, as far as the reader sees it."""

    own: Points
    theirs: Points

    def by(self, who: RatedBy) -> Points:
        """The points of the one or the other."""
        return self.own if who is RatedBy.SELF else self.theirs


@dataclass(frozen=True)
class Extent:
    """An item over the sessions: the points of both in their order, and the leading rater's mean share of the range.

    `earlier` is that rater's lowest and highest raw point in all rated sessions before the last, None with too few.
    """

    item: Item
    own: tuple[GivenPoint, ...]
    theirs: tuple[GivenPoint, ...]
    share: float | None
    rated: int
    earlier: tuple[float, float] | None
    latest: float | None

    @property
    def is_often(self) -> bool:
        """Whether it is done to a large extent in most sessions."""
        return self.share is not None and self.rated >= LEAST and self.share >= OFTEN

    @property
    def is_seldom(self) -> bool:
        """Whether it is hardly done."""
        return self.share is not None and self.rated >= LEAST and self.share <= SELDOM


@dataclass(frozen=True)
class Line:
    """A score over the sessions, by both; `earlier` as that of an item, in the score's own units."""

    score: Score
    minimum: float
    maximum: float
    own: tuple[float | None, ...]
    theirs: tuple[float | None, ...]
    earlier: tuple[float, float] | None
    latest: float | None


@dataclass(frozen=True)
class ScaleProfile:
    """A scale's items and scores over a trainee's sessions."""

    scale: Scale
    items: tuple[Extent, ...]
    lines: tuple[Line, ...]

    @property
    def often(self) -> list[Item]:
        """What is done often."""
        return [each.item for each in self.items if each.is_often]

    @property
    def seldom(self) -> list[Item]:
        """What is done seldom."""
        return [each.item for each in self.items if each.is_seldom]


def leading(sessions: Iterable[Rated]) -> RatedBy:
    """Whose points often, seldom and the earlier range go by: the supervisor's if any session has them."""
    return RatedBy.SUPERVISOR if any(each.theirs for each in sessions) else RatedBy.SELF


def profile_of(scales: Iterable[Scale], sessions: Sequence[Rated]) -> list[ScaleProfile]:
    """The profile on each scale over the sessions in their order; each trainee is held against own earlier sessions."""
    who = leading(sessions)
    return [
        ScaleProfile(
            scale,
            tuple(_extent(item, sessions, who) for item in scale.items if item.points),
            tuple(_line(scale, name, sessions, who) for name, each in scale.scores.items() if not each.lagged),
        )
        for scale in scales
    ]


def keyed_share(item: Item, value: float | None) -> float | None:
    """A raw point as a share of its item's range, turned where the item is reversed; None without a point."""
    low, high = item.points[0], item.points[-1]
    return None if value is None or high == low else (keyed(item, value) - low) / (high - low)


def _extent(item: Item, sessions: Sequence[Rated], who: RatedBy) -> Extent:
    own, theirs = (tuple(each.by(by).get(item.id, NOT_GIVEN) for each in sessions) for by in _BOTH)
    given = [each.value for each in (own if who is RatedBy.SELF else theirs) if each.value is not None]
    shares = [share for value in given if (share := keyed_share(item, value)) is not None]
    share = fmean(shares) if shares else None
    return Extent(item, own, theirs, share, len(given), _earlier(given), given[-1] if given else None)


def _line(scale: Scale, name: str, sessions: Sequence[Rated], who: RatedBy) -> Line:
    own, theirs = (
        tuple(scores_of(scale, {item: each.value for item, each in one.by(by).items()})[name] for one in sessions)
        for by in _BOTH
    )
    given = [each for each in (own if who is RatedBy.SELF else theirs) if each is not None]
    wanted = scale.scores[name]
    ends = [
        scores_of(scale, {item.id: float(keyed(item, item.points[at])) for item in scale.items if item.points})[name]
        for at in (0, -1)
    ]
    low, high = (0.0 if each is None else each for each in ends)
    return Line(wanted, low, high, own, theirs, _earlier(given), given[-1] if given else None)


def _earlier(given: Sequence[float]) -> tuple[float, float] | None:
    before = given[:-1]
    return (min(before), max(before)) if len(given) >= LEAST else None


_BOTH = (RatedBy.SELF, RatedBy.SUPERVISOR)
