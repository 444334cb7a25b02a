"""Messages of a study's coordinators to its raters."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.ratings.operations.messages import LONGEST, send_message, sent_messages
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.studies.sections import links_in
from rater.web.studies.views import pages


@pages.get("/studies/<slug>/messages")
@declares(Access.SIGNED_IN)
def messages(slug: str) -> ResponseReturnValue:
    """What was sent and by how many it was read, with a form for a new message."""
    return _shown(slug), 200


@pages.post("/studies/<slug>/messages")
@declares(Access.SIGNED_IN)
def send(slug: str) -> ResponseReturnValue:
    """Send a message; one that cannot be sent comes back with its text."""
    text, to = request.form.get("text", ""), request.form.get("to", "")
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.SEND_MESSAGES, now=now())
            send_message(session, actor(), study, text, to=to or None, now=now())
    except BadInput as error:
        return _shown(slug, text=text, to=to, problems=[say(each.cause) for each in error.faults]), 422
    flash(gettext("The message is sent."))
    return redirect(url_for("studies.messages", slug=slug), 303)


def _shown(slug: str, *, text: str = "", to: str = "", problems: list[str] | None = None) -> str:
    with reading() as session:
        study, sent, raters = sent_messages(session, actor(), slug, now=now())
        return render_template(
            "studies/messages.html",
            study=study,
            sections=links_in(session, study),
            sent=sent,
            raters=raters,
            text=text,
            to=to,
            problems=problems or [],
            longest=LONGEST,
        )
