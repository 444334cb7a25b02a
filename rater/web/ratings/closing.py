"""How a rating ends: submitted."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Incomplete, Stale
from rater.ratings.operations.logs import save_difficulty, save_homework_report
from rater.ratings.operations.opening import open_rating
from rater.ratings.operations.saving import save_sheet
from rater.ratings.operations.submitting import submit_rating
from rater.storage.database import reading, writing
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.language import locale
from rater.web.ratings.blueprint import pages
from rater.web.ratings.forms import log_of, points_of, rating_form
from rater.web.ratings.views import shown


@pages.post("/ratings/<public_id>/submit")
@declares(Access.SIGNED_IN)
def submit(public_id: str) -> ResponseReturnValue:
    """Save the form as it stands, then submit it if it is complete."""
    with reading() as session:
        opened = open_rating(session, actor(), public_id, now=now())
        form = rating_form(opened, locale())
        valid = form.validate()
        points, (reports, difficulties) = (
            (points_of(form, opened.scales), log_of(form, opened)) if valid else ({}, ({}, {}))
        )
        slug, code = opened.study.slug, opened.assignment.therapy_session.rating_code
    problems: tuple[str, ...] = ()
    if not valid:
        return shown(public_id, problems=(gettext("The form carried something that Rater does not know."),)), 422
    try:
        with writing() as session:
            save_sheet(session, actor(), public_id, points, now=now())
            for task, completed in reports.items():
                save_homework_report(session, actor(), public_id, task, completed, now=now())
            for kind, present in difficulties.items():
                save_difficulty(session, actor(), public_id, kind, present, now=now())
    except Stale:
        problem = gettext("An item was changed in another window meanwhile. Look at the points, then submit again.")
        return shown(public_id, problems=(problem,)), 422
    except BadInput as error:
        return shown(public_id, problems=tuple(say(each.cause) for each in error.faults)), 422
    if not form["confirm"].data:
        problems = (gettext("Your points are saved. Confirm that you have listened to the session to submit them."),)
    else:
        try:
            with writing() as session:
                submit_rating(session, actor(), public_id, now=now())
        except Incomplete:
            problems = (gettext("Some items are still missing. Give each a point, or say why it has none."),)
    if problems:
        return shown(public_id, problems=problems), 422
    flash(gettext("Session %(code)s is submitted.", code=code))
    return redirect(url_for("ratings.queue", slug=slug), 303)
