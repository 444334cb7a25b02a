"""The start page of a supervision programme."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from rater.storage.database import reading
from rater.supervision.operations.home import home_of
from rater.supervision.standing import Standing
from rater.web.access import Access, actor, declares, now
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages


@pages.get("/studies/<slug>/supervision")
@declares(Access.SIGNED_IN)
def home(slug: str) -> ResponseReturnValue:
    """What waits for a supervisor, and how a trainee's own sessions stand."""
    with reading() as session:
        found = home_of(session, actor(), slug, now=now())
        return render_template(
            "supervision/home.html",
            found=found,
            study=found.study,
            sections=links_in(session, found.study),
            Standing=Standing,
            today=now().date(),
        )
