"""A supervision meeting: its parts, what is prefilled of them, and how the trainee found it.

The parts follow Prasko et al. (2022): scales, homework from last time, events since, setting the agenda, a chosen
problem, new homework, summary, evaluation. Homework is looked at before anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rater.errors import Fault
from rater.supervision.written import Written
from rater.terms import MeetingPart, MeetingState, Reason, SupervisionTaskState

HELPFUL = (0, 10)
"""The least and the most helpful that a trainee may find a meeting."""
MINUTES = "minutes"
NOTES = tuple(part for part in MeetingPart if part is not MeetingPart.EVALUATION)
"""The parts under which notes are taken; the evaluation is the trainee's."""
TEXTS = (*NOTES, MINUTES)
_NO_DAY = Fault(Reason("The meeting has no day"), Reason("Choose a day"), column="meets_on")


@dataclass(frozen=True)
class Evaluation:
    """How the trainee found a meeting; `helpful` from 0 to 10, None where it was left open."""

    helpful: int | None = None
    understood: str = ""
    change: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The values as they are kept; empty where nothing was said."""
        kept = {"helpful": self.helpful, "understood": self.understood, "change": self.change}
        return kept if any(value not in (None, "") for value in kept.values()) else {}


@dataclass(frozen=True)
class Held:
    """A meeting as the time line of a trainee has it."""

    id: int
    meets_on: date
    held_at: datetime | None


@dataclass(frozen=True)
class Stretch:
    """The time that a meeting looks back on: after `since`, up to `until`; None where it is open."""

    since: datetime | None
    until: datetime | None


def stretch_of(meeting_id: int, meetings: Iterable[Held]) -> Stretch:
    """From the last meeting that was held before this one up to where this one was held, or now.

    For a meeting to come, the last is the latest of all that were held.
    """
    known = {each.id: each for each in meetings}
    own = known[meeting_id].held_at
    before = [
        each.held_at
        for each in known.values()
        if each.id != meeting_id and each.held_at is not None and (own is None or each.held_at < own)
    ]
    return Stretch(max(before, default=None), own)


def is_looked_at(states: Iterable[str]) -> bool:
    """Whether no homework of last time waits any more: the part that comes first is done."""
    return all(state in (SupervisionTaskState.REVIEWED, SupervisionTaskState.DROPPED) for state in states)


def parts_in_order(*, looked_at: bool) -> tuple[MeetingPart, ...]:
    """The parts as the page shows them: the homework of last time goes to the top while it waits."""
    usual = tuple(MeetingPart)
    if looked_at:
        return usual
    return (MeetingPart.HOMEWORK, *(part for part in usual if part is not MeetingPart.HOMEWORK))


def read_day(given: Mapping[str, str]) -> date:
    """The day of a meeting as typed. Raises BadInput."""
    written = Written(given)
    day = written.day("meets_on")
    if day is None and not written.faults:
        written.faults.append(_NO_DAY)
    written.settle()
    return day or date.min


def read_notes(given: Mapping[str, str]) -> dict[str, str]:
    """The notes and the minutes as typed. Raises BadInput with every fault at its field."""
    written = Written(given)
    found = {str(name): written.text(str(name), longest=20_000) for name in TEXTS if name in given}
    written.settle()
    return found


def read_evaluation(given: Mapping[str, str]) -> Evaluation:
    """The evaluation as typed. Raises BadInput with every fault at its field."""
    written = Written(given)
    found = Evaluation(written.number("helpful", *HELPFUL), written.text("understood"), written.text("change"))
    written.settle()
    return found


def order_of(meetings: Sequence[Any]) -> list[Any]:
    """Meetings as a list shows them: those to come by their day, then those held, the latest first."""
    planned = [each for each in meetings if each.state == MeetingState.PLANNED]
    held = [each for each in meetings if each.state == MeetingState.HELD]
    return [*sorted(planned, key=lambda each: each.meets_on), *sorted(held, key=lambda each: each.meets_on)[::-1]]
