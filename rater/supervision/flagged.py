"""Which comments somebody may take further: into homework, or into a meeting as a moment to look at."""

from __future__ import annotations

from dataclasses import dataclass

from rater.supervision.tasks import Side
from rater.terms import Audience, Reason, ReviewState


@dataclass(frozen=True)
class Standing:
    """What decides who reads a comment: who wrote it, where it stands, and for whom it is."""

    is_own: bool
    state: str
    audience: str


def may_take(comment: Standing, side: Side, *, is_held_back: bool) -> bool:
    """Whether a side may take a comment further: its own unless withdrawn, or a released one that both may read.

    `is_held_back`: the trainee has yet to rate the session, and until then reads nothing of it but his or her own.
    """
    if comment.is_own:
        return comment.state != ReviewState.WITHDRAWN
    if comment.state != ReviewState.RELEASED or comment.audience == Audience.SUPERVISOR:
        return False
    return not (is_held_back and side is Side.TRAINEE)


def told_as_task(session: str, text: str, time: str, item: str) -> Reason:
    """The words with which a task made from a comment begins; `time` and `item` may be empty."""
    gaps = {"session": session, "text": text, "time": time, "item": item}
    if time and item:
        return Reason("{text} (session {session} at {time}, item {item})", gaps)
    if time:
        return Reason("{text} (session {session} at {time})", gaps)
    if item:
        return Reason("{text} (session {session}, item {item})", gaps)
    return Reason("{text} (session {session})", gaps)
