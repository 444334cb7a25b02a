"""Rating a session: by its trainee, and by the supervisor."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Incomplete, Stale
from rater.ratings.completeness import GivenPoint
from rater.storage.database import reading, writing
from rater.supervision.operations import rating
from rater.web.access import Access, actor, declares, now
from rater.web.bodies import json_body
from rater.web.errors import say
from rater.web.language import locale
from rater.web.ratings.forms import points_of, sheet_form
from rater.web.supervision.blueprint import pages
from rater.web.supervision.session_shown import sheet_shown

NONE = type(None)


@pages.get("/studies/<slug>/supervision/sessions/<code>/rate")
@declares(Access.SIGNED_IN)
def rate(slug: str, code: str) -> ResponseReturnValue:
    """The programme's scales with what one has given so far, and the recording beside them."""
    return _page(slug, code)


@pages.put("/studies/<slug>/supervision/sessions/<code>/rate/<item>")
@declares(Access.SIGNED_IN)
def save_point(slug: str, code: str, item: str) -> ResponseReturnValue:
    """Save one point."""
    body = json_body(op=(str,), seen=(int, NONE), value=(int, float, NONE), missing_code=(str, NONE))
    with writing() as session:
        saved = rating.save_point(
            session,
            actor(),
            slug,
            code,
            item,
            body["value"],
            body["missing_code"],
            now=now(),
            seen=body["seen"],
            operation_id=body["op"],
        )
        version = saved.points[item].version
    return jsonify(version=version, saved_at=now().isoformat())


@pages.post("/studies/<slug>/supervision/sessions/<code>/rate")
@declares(Access.SIGNED_IN)
def submit_rating(slug: str, code: str) -> ResponseReturnValue:
    """Save the form as it stands, then submit it if that is wanted and it is complete."""
    with reading() as session:
        sheet = rating.open_sheet(session, actor(), slug, code, now=now())
        form = sheet_form(sheet.scales, sheet.points, locale())
        points = points_of(form, sheet.scales) if form.validate() else None
    if points is None:
        return _page(slug, code, problems=[gettext("The form carried something that Rater does not know.")]), 422
    problems = _saved(slug, code, points)
    if not problems and request.form.get("act") == "save":
        flash(gettext("Saved. The rating is not submitted yet."))
        return redirect(url_for("supervision.rate", slug=slug, code=code, _anchor="submit"), 303)
    if not problems and request.form.get("confirm") != "yes":
        problems = [gettext("Your points are saved. Confirm that you have listened to the session to submit them.")]
    problems = problems or _submitted(slug, code)
    if problems:
        return _page(slug, code, problems=problems), 422
    flash(gettext("Your rating of the session is submitted."))
    return redirect(url_for("supervision.review", slug=slug, code=code), 303)


def _saved(slug: str, code: str, points: dict[str, GivenPoint]) -> list[str]:
    """Save all that the form carried; what stands in the way of going on."""
    try:
        with writing() as session:
            rating.save_sheet(session, actor(), slug, code, points, now=now())
    except Stale:
        return [gettext("An item was changed in another window meanwhile. Look at the points, then submit again.")]
    except BadInput as error:
        return [say(each.cause) for each in error.faults]
    return []


def _submitted(slug: str, code: str) -> list[str]:
    """Submit; what stands in the way of it."""
    try:
        with writing() as session:
            rating.submit_session_rating(session, actor(), slug, code, now=now())
    except Incomplete:
        return [gettext("Some items are still missing. Give each a point, or say why it has none.")]
    return []


def _page(slug: str, code: str, *, problems: list[str] | None = None) -> str:
    with reading() as session:
        sheet = rating.open_sheet(session, actor(), slug, code, now=now())
        screen = sheet_shown(session, actor(), sheet, locale(), now=now(), problems=problems or ())
        return render_template("supervision/rate.html", screen=screen)
