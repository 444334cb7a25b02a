"""A programme as its lead sees it: what was done and what waits, in counts, without ranking people."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from rater.storage.database import reading
from rater.supervision.changing import mostly
from rater.supervision.operations.overview import COLUMNS, overview_of
from rater.supervision.pooled import LEAST_TRAINEES
from rater.tables import write_table
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.pictures import attached
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages
from rater.web.supervision.shown import today


@pages.get("/studies/<slug>/supervision/overview")
@declares(Access.SIGNED_IN)
def overview(slug: str) -> ResponseReturnValue:
    """Trainees in the order of their codes, consents that end, comments for the lead, and the programme as a whole."""
    with reading() as session:
        told = overview_of(session, actor(), slug, now=now(), today=today())
        return render_template(
            "supervision/overview.html",
            told=told,
            study=told.study,
            sections=links_in(session, told.study),
            least_trainees=LEAST_TRAINEES,
            mostly=mostly,
            language=locale(),
        )


@pages.get("/studies/<slug>/supervision/overview.csv")
@declares(Access.SIGNED_IN)
def overview_table(slug: str) -> ResponseReturnValue:
    """The counts of the trainees as CSV."""
    with reading() as session:
        told = overview_of(session, actor(), slug, now=now(), today=today())
        rows = [list(each.as_dict().values()) for each in told.trainees]
    return attached(write_table(COLUMNS, rows), "text/csv", f"{slug}-overview.csv")
