"""All that the plain form carries of one rating, saved as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.logs import save_difficulty, save_homework_report, save_other_task
from rater.ratings.operations.notes import save_note
from rater.ratings.operations.opening import OpenRating
from rater.ratings.operations.saving import save_sheet
from rater.terms import Actor, Completed
from rater.web.ratings.forms import (
    OtherTaskRow,
    WrittenNote,
    flags_of,
    log_of,
    note_of,
    other_tasks_of,
    points_of,
)


@dataclass(frozen=True)
class Sheet:
    """Points, marks, logs and the one new note of a form; of the logs only what differs from what is kept."""

    points: Mapping[str, GivenPoint]
    unsure: frozenset[str]
    reports: Mapping[str, Completed]
    difficulties: Mapping[str, bool]
    other_tasks: list[OtherTaskRow]
    note: WrittenNote | None

    @property
    def is_note_misplaced(self) -> bool:
        """Whether there is a note whose time cannot be read."""
        return self.note is not None and self.note.second is None


def carried(form: FlaskForm, opened: OpenRating) -> Sheet:
    """What a valid form carries."""
    reports, difficulties = log_of(form, opened)
    kept = {task.public_id: report.completed for task, report in opened.tasks if report is not None}
    return Sheet(
        points_of(form, opened.scales),
        frozenset(item for item, marked in flags_of(form, opened.scales).items() if marked),
        {task: completed for task, completed in reports.items() if kept.get(task) != completed},
        {kind: present for kind, present in difficulties.items() if present != (kind in opened.difficulties)},
        other_tasks_of(form, opened),
        note_of(form, opened),
    )


def save_carried(session: Session, actor: Actor, public_id: str, sheet: Sheet, *, now: datetime) -> None:
    """Save a sheet in the caller's transaction. Raises what the operations of its parts raise."""
    save_sheet(session, actor, public_id, sheet.points, now=now, unsure=sheet.unsure)
    for task, completed in sheet.reports.items():
        save_homework_report(session, actor, public_id, task, completed, now=now)
    for kind, present in sheet.difficulties.items():
        save_difficulty(session, actor, public_id, kind, present, now=now)
    for row in sheet.other_tasks:
        save_other_task(
            session, actor, public_id, row.id, row.description, row.type, row.completed, now=now, seen=row.seen
        )
    if sheet.note is not None:
        save_note(session, actor, public_id, sheet.note.id, sheet.note.second or 0.0, sheet.note.text, now=now, seen=0)
