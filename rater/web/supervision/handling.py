"""How a meeting handled supervision homework, rated on the form that rates it in therapy."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.storage.database import reading, writing
from rater.supervision.operations.handling import handling_of, rate_handling
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.supervision.blueprint import pages
from rater.web.supervision.meetings import PLACE
from rater.web.supervision.point_forms import form_shown
from rater.web.supervision.shown import around, by_field, given

Answer = ResponseReturnValue


@pages.get(f"{PLACE}/<meeting_id>/handling")
@declares(Access.SIGNED_IN)
def handling(slug: str, trainee_id: str, meeting_id: str) -> Answer:
    """The form with one's own points, and the other's once these are there."""
    return _shown(slug, trainee_id, meeting_id)


@pages.post(f"{PLACE}/<meeting_id>/handling", endpoint="rate_handling")
@declares(Access.SIGNED_IN)
def rate(slug: str, trainee_id: str, meeting_id: str) -> Answer:
    """Keep one's own points."""
    try:
        with writing() as session:
            rate_handling(session, actor(), slug, trainee_id, meeting_id, given(), now=now())
    except BadInput as error:
        return _shown(slug, trainee_id, meeting_id, given(), by_field(error.faults)), 422
    flash(gettext("Your rating of the meeting is kept."))
    return redirect(url_for("supervision.handling", slug=slug, trainee_id=trainee_id, meeting_id=meeting_id), 303)


def _shown(
    slug: str,
    trainee_id: str,
    meeting_id: str,
    values: Mapping[str, str] | None = None,
    faults: Mapping[str, list[str]] | None = None,
) -> str:
    with reading() as session:
        found = handling_of(session, actor(), slug, trainee_id, meeting_id, now=now())
        own = found.points.get(found.side, {})
        theirs = {side: points for side, points in found.points.items() if side is not found.side}
        return render_template(
            "supervision/handling.html",
            meeting=found.found.row,
            form=form_shown(found.scale, own if values is None else values, locale()),
            theirs=next(iter(theirs.values()), {}),
            is_rated=bool(own),
            faults=faults or {},
            **around(session, found.found.seen),
        )
