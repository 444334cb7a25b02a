"""What a comment may be about: a second or a stretch of the recording, an item, some words as tags."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from rater.errors import Fault, fault
from rater.recordings.masking import span_faults, told_time
from rater.terms import Audience

LONGEST_COMMENT = 5_000
LONGEST_SUMMARY = 10_000
LONGEST_TAG = 32
MOST_TAGS = 8
_TAG = re.compile(rf"[\w-]{{1,{LONGEST_TAG}}}")


@dataclass(frozen=True)
class WantedComment:
    """A comment as somebody asks for it; `start_s` and `stop_s` are seconds of the recording.

    Without a start it is about the session as a whole, without a stop about a moment.
    """

    text: str
    start_s: float | None = None
    stop_s: float | None = None
    item: str | None = None
    tags: tuple[str, ...] = ()
    audience: str = Audience.BOTH


def read_tags(text: str) -> tuple[str, ...]:
    """The words of a line of tags, each once, small letters; blanks, commas and a leading # set them apart."""
    words = (each.lstrip("#").lower() for each in re.split(r"[\s,;]+", text))
    return tuple(dict.fromkeys(each for each in words if each))


def comment_faults(wanted: WantedComment, items: Collection[str], duration_s: float | None) -> list[Fault]:
    """What is wrong with a comment, its text aside; `duration_s` is None where there is no recording."""
    faults = _place_faults(wanted, duration_s)
    if wanted.item is not None and wanted.item not in items:
        told: dict[str, Any] = {"value": wanted.item[:60], "items": ", ".join(items)}
        faults.append(fault("{value} is not an item of the study", "Items: {items}", column="item", **told))
    if wanted.audience not in set(Audience):
        cause = "{value} does not say who may read it"
        faults.append(fault(cause, "Choose one of those shown", column="audience", value=wanted.audience[:40] or "–"))
    return faults + _tag_faults(wanted.tags)


def _place_faults(wanted: WantedComment, duration_s: float | None) -> list[Fault]:
    start, stop = wanted.start_s, wanted.stop_s
    if start is None and stop is None:
        return []
    if duration_s is None:
        cause = "The session has no recording, so a comment cannot have a second of it"
        return [fault(cause, "Leave the times empty", column="start")]
    if start is None:
        return [fault("The span has an end and no start", "Give the start too", column="start")]
    if stop is not None:
        return span_faults(start, stop, duration_s)
    if not 0 <= start <= duration_s:
        told: dict[str, Any] = {"start": told_time(start), "total": told_time(duration_s)}
        cause = "{start} does not lie within the recording, which ends at {total}"
        return [fault(cause, "Correct the time", column="start", **told)]
    return []


def _tag_faults(tags: Collection[str]) -> list[Fault]:
    faults = [
        fault(
            "{value} cannot be a tag",
            "A tag is one word of letters, digits, _ and -, {longest} at the most",
            column="tags",
            value=each[:40],
            longest=LONGEST_TAG,
        )
        for each in tags
        if not _TAG.fullmatch(each)
    ]
    if len(tags) > MOST_TAGS:
        cause = "A comment has {most} tags at the most"
        faults.append(fault(cause, "Leave some out", column="tags", most=MOST_TAGS))
    return faults
