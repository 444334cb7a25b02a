"""Forms that somebody fills in by choosing points: a reflection about oneself, or how homework was handled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rater.errors import BadInput, Fault
from rater.scales.schema import Item
from rater.supervision.tasks import Side
from rater.supervision.written import Written
from rater.terms import Reason

_NOTHING = Fault(Reason("Nothing was chosen or written"), Reason("Answer at least one of the questions"))


def read_points(items: Iterable[Item], given: Mapping[str, str], faults: list[Fault]) -> dict[str, int]:
    """The points chosen, by item; what was left open is left out, and what is no point of the item is a fault."""
    points: dict[str, int] = {}
    for item in items:
        typed = given.get(item.id, "")
        if not typed:
            continue
        if typed in {str(point) for point in item.points}:
            points[item.id] = int(typed)
            continue
        told = {"value": typed[:32], "item": item.id}
        cause = Reason("{value} is no point of {item}", told)
        faults.append(Fault(cause, Reason("Choose one of its points"), column=item.id))
    return points


def read_reflection(items: Iterable[Item], given: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """The points and the words of a reflection. Raises BadInput with every fault at its field, and for an empty one."""
    written = Written(given)
    points = read_points(items, given, written.faults)
    words = written.text("words")
    if not points and not words and not written.faults:
        written.faults.append(_NOTHING)
    written.settle()
    return points, words


def read_handling(items: Iterable[Item], given: Mapping[str, str]) -> dict[str, int]:
    """How homework was handled, by item. Raises BadInput with every fault at its field, and for nothing at all."""
    faults: list[Fault] = []
    points = read_points(items, given, faults)
    if not points and not faults:
        faults.append(_NOTHING)
    if faults:
        raise BadInput(faults)
    return points


def handling_for(handling: Mapping[str, Any], side: Side) -> dict[Side, dict[str, int]]:
    """The points of each side as one of them sees them: the other's only once one has rated too."""
    by_side = {Side(name): points for name, points in handling.get("by", {}).items()}
    return by_side if side in by_side else {}
