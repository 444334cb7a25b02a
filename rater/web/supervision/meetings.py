"""Supervision meetings: planned, prefilled, written in by both, held, printed."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Stale
from rater.storage.database import reading, writing
from rater.supervision.meetings import parts_in_order, read_day
from rater.supervision.operations.handling import can_be_rated
from rater.supervision.operations.meetings import (
    hold_meeting,
    keep_meeting,
    meeting_for,
    move_meeting,
    own_meetings,
    plan_meeting,
    texts_of,
)
from rater.supervision.operations.pairing import pair_for
from rater.supervision.operations.prefilling import prefilled
from rater.web.access import Access, actor, declares, now
from rater.web.limits import takes_up_to
from rater.web.supervision.blueprint import pages
from rater.web.supervision.meeting_form import marks_of, read_meeting
from rater.web.supervision.shown import around, by_field, given, today

PLACE = "/studies/<slug>/supervision/trainees/<trainee_id>/meetings"
MOST_BYTES = 2 * 1024 * 1024
"""What all notes of a meeting may come to, as a form sends them."""
Answer = ResponseReturnValue
Faults = Mapping[str, list[str]]


@pages.get(PLACE)
@declares(Access.SIGNED_IN)
def meetings(slug: str, trainee_id: str) -> Answer:
    """The meetings to come and those held, with a form for a new one."""
    return _listed(slug, trainee_id)


@pages.post(PLACE)
@declares(Access.SIGNED_IN)
def plan(slug: str, trainee_id: str) -> Answer:
    """Plan a meeting for a day."""
    try:
        with writing() as session:
            pair_for(session, actor(), slug, trainee_id, now=now())
            made = plan_meeting(session, actor(), slug, trainee_id, read_day(given()), now=now())
            meeting_id = made.public_id
    except BadInput as error:
        return _listed(slug, trainee_id, values=given(), faults=by_field(error.faults)), 422
    return redirect(_page(slug, trainee_id, meeting_id), 303)


@pages.get(f"{PLACE}/<meeting_id>")
@declares(Access.SIGNED_IN)
def meeting(slug: str, trainee_id: str, meeting_id: str) -> Answer:
    """One meeting with what is prefilled of it."""
    return _shown(slug, trainee_id, meeting_id)


@pages.post(f"{PLACE}/<meeting_id>")
@takes_up_to(lambda _: MOST_BYTES)
@declares(Access.SIGNED_IN)
def keep(slug: str, trainee_id: str, meeting_id: str) -> Answer:
    """Keep all that was typed, then do what the button says; what cannot be kept comes back as it was typed."""
    try:
        with writing() as session:
            meeting_for(session, actor(), slug, trainee_id, meeting_id, now=now())
            keep_meeting(session, actor(), slug, trainee_id, meeting_id, read_meeting(given()), now=now())
            if request.form.get("do") == "held":
                hold_meeting(session, actor(), slug, trainee_id, meeting_id, now=now())
    except BadInput as error:
        return _shown(slug, trainee_id, meeting_id, values=given(), faults=by_field(error.faults)), 422
    except Stale as error:
        return _shown(slug, trainee_id, meeting_id, values=given(), clashes=error.current["clashes"]), 409
    if request.form.get("do") == "task":
        address = url_for("supervision.new_task", slug=slug, trainee_id=trainee_id, meeting=meeting_id)
        return redirect(address, 303)
    flash(gettext("Kept. The meeting is marked as held.") if request.form.get("do") == "held" else gettext("Kept."))
    return redirect(_page(slug, trainee_id, meeting_id), 303)


@pages.post(f"{PLACE}/<meeting_id>/day")
@declares(Access.SIGNED_IN)
def move(slug: str, trainee_id: str, meeting_id: str) -> Answer:
    """Put a meeting to come on another day."""
    try:
        with writing() as session:
            meeting_for(session, actor(), slug, trainee_id, meeting_id, now=now())
            move_meeting(session, actor(), slug, trainee_id, meeting_id, read_day(given()), now=now())
    except BadInput as error:
        return _shown(slug, trainee_id, meeting_id, faults=by_field(error.faults)), 422
    flash(gettext("The meeting is on another day now."))
    return redirect(_page(slug, trainee_id, meeting_id), 303)


@pages.get(f"{PLACE}/<meeting_id>/print")
@declares(Access.SIGNED_IN)
def meeting_printed(slug: str, trainee_id: str, meeting_id: str) -> Answer:
    """The meeting to be read or printed, without its forms."""
    return _shown(slug, trainee_id, meeting_id, template="supervision/meeting_printed.html")


def _page(slug: str, trainee_id: str, meeting_id: str) -> str:
    return url_for("supervision.meeting", slug=slug, trainee_id=trainee_id, meeting_id=meeting_id)


def _listed(
    slug: str, trainee_id: str, *, values: Mapping[str, str] | None = None, faults: Faults | None = None
) -> str:
    with reading() as session:
        seen, found = own_meetings(session, actor(), slug, trainee_id, now=now())
        return render_template(
            "supervision/meetings.html",
            meetings=found,
            values=values or {},
            faults=faults or {},
            **around(session, seen),
        )


def _shown(
    slug: str,
    trainee_id: str,
    meeting_id: str,
    *,
    values: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    clashes: Mapping[str, str] | None = None,
    template: str = "supervision/meeting.html",
) -> str:
    with reading() as session:
        found = meeting_for(session, actor(), slug, trainee_id, meeting_id, now=now())
        facts = prefilled(session, actor(), found.seen, found.row, now=now(), today=today())
        texts = texts_of(found.row)
        typed = values or {}
        marks = marks_of(texts)
        if faults:
            marks |= {name: typed[f"mark-{name}"] for name in marks if f"mark-{name}" in typed}
        return render_template(
            template,
            meeting=found.row,
            facts=facts,
            can_be_rated=can_be_rated(found.seen.study, found.row),
            texts={**texts, **{name: typed[name] for name in marks if name in typed}},
            marks=marks,
            parts=parts_in_order(looked_at=facts.is_looked_at),
            values=typed,
            faults=faults or {},
            clashes=clashes or {},
            **around(session, found.seen),
        )
