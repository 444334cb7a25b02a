"""Where raters are too far apart on an item of a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Cells = Mapping[tuple[str, str], float | None]
"""A rater's points by session id and item id; None, NaN or absent where no point was given."""


class DiscrepancyKind(StrEnum):
    """Points too far apart, or a point from one rater where another gave a missing code."""

    POINTS = "points"
    RATABILITY = "ratability"


@dataclass(frozen=True)
class Discrepancy:
    """One item of one session that raters see apart.

    Attributes
    ----------
    session, item : str
        Their ids.
    kind : DiscrepancyKind
        What is apart; where both are, there are two entries.
    values : dict
        Each rater's point by code, None for a missing one.
    low, high : float
        Lowest and highest point given.
    """

    session: str
    item: str
    kind: DiscrepancyKind
    values: Mapping[str, float | None]
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Highest less lowest point, in scale points; 0 where one rater alone gave a point."""
        return self.high - self.low

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "session": self.session,
            "item": self.item,
            "kind": str(self.kind),
            "values": dict(self.values),
            "low": self.low,
            "high": self.high,
            "spread": self.spread,
        }


def discrepancies(points_by_rater: Mapping[str, Cells], items: Sequence[str], size: float) -> list[Discrepancy]:
    """The items of sessions rated by two or more on which raters are at least `size` points apart.

    Parameters
    ----------
    points_by_rater
        Points as they are to be shown, raw or keyed, by rater; a reversed item spreads alike either way. A session
        counts as rated by a rater who has an entry of it; an item without a point in it bears a missing code.
    items
        Ids of the items that are looked at, in the scale's order.
    size
        In scale points, above 0; else ValueError is raised. Half a millionth less is enough, for the sake of rounding.

    Returns
    -------
    list of Discrepancy
        Points apart first, the widest first, then points beside missing codes; equal ones by session and by item in
        the scale's order.
    """
    if not size > 0:
        raise ValueError("the size of a discrepancy is above 0")
    raters = sorted(points_by_rater)
    rated = {rater: {session for session, _ in points_by_rater[rater]} for rater in raters}
    found: list[Discrepancy] = []
    for session in sorted(set().union(*rated.values())):
        here = [rater for rater in raters if session in rated[rater]]
        for item in items if len(here) > 1 else ():
            values = {rater: _valid(points_by_rater[rater].get((session, item))) for rater in here}
            found += _apart(session, item, values, size)
    return sorted(found, key=lambda each: (each.kind is DiscrepancyKind.RATABILITY, -each.spread))


def _apart(session: str, item: str, values: Mapping[str, float | None], size: float) -> list[Discrepancy]:
    given = [value for value in values.values() if value is not None]
    if not given:
        return []
    low, high = min(given), max(given)
    wide = [DiscrepancyKind.POINTS] if high - low >= size - 5e-7 else []
    torn = [DiscrepancyKind.RATABILITY] if len(given) < len(values) else []
    return [Discrepancy(session, item, kind, values, low, high) for kind in wide + torn]


def counted(found: Iterable[Discrepancy], items: Sequence[str]) -> dict[str, dict[DiscrepancyKind, int]]:
    """How many there are of each kind, per item in the scale's order; zeros where there are none."""
    counts = {item: dict.fromkeys(DiscrepancyKind, 0) for item in items}
    for each in found:
        counts[each.item][each.kind] += 1
    return counts


def _valid(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)
