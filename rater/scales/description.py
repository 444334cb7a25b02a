"""A scale in one language, as plain JSON values: what `rater scales show` prints and pages may use."""

from __future__ import annotations

from typing import Any

from rater.scales.schema import Item, Scale


def describe(scale: Scale, locale: str) -> dict[str, Any]:
    """Everything a rater's manual holds about the scale, in `locale` or else in English, ready for JSON."""
    return {
        "id": scale.id,
        "version": scale.version,
        "kind": scale.kind.value,
        "title": scale.title.in_(locale),
        "source": scale.source.in_(locale),
        "notes": scale.notes.in_(locale),
        "instructions": scale.instructions.in_(locale),
        "items": [_item(scale, item, locale) for item in scale.items],
        "missing_codes": [
            {
                "code": code.id,
                "label": code.label.in_(locale),
                "kind": code.kind.value,
                "items": list(code.items or scale.item_ids),
                "when": code.when and code.when.value,
            }
            for code in scale.missing_codes.values()
        ],
        "subscales": [
            {"id": each.id, "title": each.title.in_(locale), "items": list(each.items)}
            for each in scale.subscales.values()
        ],
        "scores": [
            {
                "name": each.name,
                "title": each.title.in_(locale),
                "rule": each.rule.value,
                "items": list(each.items),
                "reversed": [name for name in each.items if scale.item(name).reverse],
                "min_valid": each.min_valid,
                "from_previous_session": list(each.from_previous_session),
            }
            for each in scale.scores.values()
        ],
        "logs": list(scale.logs),
    }


def _item(scale: Scale, item: Item, locale: str) -> dict[str, Any]:
    points = sorted({*item.anchors, *item.short_anchors})
    return {
        "id": item.id,
        "kind": item.kind.value,
        "text": item.text.in_(locale),
        "description": item.description.in_(locale),
        "reverse": item.reverse,
        "min": item.minimum,
        "max": item.maximum,
        "anchors": [
            {
                "point": point,
                "short": item.short_anchors[point].in_(locale) if point in item.short_anchors else "",
                "text": item.anchors[point].in_(locale) if point in item.anchors else "",
            }
            for point in points
        ],
        "options": [{"id": option, "text": words.in_(locale)} for option, words in item.options.items()],
        "missing_codes": [code.id for code in scale.missing_codes_for(item.id)],
    }
