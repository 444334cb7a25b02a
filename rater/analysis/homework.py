"""What the homework log tells: tasks by type and completion, difficulties, in counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rater.homework.reconciliation import LoggedTask, Outcome, outcome_of


@dataclass(frozen=True)
class AssignedTask:
    """A task of the log and the session that assigned it."""

    session_id: str
    task: LoggedTask


def homework(
    tasks: Sequence[AssignedTask], difficulties: Iterable[tuple[str, str]], analysed: set[str]
) -> dict[str, Any]:
    """The homework of the sessions analysed; `difficulties` are session and type of each that was mentioned.

    `by_type` and `completed` add up to `assigned`, and so do `reviewed` and `not_reviewed`; `by_type_completed` parts
    `completed` by type. `left_out` are tasks that a session outside the analysis assigned.
    """
    mine = [each.task for each in tasks if each.session_id in analysed]
    types = sorted({each.type for each in mine})
    reviewed = sum(each.is_reviewed for each in mine)
    mentioned = Counter(kind for session, kind in difficulties if session in analysed)
    return {
        "assigned": len(mine),
        "by_type": {kind: sum(each.type == kind for each in mine) for kind in types},
        "completed": _completed(mine),
        "by_type_completed": {kind: _completed(each for each in mine if each.type == kind) for kind in types},
        "reviewed": reviewed,
        "not_reviewed": len(mine) - reviewed,
        "left_out": len(tasks) - len(mine),
        "difficulties": dict(sorted(mentioned.items())),
    }


def _completed(tasks: Iterable[LoggedTask]) -> dict[str, int]:
    said = Counter(map(outcome_of, tasks))
    return {outcome.value: said[outcome] for outcome in Outcome}
