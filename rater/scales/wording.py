"""Whether a new version of a scale changes words alone, so that points given with either mean the same places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rater.scales.schema import Item, MissingCode, Scale, Score, Subscale, Text
from rater.terms import Reason


def beyond_wording(old: Scale, new: Scale) -> Iterator[Reason]:
    """Everything but words in which two versions differ.

    Words are all texts and the anchors; the rest is: which items there are and in which order, their kinds, ranges,
    options and reversals, missing codes, subscales, scores and logs.
    """
    told = {"scale": new.id}
    if old.item_ids != new.item_ids:
        yield Reason("{scale} would no longer have the same items in the same order", told)
    before = {item.id: _bare_item(item) for item in old.items}
    for item in new.items:
        if item.id in before and before[item.id] != _bare_item(item):
            yield Reason("{item} would no longer be answered and scored as before", {**told, "item": item.id})
    if _bare_codes(old) != _bare_codes(new):
        yield Reason("{scale} would no longer have the same missing codes", told)
    if _bare_subscales(old) != _bare_subscales(new):
        yield Reason("{scale} would no longer have the same subscales", told)
    if _bare_scores(old) != _bare_scores(new):
        yield Reason("{scale} would no longer have the same scores", told)
    if old.logs != new.logs:
        yield Reason("{scale} would no longer have the same logs", told)


def _bare_item(item: Item) -> Item:
    options = dict.fromkeys(item.options, Text())
    return replace(item, text=Text(), description=Text(), anchors={}, short_anchors={}, options=options)


def _bare_codes(scale: Scale) -> dict[str, MissingCode]:
    return {name: replace(each, label=Text()) for name, each in scale.missing_codes.items()}


def _bare_subscales(scale: Scale) -> dict[str, Subscale]:
    return {name: replace(each, title=Text()) for name, each in scale.subscales.items()}


def _bare_scores(scale: Scale) -> dict[str, Score]:
    return {name: replace(each, title=Text()) for name, each in scale.scores.items()}
