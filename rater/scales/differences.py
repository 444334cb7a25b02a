"""What raters must read about a new version of a scale: items that came or went, and words that changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rater.scales.schema import Item, Scale, Text


class Part(StrEnum):
    """What of an item changed; `ITEM`: the item itself came or went, `POINTS`: its range or that it is reversed."""

    ITEM = "item"
    NAME = "name"
    DESCRIPTION = "description"
    ANCHOR = "anchor"
    SHORT_ANCHOR = "short_anchor"
    POINTS = "points"


@dataclass(frozen=True)
class Change:
    """One change: `before` is None for what is new, `after` for what has gone.

    `point` is that of an anchor. For `POINTS` both are written as 0-4, and turned round as 4-0 for a reversed item.
    """

    item: str
    part: Part
    point: int | None
    before: Text | None
    after: Text | None


def differences(old: Scale, new: Scale) -> list[Change]:
    """Every change from one version to the next: items that went, then by item in the new version's order.

    An item is the same where its id is. The version, scores, codes and texts of the scale as a whole are not compared.
    """
    before, after = ({item.id: item for item in scale.items} for scale in (old, new))
    gone = [Change(item.id, Part.ITEM, None, item.text, None) for item in old.items if item.id not in after]
    return gone + [
        change
        for item in new.items
        for change in (
            _of_item(before[item.id], item)
            if item.id in before
            else [Change(item.id, Part.ITEM, None, None, item.text)]
        )
    ]


def _of_item(old: Item, new: Item) -> Iterator[Change]:
    texts: list[tuple[Part, int | None, Text, Text]] = [
        (Part.NAME, None, old.text, new.text),
        (Part.DESCRIPTION, None, old.description, new.description),
    ]
    for part, before, after in (
        (Part.ANCHOR, old.anchors, new.anchors),
        (Part.SHORT_ANCHOR, old.short_anchors, new.short_anchors),
    ):
        texts += [
            (part, point, before.get(point, Text()), after.get(point, Text())) for point in sorted({*before, *after})
        ]
    texts.append((Part.POINTS, None, _points(old), _points(new)))
    for part, point, was, now in texts:
        if was != now:
            yield Change(new.id, part, point, was or None, now or None)


def _points(item: Item) -> Text:
    if item.minimum is None or item.maximum is None:
        return Text()
    first, last = (item.maximum, item.minimum) if item.reverse else (item.minimum, item.maximum)
    return Text(f"{first}-{last}")
