"""Scales as forms of their own: what is shown of an item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rater.scales.schema import Scale


def form_shown(scale: Scale, given: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """A scale in the reader's language; `given` holds the points chosen, by item."""
    return {
        "id": scale.id,
        "title": scale.title.in_(locale),
        "language": scale.title.language(locale),
        "instructions": scale.instructions.in_(locale),
        "notes": scale.notes.in_(locale),
        "rows": [
            {
                "id": item.id,
                "text": item.text.in_(locale),
                "description": item.description.in_(locale),
                "chosen": str(given.get(item.id, "")),
                "anchors": [
                    (point, item.anchors[point].in_(locale) if point in item.anchors else "") for point in item.points
                ],
            }
            for item in scale.items
        ],
    }
