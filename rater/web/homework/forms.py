"""What the entry form carries, and the rows that its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rater.homework.entering import MOST_TASKS, Given, GivenTask
from rater.terms import HomeworkStatus, NoHomeworkReason

BLANK_ROWS = 3


@dataclass(frozen=True)
class Sent:
    """An entry as somebody sent it, and the version that its page showed."""

    given: Given
    seen: int


def sent_entry(form: Mapping[str, str]) -> Sent:
    """The form's entry: rows without type and words are left out, and tasks without a status count as assigned.

    A reason is read only where none was assigned, whatever the list still shows.
    """
    tasks = tuple(task for number in range(MOST_TASKS + BLANK_ROWS) if (task := _row(form, number)) is not None)
    named, seen = form.get("status", ""), form.get("seen", "0")
    implied = HomeworkStatus.ASSIGNED if tasks else HomeworkStatus.NOT_ENTERED
    status = HomeworkStatus(named) if named in set(HomeworkStatus) else implied
    if status is HomeworkStatus.NOT_ENTERED and tasks:
        status = HomeworkStatus.ASSIGNED
    why = form.get("reason", "")
    reason = NoHomeworkReason(why) if status is HomeworkStatus.NONE and why in set(NoHomeworkReason) else None
    return Sent(Given(status, tasks, reason), int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1)


def _row(form: Mapping[str, str], number: int) -> GivenTask | None:
    kind = form.get(f"type-{number}", "")
    words = " ".join(form.get(f"description-{number}", "").split())
    return GivenTask(kind, words, form.get(f"id-{number}") or None) if kind or words else None


def shown_rows(tasks: Sequence[GivenTask]) -> list[GivenTask]:
    """The tasks, and empty rows for more."""
    blank = min(BLANK_ROWS, max(MOST_TASKS - len(tasks), 0))
    return [*tasks, *[GivenTask("")] * blank]
