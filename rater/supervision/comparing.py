"""A trainee's rating of a session beside the supervisor's: per item, and per score by the scale's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rater.ratings.completeness import NOT_GIVEN, GivenPoint
from rater.scales.schema import Item, Scale, Score
from rater.scales.scoring import scores_of

Points = Mapping[str, GivenPoint]


@dataclass(frozen=True)
class ItemPair:
    """What both gave one item."""

    item: Item
    own: GivenPoint
    theirs: GivenPoint

    @property
    def difference(self) -> float | None:
        """Points by which the trainee's lies above the supervisor's; None where one of them gave no point."""
        return _above(self.own.value, self.theirs.value)


@dataclass(frozen=True)
class ScorePair:
    """One score of both, by the scale's rule; None where too few items have a point."""

    score: Score
    own: float | None
    theirs: float | None

    @property
    def difference(self) -> float | None:
        """By how much the trainee's score lies above the supervisor's; None where one of them has none."""
        return _above(self.own, self.theirs)


@dataclass(frozen=True)
class ScalePair:
    """The items of a scale in its order, and the scores that one session yields by itself."""

    scale: Scale
    items: tuple[ItemPair, ...]
    scores: tuple[ScorePair, ...]


def compared(scales: Iterable[Scale], own: Points, theirs: Points) -> list[ScalePair]:
    """Both ratings side by side, scale by scale; raw points for items, keyed ones for scores."""
    return [_pair(scale, own, theirs) for scale in scales]


def _pair(scale: Scale, own: Points, theirs: Points) -> ScalePair:
    items = tuple(
        ItemPair(item, own.get(item.id, NOT_GIVEN), theirs.get(item.id, NOT_GIVEN))
        for item in scale.items
        if item.points
    )
    mine, others = (scores_of(scale, {item: each.value for item, each in points.items()}) for points in (own, theirs))
    scores = tuple(ScorePair(scale.scores[name], mine[name], others[name]) for name in mine)
    return ScalePair(scale, items, scores)


def _above(own: float | None, theirs: float | None) -> float | None:
    return None if own is None or theirs is None else own - theirs
