"""One's own notices, and the switch of the daily mail."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.notices.operations.facts import notices_for
from rater.notices.operations.mailing import choose_digest
from rater.storage.database import reading, writing
from rater.storage.models import Person
from rater.web.access import Access, actor, declares, now
from rater.web.ratings.queue import zone

pages = Blueprint("notices", __name__)


@pages.get("/me/notices")
@declares(Access.SIGNED_IN)
def mine() -> ResponseReturnValue:
    """What waits for the person in each study, and whether it is mailed too."""
    with reading() as session:
        person = session.get_one(Person, actor().person_id)
        parts = notices_for(session, person, now=now(), zone=zone())
        settings = current_app.extensions["rater_settings"]
        return render_template(
            "notices/mine.html", parts=parts, digest=person.digest, email=person.email, mails=bool(settings.smtp_url)
        )


@pages.post("/me/notices")
@declares(Access.SIGNED_IN)
def choose() -> ResponseReturnValue:
    """Switch the daily mail on or off."""
    with writing() as session:
        choose_digest(session, actor(), request.form.get("digest") == "on", now=now())
    flash(gettext("Your choice is kept."))
    return redirect(url_for("notices.mine"), 303)
