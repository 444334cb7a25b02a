"""A trainee's page: how far each item is done over the sessions, the patients' outcomes, and the focus."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.storage.database import reading, writing
from rater.supervision.operations.profiling import TraineePage, choose_focus, end_focus, open_profile
from rater.web.access import Access, actor, declares, now
from rater.web.supervision.blueprint import pages
from rater.web.supervision.profile_shown import outcome_drawings, profile_shown
from rater.web.supervision.shown import around, by_field, given

PLACE = "/studies/<slug>/supervision/trainees/<trainee_id>"


@pages.get(PLACE)
@declares(Access.SIGNED_IN)
def trainee(slug: str, trainee_id: str) -> ResponseReturnValue:
    """The profile over sessions, filtered by patient."""
    return _shown(slug, trainee_id)


@pages.post(f"{PLACE}/focus")
@declares(Access.SIGNED_IN)
def keep_focus(slug: str, trainee_id: str) -> ResponseReturnValue:
    """Choose what to work on, or nothing; what cannot be taken comes back with its faults."""
    sent = given()
    try:
        with writing() as session:
            if sent.get("item"):
                choose_focus(session, actor(), slug, trainee_id, sent["item"], sent.get("reason", ""), now=now())
            else:
                end_focus(session, actor(), slug, trainee_id, now=now())
    except BadInput as error:
        return _shown(slug, trainee_id, sent, by_field(error.faults)), 422
    flash(gettext("The focus is kept."))
    return redirect(url_for("supervision.trainee", slug=slug, trainee_id=trainee_id), 303)


def _shown(
    slug: str, trainee_id: str, sent: dict[str, str] | None = None, faults: dict[str, list[str]] | None = None
) -> str:
    with reading() as session:
        found = open_profile(session, actor(), slug, trainee_id, now=now(), patient=request.args.get("patient", ""))
        return render_template(
            "supervision/trainee.html",
            found=found,
            **_drawn(found),
            sent=sent or {},
            faults=faults or {},
            **around(session, found.seen),
        )


def _drawn(found: TraineePage) -> dict[str, Any]:
    shown = profile_shown(found.profiles)
    return {**shown, "drawings": shown["drawings"] | outcome_drawings(found.outcomes)}
