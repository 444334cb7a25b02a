"""A scale with what was given on it so far, in the reader's language, as the rating form shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from rater.ratings.completeness import NOT_GIVEN, GivenPoint
from rater.ratings.offering import SessionLog, offered_codes
from rater.scales.schema import Item, Scale


class Rated(Protocol):
    """What the form needs to know of a rating: its points, the session's log, and how many rulings items have."""

    @property
    def points(self) -> Mapping[str, GivenPoint]:
        """What was given so far, by item."""

    @property
    def log(self) -> SessionLog:
        """What the homework log says of the session."""

    @property
    def rulings(self) -> Mapping[str, int]:
        """How many rulings the manual holds on an item."""


def scale_shown(scale: Scale, rated: Rated, locale: str) -> dict[str, Any]:
    """A scale in its sections, each item with its points, their anchors, the codes on offer and what was given."""
    grouped = {item for subscale in scale.subscales.values() for item in subscale.items}
    loose = [item for item in scale.items if item.id not in grouped]
    sections: list[dict[str, Any]] = (
        [{"title": None, "items": [_item(scale, item, rated, locale) for item in loose]}] if loose else []
    )
    sections += [
        {
            "title": subscale.title.in_(locale),
            "items": [_item(scale, scale.item(item), rated, locale) for item in subscale.items],
        }
        for subscale in scale.subscales.values()
    ]
    return {
        "id": scale.id,
        "version": scale.version,
        "title": scale.title.in_(locale),
        "notes": scale.notes.in_(locale),
        "instructions": scale.instructions.in_(locale),
        "sections": sections,
        "logs": list(scale.logs),
    }


def _item(scale: Scale, item: Item, rated: Rated, locale: str) -> dict[str, Any]:
    given = rated.points.get(item.id, NOT_GIVEN)
    return {
        "id": item.id,
        "text": item.text.in_(locale),
        "description": item.description.in_(locale),
        "min": min(item.points, default=0),
        "max": max(item.points, default=0),
        "anchors": [
            {
                "point": point,
                "text": item.anchors[point].in_(locale) if point in item.anchors else "",
                "short": item.short_anchors[point].in_(locale) if point in item.short_anchors else "",
            }
            for point in item.points
        ],
        "missing_codes": [
            {"code": code.id, "label": code.label.in_(locale)}
            for code in offered_codes(scale, item.id, rated.log, given.missing_code)
        ],
        "value": given.value if given.value is None else int(given.value),
        "missing_code": given.missing_code,
        "version": given.version,
        "unsure": given.unsure,
        "rulings": rated.rulings.get(item.id, 0),
        "reverse": item.reverse,
    }
