"""How a rating ends: saved by the plain form, submitted, reopened, left as it was; and its revisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Incomplete, Refused, Stale
from rater.ratings.operations.ending import Ending
from rater.ratings.operations.ending import ending_of as find_ending
from rater.ratings.operations.opening import open_rating
from rater.ratings.operations.reopening import keep_as_submitted, reopen_rating, revision_history
from rater.ratings.operations.submitting import submit_rating
from rater.storage.database import db, reading, writing
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.language import locale
from rater.web.ratings.blueprint import pages
from rater.web.ratings.forms import rating_form
from rater.web.ratings.history import history_page
from rater.web.ratings.sheet import Sheet, carried, save_carried
from rater.web.ratings.views import shown


@pages.context_processor
def _ending() -> dict[str, Callable[[str], Ending]]:
    """`ending_of(id)` for the templates: asked in the transaction that the page is read in."""
    return {"ending_of": lambda public_id: find_ending(db.session(), actor(), public_id, now=now())}


@pages.post("/ratings/<public_id>/submit")
@declares(Access.SIGNED_IN)
def submit(public_id: str) -> ResponseReturnValue:
    """Save the form as it stands, then submit it if that is wanted and it is complete."""
    with reading() as session:
        opened = open_rating(session, actor(), public_id, now=now())
        form = rating_form(opened, locale())
        sheet = carried(form, opened) if form.validate() else None
        slug, code = opened.study.slug, opened.assignment.shown_code
    if sheet is None:
        return shown(public_id, problems=(gettext("The form carried something that Rater does not know."),)), 422
    problems = _saved(public_id, sheet)
    if not problems and request.form.get("act") == "save":
        flash(gettext("Saved. Session %(code)s is not submitted yet.", code=code))
        return redirect(url_for("ratings.screen", public_id=public_id, _anchor="submit"), 303)
    if not problems and not form["confirm"].data:
        problems = [gettext("Your points are saved. Confirm that you have listened to the session to submit them.")]
    problems = problems or _submitted(public_id)
    if problems:
        return shown(public_id, problems=tuple(problems)), 422
    flash(gettext("Session %(code)s is submitted.", code=code))
    return redirect(url_for("ratings.queue", slug=slug), 303)


def _saved(public_id: str, sheet: Sheet) -> list[str]:
    """Save all that the form carried; what stands in the way of going on."""
    try:
        with writing() as session:
            save_carried(session, actor(), public_id, sheet, now=now())
    except Stale:
        return [gettext("An item was changed in another window meanwhile. Look at the points, then submit again.")]
    except BadInput as error:
        return [say(each.cause) for each in error.faults]
    if sheet.is_note_misplaced:
        return [gettext("The time of your note could not be read. The note is kept at 0:00.")]
    return []


def _submitted(public_id: str) -> list[str]:
    """Submit; what stands in the way of it."""
    try:
        with writing() as session:
            submit_rating(session, actor(), public_id, now=now())
    except Incomplete:
        return [gettext("Some items are still missing. Give each a point, or say why it has none.")]
    except Refused as error:
        return [f"{say(error.reason)}."]
    return []


@pages.post("/ratings/<public_id>/reopen")
@declares(Access.SIGNED_IN)
def reopen(public_id: str) -> ResponseReturnValue:
    """Take a submitted rating back, with a reason."""
    reason = request.form.get("reason", "")
    try:
        with writing() as session:
            reopen_rating(session, actor(), public_id, reason, now=now())
    except BadInput as error:
        return _page("ratings/reopen.html", public_id, reason=reason, faults=error.faults), 422
    return redirect(url_for("ratings.screen", public_id=public_id, _anchor="submit"), 303)


@pages.route("/ratings/<public_id>/as-submitted", methods=["GET", "POST"])
@declares(Access.SIGNED_IN)
def as_submitted(public_id: str) -> ResponseReturnValue:
    """Leave a reopened rating as it was submitted, after a question."""
    if request.method != "POST":
        return _page("ratings/as_submitted.html", public_id)
    with writing() as session:
        keep_as_submitted(session, actor(), public_id, now=now())
    flash(gettext("The rating is as you had submitted it."))
    return redirect(url_for("ratings.screen", public_id=public_id, _anchor="submit"), 303)


@pages.get("/ratings/<public_id>/revisions")
@declares(Access.SIGNED_IN)
def revisions(public_id: str) -> ResponseReturnValue:
    """What was submitted when, and what each revision changed."""
    with reading() as session:
        history = revision_history(session, actor(), public_id, now=now())
        return render_template("ratings/revisions.html", **history_page(history, locale()))


def _page(template: str, public_id: str, **more: Any) -> str:
    with reading() as session:
        ending = find_ending(session, actor(), public_id, now=now())
        return render_template(template, ending=ending, code=ending.assignment.shown_code, **more)
