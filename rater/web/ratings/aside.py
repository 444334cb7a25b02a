"""A session that cannot be rated, and a worry about a patient: pages of their own, as plain forms."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.ratings.operations.concerns import LONGEST_CONCERN, raise_concern
from rater.ratings.operations.ending import ending_of
from rater.ratings.operations.setting_aside import LONGEST_TEXT, set_aside, take_back
from rater.storage.database import reading, writing
from rater.terms import ObstacleReason
from rater.web.access import Access, actor, declares, now
from rater.web.ratings.blueprint import pages


@pages.get("/ratings/<public_id>/cannot-rate")
@declares(Access.SIGNED_IN)
def cannot_rate(public_id: str) -> ResponseReturnValue:
    """Ask why a session cannot be rated."""
    return _page("ratings/cannot_rate.html", public_id, chosen="", text="")


@pages.post("/ratings/<public_id>/cannot-rate")
@declares(Access.SIGNED_IN)
def set_session_aside(public_id: str) -> ResponseReturnValue:
    """Put the session aside, and go on with the queue."""
    reason, text = request.form.get("reason", ""), request.form.get("text", "")
    try:
        with writing() as session:
            obstacle = set_aside(session, actor(), public_id, reason, text, now=now())
            session.flush()
            slug = obstacle.assignment.wave.study.slug
            code = obstacle.assignment.shown_code
    except BadInput as error:
        return _page("ratings/cannot_rate.html", public_id, chosen=reason, text=text, faults=error.faults), 422
    flash(gettext("Session %(code)s is set aside. The coordinator decides what happens with it.", code=code))
    return redirect(url_for("ratings.queue", slug=slug), 303)


@pages.post("/ratings/<public_id>/take-back")
@declares(Access.SIGNED_IN)
def take_session_back(public_id: str) -> ResponseReturnValue:
    """Rate a session after all."""
    with writing() as session:
        take_back(session, actor(), public_id, now=now())
    flash(gettext("You can rate this session again. Your marks are as you left them."))
    return redirect(url_for("ratings.screen", public_id=public_id, _anchor="submit"), 303)


@pages.get("/ratings/<public_id>/concern")
@declares(Access.SIGNED_IN)
def concern(public_id: str) -> ResponseReturnValue:
    """Say who will be told, and ask for the words."""
    return _page("ratings/concern.html", public_id, text="")


@pages.post("/ratings/<public_id>/concern")
@declares(Access.SIGNED_IN)
def raise_worry(public_id: str) -> ResponseReturnValue:
    """Tell the person named in the study."""
    text = request.form.get("text", "")
    try:
        with writing() as session:
            raise_concern(session, actor(), public_id, text, now=now())
    except BadInput as error:
        return _page("ratings/concern.html", public_id, text=text, faults=error.faults), 422
    return redirect(url_for("ratings.concern", public_id=public_id, _anchor="told"), 303)


def _page(template: str, public_id: str, **more: Any) -> str:
    with reading() as session:
        ending = ending_of(session, actor(), public_id, now=now())
        return render_template(
            template,
            ending=ending,
            code=ending.assignment.shown_code,
            reasons=list(ObstacleReason),
            longest=LONGEST_CONCERN if template == "ratings/concern.html" else LONGEST_TEXT,
            **more,
        )
