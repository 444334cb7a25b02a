"""The rating manual and the decision log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Fault
from rater.ratings.manual import anchor_of
from rater.ratings.operations.manual import LONGEST_RULING, add_ruling, manual_for_rating, manual_of
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import Reason
from rater.training.operations.examples import examples_for
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.language import locale
from rater.web.ratings.blueprint import pages
from rater.web.ratings.queue import zone


@pages.get("/studies/<slug>/manual")
@declares(Access.SIGNED_IN)
def manual_page(slug: str) -> ResponseReturnValue:
    """The manual of the study's scales with all rulings."""
    return _shown(slug), 200


@pages.get("/ratings/<public_id>/manual")
@declares(Access.SIGNED_IN)
def manual(public_id: str) -> ResponseReturnValue:
    """The same words, for the side of the rating screen."""
    with reading() as session:
        found = manual_for_rating(session, actor(), public_id, locale(), now=now())
        heard = examples_for(session, actor(), found.study, now=now())
        return render_template("ratings/manual_text.html", manual=found, examples=heard, beside=True)


@pages.post("/studies/<slug>/decisions")
@declares(Access.SIGNED_IN)
def write_decision(slug: str) -> ResponseReturnValue:
    """Write a ruling into the log; one that cannot be taken comes back with its text."""
    given = {name: request.form.get(name, "") for name in ("about", "on", "text")}
    scale, _, item = given["about"].partition("/")
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.WRITE_MANUAL, now=now())
            day, today = _day(given["on"]), now().astimezone(zone()).date()
            add_ruling(session, actor(), study, scale, item or None, day, given["text"], now=now(), today=today)
    except BadInput as error:
        return _shown(slug, given=given, problems=[say(each.cause) for each in error.faults]), 422
    flash(gettext("The ruling is in the log."))
    return redirect(url_for("ratings.manual_page", slug=slug, _anchor=anchor_of(item) if item else None), 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        wrong = Reason("{text} is no day of the calendar", {"text": text[:40] or "–"})
        raise BadInput(Fault(wrong, Reason("Write it as 2026-11-23"))) from error


def _shown(slug: str, *, given: Mapping[str, str] | None = None, problems: list[str] | None = None) -> str:
    today = now().astimezone(zone()).date()
    with reading() as session:
        found = manual_of(session, actor(), slug, locale(), now=now())
        return render_template(
            "ratings/manual.html",
            manual=found,
            examples=examples_for(session, actor(), found.study, now=now()),
            given=given or {"about": "", "on": today.isoformat(), "text": ""},
            today=today,
            problems=problems or [],
            longest=LONGEST_RULING,
            locale_code=locale(),
        )
