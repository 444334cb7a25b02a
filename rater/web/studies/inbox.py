"""What waits for a person of a study: sessions set aside, and worries about patients."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.ratings.operations.concerns import concerns_told_to, open_concern, take_on
from rater.ratings.operations.setting_aside import LONGEST_TEXT, answer_obstacle, obstacle_study, obstacles_of
from rater.recordings.operations.excluding import offered_reasons
from rater.storage.database import reading, writing
from rater.studies.operations import may_do, study_for
from rater.studies.permissions import Action
from rater.web.access import Access, actor, declares, now
from rater.web.studies.views import pages


@pages.get("/studies/<slug>/set-aside")
@declares(Access.SIGNED_IN)
def set_aside(slug: str) -> ResponseReturnValue:
    """The sessions that raters cannot rate, those that wait for an answer first."""
    return _inbox(slug)


def _inbox(slug: str, **more: Any) -> str:
    with reading() as session:
        study = study_for(session, actor(), slug, Action.ANSWER_OBSTACLES, now=now())
        found = obstacles_of(session, study)
        return render_template(
            "studies/inbox.html",
            study=study,
            waiting=[each for each in found if each.answer is None],
            answered=[each for each in found if each.answer is not None],
            longest=LONGEST_TEXT,
            may_exclude=may_do(session, actor(), study, Action.EXCLUDE, now=now()),
            reasons=offered_reasons(session, study),
            **more,
        )


@pages.post("/obstacles/<public_id>/answer")
@declares(Access.SIGNED_IN)
def answer(public_id: str) -> ResponseReturnValue:
    """Give a session back, or withdraw it."""
    given, message = request.form.get("answer", ""), request.form.get("message", "")
    leaving = {name: request.form.get(f"leave_out_{name}", "") for name in ("reason", "scope")}
    leave_out = (leaving["reason"], leaving["scope"]) if leaving["reason"].strip() else None
    try:
        with writing() as session:
            obstacle = answer_obstacle(session, actor(), public_id, given, message, now=now(), leave_out=leave_out)
            slug, code = obstacle.assignment.wave.study.slug, obstacle.assignment.therapy_session.code
    except BadInput as error:
        with reading() as session:
            slug = obstacle_study(session, actor(), public_id, now=now()).slug
        return _inbox(slug, at=public_id, message=message, leaving=leaving, faults=error.faults), 422
    flash(gettext("Session %(code)s is decided.", code=code))
    return redirect(url_for("studies.set_aside", slug=slug), 303)


@pages.get("/concerns")
@declares(Access.SIGNED_IN)
def concerns() -> ResponseReturnValue:
    """The worries about patients of which the person has been told."""
    with reading() as session:
        return render_template("studies/concerns.html", concerns=concerns_told_to(session, actor(), now=now()))


@pages.get("/concerns/<public_id>")
@declares(Access.SIGNED_IN)
def concern(public_id: str) -> ResponseReturnValue:
    """One worry, for the person who is told of it."""
    with reading() as session:
        return render_template("studies/concern.html", concern=open_concern(session, actor(), public_id, now=now()))


@pages.post("/concerns/<public_id>/seen")
@declares(Access.SIGNED_IN)
def seen(public_id: str) -> ResponseReturnValue:
    """Say that one has seen a worry and takes it on."""
    with writing() as session:
        take_on(session, actor(), public_id, now=now())
    flash(gettext("The rater sees that you have read this and take it on."))
    return redirect(url_for("studies.concern", public_id=public_id), 303)
