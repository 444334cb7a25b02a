"""The items of a study's scales, as the pages of training show them."""

from __future__ import annotations

from typing import Any

from rater.scales.schema import Item, Scale


def item_shown(scale: Scale, item: Item, locale: str) -> dict[str, Any]:
    """An item with its points, their anchors and its missing codes, in the reader's language."""
    return {
        "id": item.id,
        "scale": scale.id,
        "text": item.text.in_(locale),
        "description": item.description.in_(locale),
        "anchors": [
            {"point": point, "text": item.anchors[point].in_(locale) if point in item.anchors else ""}
            for point in item.points
        ],
        "missing_codes": [
            {"code": code.id, "label": code.label.in_(locale)} for code in scale.missing_codes_for(item.id)
        ],
    }
