"""Masked spans: the recordings of a study, and the spans of one of them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, fault
from rater.recordings.masking import LONGEST_NOTE, MASKED_ROLES, read_time, told_time
from rater.recordings.operations.masking import (
    WantedSpan,
    maskable,
    masks_in,
    masks_of,
    remove_span,
    set_span,
)
from rater.storage.database import reading, writing
from rater.terms import MaskReason, Role
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.recordings.views import pages
from rater.web.studies.sections import links_in

Typed = dict[str, str | list[str]]
FRESH: Typed = {
    "start": "",
    "stop": "",
    "reason": MaskReason.OUTCOME_READ_ALOUD,
    "note": "",
    "roles": [Role.RATER],
}


@pages.get("/studies/<slug>/recordings")
@declares(Access.SIGNED_IN)
def in_study(slug: str) -> ResponseReturnValue:
    """Every recording of a study with what is masked in it."""
    with reading() as session:
        study, rows = masks_in(session, actor(), slug, now=now())
        return render_template("recordings/recordings.html", study=study, rows=rows, sections=links_in(session, study))


@pages.get("/recordings/<public_id>/masks")
@declares(Access.SIGNED_IN)
def masks(public_id: str) -> ResponseReturnValue:
    """One recording with its player, its spans, and a form for a new one."""
    return _shown(public_id, FRESH), 200


@pages.post("/recordings/<public_id>/masks")
@declares(Access.SIGNED_IN)
def mask(public_id: str) -> ResponseReturnValue:
    """Mask a span; one that cannot be masked comes back as it was typed."""
    form = request.form
    typed: Typed = {**{name: form.get(name, "") for name in FRESH}, "roles": form.getlist("roles")}
    try:
        with writing() as session:
            study, found = maskable(session, actor(), public_id, now=now())
            wanted = _wanted(typed["start"], typed["stop"], typed)
            made = set_span(session, actor(), found.recording, study, wanted, now=now())
    except BadInput as error:
        return _shown(public_id, typed, problems=[say(each.cause) for each in error.faults]), 422
    if made is None:
        flash(gettext("This span is masked already."))
    else:
        flash(gettext("The span is masked. Those it concerns hear nothing of the recording until it is prepared."))
    return redirect(url_for("recordings.masks", public_id=public_id), 303)


@pages.post("/recordings/<public_id>/masks/<span_id>/remove")
@declares(Access.SIGNED_IN)
def unmask(public_id: str, span_id: str) -> ResponseReturnValue:
    """Let a span be heard again."""
    with writing() as session:
        study, found = maskable(session, actor(), public_id, now=now())
        remove_span(session, actor(), found.recording, study, span_id, now=now())
    flash(gettext("The span is removed. It can be heard again."))
    return redirect(url_for("recordings.masks", public_id=public_id), 303)


def _wanted(start: object, stop: object, typed: Typed) -> WantedSpan:
    times = [read_time(str(each)) for each in (start, stop)]
    faults = [
        fault("{value} is no time such as 1:15.8", "Correct it", column=name, value=str(typed[name])[:32] or "–")
        for name, time in zip(("start", "stop"), times, strict=True)
        if time is None
    ]
    if times[0] is None or times[1] is None:
        raise BadInput(faults)
    return WantedSpan(times[0], times[1], str(typed["reason"]), list(typed["roles"]), str(typed["note"]))


def _shown(public_id: str, typed: Typed, *, problems: list[str] | None = None) -> str:
    with reading() as session:
        study, masked = masks_of(session, actor(), public_id, now=now())
        return render_template(
            "recordings/masks.html",
            study=study,
            sections=links_in(session, study),
            masked=masked,
            stretches=[[each.start_s, each.stop_s] for each in masked.spans],
            typed=typed,
            roles=list(MASKED_ROLES),
            reasons=list(MaskReason),
            longest=LONGEST_NOTE,
            problems=problems or [],
            told=told_time,
        )
