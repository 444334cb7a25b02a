"""Changes of a scale's words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext

from rater.scales.differences import Change, Part
from rater.scales.schema import Scale, Text


def rows_of(changes: Iterable[Change], scale: Scale, locale: str) -> list[dict[str, Any]]:
    """A row for each text and language that changed: the item, which of its texts, and the words before and after."""
    texts = {item.id: item.text.in_(locale) for item in scale.items}
    return [
        {
            "item": change.item,
            "text": texts.get(change.item, change.item),
            "place": _place(change),
            "language": language,
            "before": (change.before or Text()).get(language, ""),
            "after": (change.after or Text()).get(language, ""),
        }
        for change in changes
        for language in _changed_in(change)
    ]


def _changed_in(change: Change) -> list[str]:
    before, after = change.before or Text(), change.after or Text()
    return [language for language in {**before, **after} if before.get(language) != after.get(language)]


def _place(change: Change) -> str:
    words = {
        Part.ITEM: gettext("Item"),
        Part.NAME: gettext("Wording of the item"),
        Part.DESCRIPTION: gettext("Description"),
        Part.ANCHOR: gettext("Anchor of point %(point)s", point=change.point),
        Part.SHORT_ANCHOR: gettext("Short anchor of point %(point)s", point=change.point),
        Part.POINTS: gettext("Points"),
    }
    return str(words[change.part])
