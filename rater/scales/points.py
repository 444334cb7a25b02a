"""Whether what a rater gave for an item is a point that the scale knows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rater.scales.schema import Item, ItemKind, Scale
from rater.terms import Reason

MAX_TEXT = 10_000


def point_fault(scale: Scale, item: str, value: object, missing_code: str | None) -> Reason | None:
    """Why `value` and `missing_code` cannot stand for this item, or None if they can.

    Exactly one of the two is given, the other is None or "". Values by kind of item: `rating` a whole number in range
    (3 and 3.0, not "3" and not True), `number` a finite number within the range if there is one, `choice` the id of
    an option, `choices` a sequence of such ids or one string joined by `|`, `text` words of at most 10,000 characters.
    """
    wanted = next((each for each in scale.items if each.id == item), None)
    if wanted is None:
        return Reason("the scale {scale} has no item {item}", {"scale": scale.id, "item": item})
    has_value = value is not None and value != ""
    if has_value and missing_code:
        return Reason(
            "{item} has both the value {value} and the missing code {code}",
            {"item": item, "value": _shown(value), "code": missing_code},
        )
    if missing_code:
        return _code_fault(scale, item, missing_code)
    if not has_value:
        return Reason("{item} has neither a value nor a missing code", {"item": item})
    if wanted.kind in (ItemKind.RATING, ItemKind.NUMBER):
        return _number_fault(wanted, value)
    return _words_fault(wanted, value)


def _code_fault(scale: Scale, item: str, missing_code: str) -> Reason | None:
    allowed = [code.id for code in scale.missing_codes_for(item)]
    if missing_code in allowed:
        return None
    return Reason(
        "{item} cannot have the missing code {code}; it can have {allowed}",
        {"item": item, "code": missing_code[:40], "allowed": ", ".join(allowed) or "-"},
    )


def _number_fault(item: Item, value: object) -> Reason | None:
    params = {"item": item.id, "value": _shown(value), "low": item.minimum, "high": item.maximum}
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        return Reason("{item} has {value}, which is not a number", params)
    if item.kind is ItemKind.RATING and value != int(value):
        return Reason("{item} has {value}; only whole points from {low} to {high} can be given", params)
    if item.minimum is not None and item.maximum is not None and not item.minimum <= value <= item.maximum:
        return Reason("{item} has {value}, outside {low} to {high}", params)
    return None


def _finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _words_fault(item: Item, value: object) -> Reason | None:
    params = {"item": item.id, "value": _shown(value), "most": MAX_TEXT, "options": ", ".join(item.options)}
    if item.kind is ItemKind.TEXT:
        if isinstance(value, str) and len(value) <= MAX_TEXT:
            return None
        return Reason("{item} takes a text of at most {most} characters", params)
    chosen = _chosen(item, value)
    if not chosen or len(set(chosen)) < len(chosen) or any(each not in item.options for each in chosen):
        return Reason("{item} has {value}; it can have {options}", params)
    return None


def _chosen(item: Item, value: object) -> list[str]:
    if isinstance(value, str):
        return value.split("|") if item.kind is ItemKind.CHOICES else [value]
    if item.kind is ItemKind.CHOICES and isinstance(value, Sequence):
        return [each if isinstance(each, str) else "" for each in value]
    return []


def _shown(value: object) -> str:
    try:
        return str(value)[:40]
    except ValueError:  # more digits than Python will print
        return "a very long number"
