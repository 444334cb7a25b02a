"""Texts and sounds that a trainee attaches to a task."""

from __future__ import annotations

from contextlib import nullcontext

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.recordings.operations.keeping import kept_sound
from rater.storage.database import reading, writing
from rater.supervision.operations.attaching import (
    LONGEST_S,
    MOST_BYTES,
    ask_to_attach,
    attach,
    attached_sound,
    read_attachment,
    remove_attachment,
    trace_attachment,
)
from rater.web.access import Access, actor, declares, now
from rater.web.limits import takes_up_to
from rater.web.sound import ranged, store
from rater.web.supervision.blueprint import pages
from rater.web.supervision.shown import by_field, given
from rater.web.supervision.tasks import PLACE, shown_task

ATTACHMENTS = f"{PLACE}/<task_id>/attachments"
FORM_BYTES = 64 * 1024
"""What a form needs beside its file."""
Answer = ResponseReturnValue


@pages.post(ATTACHMENTS, endpoint="attach")
@takes_up_to(lambda _: MOST_BYTES + FORM_BYTES)
@declares(Access.SIGNED_IN)
def add(slug: str, trainee_id: str, task_id: str) -> Answer:
    """Attach a text or a sound, which is decoded here and now: what cannot be kept is said at once, with its cause."""
    with reading() as session:
        ask_to_attach(session, actor(), slug, trainee_id, task_id, now=now())
    file, title, text = request.files.get("sound"), request.form.get("title", ""), request.form.get("text", "")
    chosen = file if file is not None and file.filename else None
    try:
        read_attachment(title, text, has_sound=chosen is not None)
        taken = kept_sound(store(), chosen.stream, longest_s=LONGEST_S) if chosen else nullcontext()
        with taken as sound, writing() as session:
            attach(session, actor(), slug, trainee_id, task_id, title, text, sound, now=now())
    except BadInput as error:
        return shown_task(slug, trainee_id, task_id, values=given(), faults=by_field(error.faults)), 422
    flash(gettext("It is attached."))
    return redirect(_page(slug, trainee_id, task_id), 303)


@pages.post(f"{ATTACHMENTS}/<attachment_id>/remove", endpoint="remove_attachment")
@declares(Access.SIGNED_IN)
def remove(slug: str, trainee_id: str, task_id: str, attachment_id: str) -> Answer:
    """Remove an attachment with its sound."""
    with writing() as session:
        remove_attachment(session, actor(), slug, trainee_id, task_id, attachment_id, now=now())
    flash(gettext("The attachment is removed."))
    return redirect(_page(slug, trainee_id, task_id), 303)


@pages.get(f"{ATTACHMENTS}/<attachment_id>/audio")
@declares(Access.SIGNED_IN)
def attachment_audio(slug: str, trainee_id: str, task_id: str, attachment_id: str) -> Answer:
    """One range of an attached sound; that it is heard is written down before."""
    asked = (slug, trainee_id, task_id, attachment_id)
    with reading() as session:
        sound = attached_sound(session, actor(), *asked, now=now())
    if not sound.is_traced:
        with writing() as session:
            trace_attachment(session, actor(), attachment_id, sound, now=now())
    return ranged(sound.name, sound.mime, sound.size)


def _page(slug: str, trainee_id: str, task_id: str) -> str:
    return url_for("supervision.task", slug=slug, trainee_id=trainee_id, task_id=task_id, _anchor="attachments")
