"""The rating form of any scale: one factory for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Optional

from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.opening import OpenRating
from rater.scales.schema import Scale
from rater.terms import DIFFICULTY_TYPES, Completed


def rating_form(opened: OpenRating, locale: str) -> FlaskForm:
    """A form with a field per item (its points and its missing codes), per task due, and for the difficulties."""
    fields: dict[str, Any] = {}
    for scale in opened.scales:
        fields |= _item_fields(scale, locale)
    for task, report in opened.tasks:
        fields[f"task-{task.public_id}"] = RadioField(
            task.description or task.type,
            [Optional()],
            choices=[SelectChoice(each) for each in Completed],
            default=report.completed if report else None,
        )
    fields["difficulty"] = SelectMultipleField(
        lazy_gettext("Difficulties"),
        choices=[SelectChoice(each) for each in DIFFICULTY_TYPES],
        default=sorted(opened.difficulties),
    )
    fields["confirm"] = BooleanField(lazy_gettext("I have listened to the session and these are my ratings."))
    made = type("RatingForm", (FlaskForm,), fields)
    given = {item: _chosen(point) for item, point in opened.points.items()}
    form: FlaskForm = made(data={**given, **_defaults(opened)})
    return form


def _defaults(opened: OpenRating) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        f"task-{task.public_id}": report.completed for task, report in opened.tasks if report is not None
    }
    return {**chosen, "difficulty": sorted(opened.difficulties)}


def _item_fields(scale: Scale, locale: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for item in scale.items:
        codes = [SelectChoice(code.id, code.label.in_(locale)) for code in scale.missing_codes_for(item.id)]
        fields[item.id] = RadioField(
            item.text.in_(locale), [Optional()], choices=[SelectChoice(str(point)) for point in item.points] + codes
        )
        fields[f"seen-{item.id}"] = StringField()
    return fields


def _chosen(point: GivenPoint) -> str | None:
    return point.missing_code if point.value is None else str(int(point.value))


def points_of(form: FlaskForm, scales: Iterable[Scale]) -> dict[str, GivenPoint]:
    """The points that the form carries; `version` is the one its page was made with."""
    points: dict[str, GivenPoint] = {}
    for scale in scales:
        codes = set(scale.missing_codes)
        for item in scale.items:
            chosen, seen = form[item.id].data, form[f"seen-{item.id}"].data or "0"
            version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
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
    return reports, {kind: kind in chosen for kind in DIFFICULTY_TYPES}
