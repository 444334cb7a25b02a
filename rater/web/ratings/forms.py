"""The rating form of any scale: one factory for all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.form import BaseForm
from wtforms.validators import Optional

from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.opening import OpenRating
from rater.scales.schema import Scale
from rater.terms import Completed


class MaybeChoice(SelectField):
    """A list to choose from that a form may leave out."""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is not on the list, if anything was sent."""
        if self.raw_data:
            super().pre_validate(form)


def rating_form(opened: OpenRating, locale: str) -> FlaskForm:
    """A form with a field per item (its points and its missing codes), per task due, and for the difficulties."""
    fields = _sheet_fields(opened.scales, locale)
    for task, report in opened.tasks:
        fields[f"task-{task.public_id}"] = RadioField(
            task.description or task.type,
            [Optional()],
            choices=[SelectChoice(each) for each in Completed],
            default=report.completed if report else None,
        )
    fields["difficulty"] = SelectMultipleField(
        lazy_gettext("Difficulties"),
        choices=[SelectChoice(each) for each in opened.difficulty_types.codes],
        default=sorted(opened.difficulties),
    )
    for row in [task.public_id for task in opened.other_tasks] + fresh_ids(opened, "task"):
        fields |= _other_task_fields(row, opened.homework_types.codes)
    fields |= {"note-at": StringField(), "note-text": StringField()}
    fields["confirm"] = BooleanField(lazy_gettext("I have listened to the session and these are my ratings."))
    made = type("RatingForm", (FlaskForm,), fields)
    form: FlaskForm = made(data={**_given(opened.points), **_defaults(opened)})
    return form


def sheet_form(scales: Iterable[Scale], points: Mapping[str, GivenPoint], locale: str) -> FlaskForm:
    """A form with the items of some scales alone, as the rating screen has them; `points_of` reads it."""
    made = type("SheetForm", (FlaskForm,), _sheet_fields(scales, locale))
    form: FlaskForm = made(data=_given(points))
    return form


def _given(points: Mapping[str, GivenPoint]) -> dict[str, str | None]:
    return {item: _chosen(point) for item, point in points.items()}


def _defaults(opened: OpenRating) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        f"task-{task.public_id}": report.completed for task, report in opened.tasks if report is not None
    }
    chosen |= {f"unsure-{item}": point.unsure for item, point in opened.points.items()}
    return {**chosen, "difficulty": sorted(opened.difficulties)}


def _sheet_fields(scales: Iterable[Scale], locale: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for scale in scales:
        fields |= _item_fields(scale, locale)
    return fields


def _item_fields(scale: Scale, locale: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for item in scale.items:
        codes = [SelectChoice(code.id, code.label.in_(locale)) for code in scale.missing_codes_for(item.id)]
        fields[item.id] = RadioField(
            item.text.in_(locale), [Optional()], choices=[SelectChoice(str(point)) for point in item.points] + codes
        )
        fields[f"seen-{item.id}"] = StringField()
        fields[f"unsure-{item.id}"] = BooleanField()
    return fields


def _other_task_fields(row: str, types: Iterable[str]) -> dict[str, Any]:
    return {
        f"other-description-{row}": StringField(),
        f"other-type-{row}": MaybeChoice(choices=[SelectChoice(each) for each in ("", *types)]),
        f"other-completed-{row}": MaybeChoice(choices=[SelectChoice(each) for each in ("", *Completed)]),
        f"other-seen-{row}": StringField(),
    }


def fresh_ids(opened: OpenRating, kind: str) -> list[str]:
    """Ids for what the plain form may add; the same page makes the same ones, so that it can be sent twice."""
    have, rows = (len(opened.notes), 1) if kind == "note" else (len(opened.other_tasks), 2)
    base = f"{opened.assignment.public_id} {kind}"
    return [hashlib.sha256(f"{base} {have + row}".encode()).hexdigest()[:32] for row in range(rows)]


def _chosen(point: GivenPoint) -> str | None:
    return point.missing_code if point.value is None else str(int(point.value))


def points_of(form: FlaskForm, scales: Iterable[Scale]) -> dict[str, GivenPoint]:
    """The points that the form carries; `version` is the one its page was made with."""
    points: dict[str, GivenPoint] = {}
    for scale in scales:
        codes = set(scale.missing_codes)
        for item in scale.items:
            chosen, version = form[item.id].data, _version(form, f"seen-{item.id}")
            if chosen in codes:
                points[item.id] = GivenPoint(None, chosen, version)
            elif chosen:
                points[item.id] = GivenPoint(float(chosen), None, version)
    return points


def log_of(form: FlaskForm, opened: OpenRating) -> tuple[dict[str, Completed], dict[str, bool]]:
    """The homework reports and the difficulties that the form carries."""
    reports = {
        task.public_id: Completed(form[f"task-{task.public_id}"].data)
        for task, _ in opened.tasks
        if form[f"task-{task.public_id}"].data
    }
    chosen = form["difficulty"].data or []
    return reports, {kind: kind in chosen for kind in opened.difficulty_types.codes}


def _version(form: FlaskForm, name: str) -> int:
    seen = form[name].data or "0"
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0


def flags_of(form: FlaskForm, scales: Iterable[Scale]) -> dict[str, bool]:
    """Which items the form marks as unsure."""
    return {item.id: bool(form[f"unsure-{item.id}"].data) for scale in scales for item in scale.items}


@dataclass(frozen=True)
class OtherTaskRow:
    """A free row of the homework log as the plain form carries it; `seen` is the version that its page showed."""

    id: str
    description: str
    type: str
    completed: Completed | None
    seen: int


def other_tasks_of(form: FlaskForm, opened: OpenRating) -> list[OtherTaskRow]:
    """The free rows that the form carries and that differ from those kept; empty new ones are left out."""
    kept = {task.public_id: (task.description, task.type, task.completed) for task in opened.other_tasks}
    rows = []
    for row in [*kept, *fresh_ids(opened, "task")]:
        given = [form[f"other-{name}-{row}"].data or "" for name in ("description", "type", "completed")]
        found = (given[0].strip(), given[1] or opened.homework_types.codes[0], given[2] or None)
        if found[0] and found != kept.get(row):
            completed = Completed(found[2]) if found[2] else None
            rows.append(OtherTaskRow(row, found[0], found[1], completed, _version(form, f"other-seen-{row}")))
    return rows


@dataclass(frozen=True)
class WrittenNote:
    """A note written in the plain form, where nothing plays along: its time was typed as minutes and seconds."""

    id: str
    second: float | None
    text: str


def note_of(form: FlaskForm, opened: OpenRating) -> WrittenNote | None:
    """The note that the form carries, if any; `second` is None where its time cannot be read."""
    text = (form["note-text"].data or "").strip()
    if not text:
        return None
    return WrittenNote(fresh_ids(opened, "note")[0], _second(form["note-at"].data or "0"), text)


def _second(typed: str) -> float | None:
    parts = typed.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return None
    second = 0
    for part in parts:
        second = 60 * second + int(part)
    return float(second)
