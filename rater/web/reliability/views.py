"""A study's reliability: asked for, shown from what a job has kept, its figures to download."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from rater.errors import NotFound
from rater.reliability.operations import ask_reliability, kept_reliability
from rater.reliability.tables import TABLES
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.tables import write_table
from rater.terms import WaveKind
from rater.web.access import Access, actor, declares, now
from rater.web.language import LOCALES, locale
from rater.web.pictures import attached, not_drawn, pictures_of, png_file, svg_file
from rater.web.reliability.showing import is_complete, methods_in
from rater.web.studies.sections import links_in

pages = Blueprint("reliability", __name__)


@pages.get("/studies/<slug>/reliability")
@declares(Access.SIGNED_IN)
def page(slug: str) -> ResponseReturnValue:
    """Tables, figures and the methods paragraph, as the last job has left them."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SEE_RELIABILITY, now=now())
        kept = kept_reliability(session, study, WaveKind.MAIN)
        return render_template(
            "reliability/page.html",
            study=study,
            sections=links_in(session, study),
            reliability=kept,
            figures=pictures_of(session, kept["done"]),
            not_drawn=not_drawn(kept["table"]),
            methods=methods_in(kept["table"], sorted(LOCALES, key=lambda each: each != locale())),
            compute_url=url_for("reliability.compute", slug=slug),
        )


@pages.post("/studies/<slug>/reliability")
@declares(Access.SIGNED_IN)
def compute(slug: str) -> ResponseReturnValue:
    """Queue the computation and show how far it has come."""
    with writing() as session:
        job = ask_reliability(session, actor(), slug, WaveKind.MAIN, now=now())
        public_id = job.public_id
    return redirect(url_for("jobs.page", public_id=public_id), 303)


@pages.get("/studies/<slug>/reliability/<table>.csv")
@declares(Access.SIGNED_IN)
def table(slug: str, table: str) -> ResponseReturnValue:
    """One table of the newest result as CSV. Not found before there is one of this release."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SEE_RELIABILITY, now=now())
        report = kept_reliability(session, study, WaveKind.MAIN)["table"]
    if not is_complete(report) or table not in TABLES:
        raise NotFound
    head, *rows = TABLES[table](report)
    return attached(write_table(head, rows), "text/csv", f"{slug}-reliability-{table}.csv")


@pages.get("/studies/<slug>/reliability/<figure>.svg")
@declares(Access.SIGNED_IN)
def figure_svg(slug: str, figure: str) -> ResponseReturnValue:
    """A figure as SVG, in the reader's language."""
    return svg_file(slug, "reliability", Action.SEE_RELIABILITY, figure)


@pages.get("/studies/<slug>/reliability/<figure>.png")
@declares(Access.SIGNED_IN)
def figure_png(slug: str, figure: str) -> ResponseReturnValue:
    """The same in pixels."""
    return png_file(slug, "reliability", Action.SEE_RELIABILITY, figure)
