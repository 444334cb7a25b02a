"""What the page of a meeting sends: notes by part, the reviews of homework, the evaluation, and one button."""

from __future__ import annotations

from collections.abc import Mapping

from rater.errors import BadInput, Fault
from rater.supervision.meetings import TEXTS, read_evaluation, read_notes
from rater.supervision.operations.meetings import Kept
from rater.supervision.tasks import TaskReview, read_review
from rater.supervision.written import mark_of

REVIEW = ("completed", "difficulties", "conclusions", "self_efficacy")
"""The fields of a review of homework; each bears the id of its task behind a hyphen."""
EVALUATION = ("helpful", "understood", "change")


def read_meeting(given: Mapping[str, str]) -> Kept:
    """What was typed. Raises BadInput with every fault of every part at its field."""
    faults: list[Fault] = []
    notes, evaluation = dict[str, str](), None
    try:
        notes = read_notes({name: given[name] for name in map(str, TEXTS) if name in given})
    except BadInput as error:
        faults += error.faults
    try:
        evaluation = read_evaluation(given) if "helpful" in given else None
    except BadInput as error:
        faults += error.faults
    reviews: dict[str, TaskReview] = {}
    for task_id in _tasks_in(given):
        told = {name: given.get(f"{name}-{task_id}", "") for name in REVIEW}
        if not any(told.values()):
            continue
        try:
            reviews[task_id] = read_review(told)
        except BadInput as error:
            faults += [Fault(each.cause, each.remedy, column=f"{each.column}-{task_id}") for each in error.faults]
    if faults:
        raise BadInput(faults)
    marks = {name: given.get(f"mark-{name}", "") for name in map(str, TEXTS)}
    return Kept(notes, marks, evaluation, reviews, {each: _version(given, each) for each in reviews})


def _tasks_in(given: Mapping[str, str]) -> list[str]:
    return [name.removeprefix("seen-") for name in given if name.startswith("seen-")]


def _version(given: Mapping[str, str], task_id: str) -> int:
    typed = given.get(f"seen-{task_id}", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def marks_of(texts: Mapping[str, str]) -> dict[str, str]:
    """The marks of the notes as they stand, for the form to hold."""
    return {str(name): mark_of(texts.get(name, "")) for name in TEXTS}
