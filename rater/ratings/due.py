"""By which day a session is to be rated, and how that day stands to today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rater.errors import BadInput, fault

FRIDAY = 4
MOST_A_WEEK = 100


class DueState(StrEnum):
    """How a session's due date stands to a day."""

    NONE = "none"
    LATER = "later"
    TODAY = "today"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class OneDay:
    """Every session is due on the same day."""

    on: date

    def dates(self, count: int) -> list[date]:
        """The due dates of a queue of this length."""
        return [self.on] * count


@dataclass(frozen=True)
class PerWeek:
    """So many sessions a week in queue order, each due on the Friday of its week.

    The first week is the one whose Friday comes first on or after `first`: from a Saturday on, that is the week after.
    Raises BadInput unless 1 to 100 sessions are wanted a week.
    """

    first: date
    sessions: int

    def __post_init__(self) -> None:
        if not 1 <= self.sessions <= MOST_A_WEEK:
            cause = "{count} sessions a week cannot be planned"
            raise BadInput(fault(cause, "Give 1 to {most}", count=self.sessions, most=MOST_A_WEEK))

    def dates(self, count: int) -> list[date]:
        """The due dates of a queue of this length, in its order. Raises BadInput where the calendar ends before."""
        try:
            friday = self.first + timedelta(days=(FRIDAY - self.first.weekday()) % 7)
            return [friday + timedelta(weeks=place // self.sessions) for place in range(count)]
        except OverflowError as error:
            raise BadInput(fault("the calendar ends before the last session", "Begin earlier")) from error


DuePlan = OneDay | PerWeek


def due_state(due_on: date | None, today: date) -> DueState:
    """How a due date stands to today; a session is overdue from the day after."""
    if due_on is None:
        return DueState.NONE
    if due_on == today:
        return DueState.TODAY
    return DueState.OVERDUE if due_on < today else DueState.LATER


def planned(plan: DuePlan, submitted: Sequence[bool]) -> list[date | None]:
    """The due date of each place of a queue, None where the session is submitted.

    Submitted sessions keep their place, so that the same plan gives the same dates however far the rater has come.
    """
    return [None if done else day for day, done in zip(plan.dates(len(submitted)), submitted, strict=True)]
