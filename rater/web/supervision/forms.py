"""What the forms on the review of a session carry."""

from __future__ import annotations

from collections.abc import Mapping

from rater.errors import BadInput, fault
from rater.recordings.masking import read_time, told_time
from rater.storage.models import Comment
from rater.supervision.moments import WantedComment, read_tags
from rater.terms import Audience

FIELDS = ("text", "start", "stop", "item", "tags", "audience")
Typed = dict[str, str]
FRESH: Typed = {**dict.fromkeys(FIELDS, ""), "audience": Audience.BOTH}


def typed_comment(form: Mapping[str, str]) -> Typed:
    """The fields of a comment as they were sent, to show them again."""
    return {name: form.get(name, FRESH[name]).replace("\r\n", "\n") for name in FIELDS}


def kept_comment(comment: Comment) -> Typed:
    """The fields of a comment as a form shows them."""
    return {
        "text": comment.text,
        "start": shown_time(comment.start_s),
        "stop": shown_time(comment.stop_s),
        "item": comment.item or "",
        "tags": " ".join(comment.tags),
        "audience": comment.audience,
    }


def wanted_comment(typed: Typed) -> WantedComment:
    """The comment that was typed. Raises BadInput for times that cannot be read."""
    times: dict[str, float | None] = {}
    faults = []
    for name in ("start", "stop"):
        said = typed[name].strip()
        times[name] = read_time(said) if said else None
        if said and times[name] is None:
            faults.append(fault("{value} is no time such as 1:15.8", "Correct it", column=name, value=said[:32]))
    if faults:
        raise BadInput(faults)
    tags = read_tags(typed["tags"])
    return WantedComment(typed["text"], times["start"], times["stop"], typed["item"] or None, tags, typed["audience"])


def shown_time(seconds: float | None) -> str:
    """A second of the recording as it is typed, without tenths where there are none; "" for none."""
    return "" if seconds is None else told_time(seconds).removesuffix(".0")


def sent_version(form: Mapping[str, str]) -> int:
    """The version that the page showed; a number that is never kept for what is none."""
    seen = form.get("seen", "0")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else 999_999
