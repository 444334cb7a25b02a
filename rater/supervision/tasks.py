"""Supervision homework: what is agreed, who may do what to it, and how the list of it is ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum

from rater.errors import Fault
from rater.supervision.written import Written
from rater.terms import Completed, Reason, SupervisionTaskState, SupervisionTaskType

SURE = 90
"""From this confidence on, in per cent, a task is likely to be done; below it is better made smaller."""
NUDGE = Reason("What would make it 90? Make the task smaller or plan for the obstacle.")
OPEN = (SupervisionTaskState.PROPOSED, SupervisionTaskState.AGREED)
TEXTS = ("task", "rationale", "when_where", "how_often", "how_long", "obstacles", "plan")
"""The words of a task and of a template, in the order of the form."""
_NO_TASK = Fault(
    Reason("The task is not described"), Reason("Write what is to be done, concretely"), column="task"
)  # fmt: skip
_NO_TYPE = Fault(Reason("The task has no type"), Reason("Choose what it is about"), column="type")
_NO_TITLE = Fault(Reason("The template has no title"), Reason("Give it a short title"), column="title")
_NOT_TOLD = Fault(Reason("It is not said how far it was done"), Reason("Choose yes, partly or no"), column="completed")
_NO_RECORD = Fault(Reason("Nothing is said of what was done"), Reason("Write a sentence about it"), column="record")
_NO_WORD = Fault(Reason("There is no word on why"), Reason("Say briefly why it is dropped"), column="why")
REVIEWED_AS = (Completed.YES, Completed.PARTLY, Completed.NO)


class Side(StrEnum):
    """The two who agree on a task."""

    TRAINEE = "trainee"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class TaskPlan:
    """What a task is to be; `confidence` is how sure the trainee is to do it, in per cent."""

    type: str
    task: str
    rationale: str = ""
    when_where: str = ""
    how_often: str = ""
    how_long: str = ""
    obstacles: str = ""
    plan: str = ""
    confidence: int | None = None
    due_on: date | None = None

    def columns(self) -> dict[str, object]:
        """The values by column."""
        return asdict(self)


@dataclass(frozen=True)
class TemplatePlan:
    """A task to begin from, under a title."""

    title: str
    plan: TaskPlan

    def columns(self) -> dict[str, object]:
        """The values by column: what only one agreement has is left out."""
        kept = {name: value for name, value in self.plan.columns().items() if name not in ("confidence", "due_on")}
        return {"title": self.title, **kept}


@dataclass(frozen=True)
class TaskReview:
    """What a meeting found of a task."""

    completed: str
    difficulties: str = ""
    conclusions: str = ""
    self_efficacy: str = ""


def read_task(given: Mapping[str, str]) -> TaskPlan:
    """A task as typed. Raises BadInput with every fault at its field."""
    written = Written(given)
    plan = _plan(written)
    written.settle()
    return plan


def read_template(given: Mapping[str, str]) -> TemplatePlan:
    """A template as typed. Raises BadInput with every fault at its field."""
    written = Written(given)
    made = TemplatePlan(written.text("title", longest=200, missing=_NO_TITLE), _plan(written))
    written.settle()
    return made


def _plan(written: Written) -> TaskPlan:
    chosen = written.given.get("type", "")
    if chosen not in set(SupervisionTaskType):
        written.faults.append(_NO_TYPE)
    words = {name: written.text(name, missing=_NO_TASK if name == "task" else None) for name in TEXTS}
    confidence, due_on = written.number("confidence", 0, 100), written.day("due_on")
    return TaskPlan(chosen, **words, confidence=confidence, due_on=due_on)


def read_record(given: Mapping[str, str]) -> str:
    """What a trainee says was done. Raises BadInput."""
    written = Written(given)
    told = written.text("record", missing=_NO_RECORD)
    written.settle()
    return told


def read_reason(given: Mapping[str, str]) -> str:
    """Why a task is dropped. Raises BadInput."""
    written = Written(given)
    told = written.text("why", missing=_NO_WORD)
    written.settle()
    return told


def read_review(given: Mapping[str, str]) -> TaskReview:
    """The review of a task as typed. Raises BadInput with every fault at its field."""
    written = Written(given)
    completed = given.get("completed", "")
    if completed not in set(REVIEWED_AS):
        written.faults.append(_NOT_TOLD)
    told = (written.text(name) for name in ("difficulties", "conclusions", "self_efficacy"))
    review = TaskReview(completed, *told)
    written.settle()
    return review


def may_agree(state: str, proposed_by: Side, side: Side) -> bool:
    """Whether this side may agree: the one that did not propose, while the proposal stands."""
    return state == SupervisionTaskState.PROPOSED and side is not proposed_by


def nudge(confidence: int | None) -> Reason | None:
    """What to ask where the trainee is less than 90 % sure; nothing is refused for it."""
    return NUDGE if confidence is not None and confidence < SURE else None


def is_overdue(state: str, due_on: date | None, today: date) -> bool:
    """Whether the day of an agreed task has passed."""
    return state == SupervisionTaskState.AGREED and due_on is not None and due_on < today


def is_due_soon(state: str, due_on: date | None, today: date, within: timedelta) -> bool:
    """Whether an agreed task is due from today on within a time."""
    return state == SupervisionTaskState.AGREED and due_on is not None and today <= due_on <= today + within


def place_in_list(state: str, due_on: date | None) -> tuple[int, date]:
    """The order of a to-do list: what is agreed by its day, those without a day last; then proposals, then the rest."""
    order = (
        SupervisionTaskState.AGREED,
        SupervisionTaskState.PROPOSED,
        SupervisionTaskState.DONE,
        SupervisionTaskState.REVIEWED,
        SupervisionTaskState.DROPPED,
    )
    return order.index(SupervisionTaskState(state)), due_on or date.max
