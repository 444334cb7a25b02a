"""What may be entered of one session's homework, and to which session it is carried."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rater.errors import Fault
from rater.terms import HomeworkStatus, NoHomeworkReason, Reason

MOST_TASKS = 20
LONGEST_DESCRIPTION = 4000


@dataclass(frozen=True)
class GivenTask:
    """One task as somebody entered it; `id` names a task that the log holds already."""

    type: str
    description: str = ""
    id: str | None = None


@dataclass(frozen=True)
class Given:
    """What is entered of one session: a status, the tasks in their order, and the reason if there was one for none."""

    status: HomeworkStatus
    tasks: tuple[GivenTask, ...] = ()
    reason: NoHomeworkReason | None = None


def status_of(kept: str | None, tasks: int) -> HomeworkStatus:
    """What the log knows of a session; tasks speak for themselves where no status was kept."""
    if kept is None:
        return HomeworkStatus.ASSIGNED if tasks else HomeworkStatus.NOT_ENTERED
    return HomeworkStatus(kept)


def entry_faults(given: Given, types: Collection[str]) -> list[Fault]:
    """Everything that is wrong with an entry: status and tasks that contradict each other, and broken tasks."""
    faults: list[Fault] = []
    if given.status is HomeworkStatus.ASSIGNED and not given.tasks:
        faults.append(Fault(Reason("No task is written down"), _FILL))
    if given.status is not HomeworkStatus.ASSIGNED and given.tasks:
        faults.append(Fault(Reason("Tasks are written down, but not as assigned"), _FILL))
    if given.status is not HomeworkStatus.NONE and given.reason:
        cause = Reason("A reason for no homework is given, but not that none was assigned")
        faults.append(Fault(cause, Reason("Take the reason away, or say that none was assigned")))
    if len(given.tasks) > MOST_TASKS:
        faults.append(Fault(Reason("There are more than {most} tasks", {"most": MOST_TASKS}), _FILL))
    named = [task.id for task in given.tasks if task.id]
    if len(set(named)) < len(named):
        faults.append(Fault(Reason("One task stands twice"), Reason("Load the page again")))
    for number, task in enumerate(given.tasks, start=1):
        faults += _task_faults(number, task, types)
    return faults


_FILL = Reason("Enter the tasks, or say that none was assigned")


def _task_faults(number: int, task: GivenTask, types: Collection[str]) -> list[Fault]:
    faults: list[Fault] = []
    if task.type not in types:
        cause = Reason("Task {number} has no type of the study's list", {"number": number})
        faults.append(Fault(cause, Reason("Choose a type")))
    if len(task.description) > LONGEST_DESCRIPTION:
        cause = Reason(
            "Task {number} is longer than {most} characters", {"number": number, "most": LONGEST_DESCRIPTION}
        )
        faults.append(Fault(cause, Reason("Shorten it")))
    if any(not sign.isprintable() for sign in task.description):
        cause = Reason("Task {number} holds a character that cannot be seen", {"number": number})
        faults.append(Fault(cause, Reason("Type it anew")))
    return faults


def free_codes(taken: Collection[str]) -> Iterator[str]:
    """Codes for new tasks, HW0001 and on, without those that are taken."""
    number = 0
    while True:
        number += 1
        if (code := f"HW{number:04}") not in taken:
            yield code
