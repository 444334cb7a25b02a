"""Items that a note is about: `#sta2` in its text tags the item sta2."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TAG = re.compile(r"(?<![\w#])#([A-Za-z0-9_]+)(?!\w)")


def tagged_items(text: str, items: Iterable[str]) -> tuple[str, ...]:
    """The items whose tags stand in the text, each once, in the order of their first tags.

    Capitals make no difference; a tag is a whole word, so "#he1." tags he1, and "#he12" does not. What is no item
    of `items` is a word like any other.
    """
    known = {item.lower(): item for item in items}
    found = (known.get(tag.lower()) for tag in _TAG.findall(text))
    return tuple(dict.fromkeys(item for item in found if item is not None))
