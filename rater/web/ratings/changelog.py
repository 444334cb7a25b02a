"""What newer versions of a scale have changed, for raters to read."""

from __future__ import annotations

import re

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from rater.ratings.operations.changelog import changelog_of, read_changes
from rater.storage.database import reading, writing
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.ratings.blueprint import pages
from rater.web.wording import rows_of

SESSION = re.compile(r"[A-Za-z0-9_-]{1,22}")
"""The address of a session to go on with."""


@pages.get("/studies/<slug>/changes/<scale>")
@declares(Access.SIGNED_IN)
def changes(slug: str, scale: str) -> ResponseReturnValue:
    """What each version of a scale has changed, with a button for raters who have not read it yet."""
    with reading() as session:
        found = changelog_of(session, actor(), slug, scale, now=now())
        rows = {each.row.version: rows_of(each.changes, each.scale, locale()) for each in found.versions}
        then = request.args.get("then", "")
        return render_template("ratings/changes.html", log=found, rows=rows, then=then, locale_code=locale()), 200


@pages.post("/studies/<slug>/changes/<scale>")
@declares(Access.SIGNED_IN)
def note_read(slug: str, scale: str) -> ResponseReturnValue:
    """Note that the changes are read, and go on to the session that was to be opened."""
    with writing() as session:
        read_changes(session, actor(), slug, scale, now=now())
    then = request.form.get("then", "")
    if SESSION.fullmatch(then):
        return redirect(url_for("ratings.screen", public_id=then), 303)
    return redirect(url_for("ratings.queue", slug=slug), 303)
