"""The page of a study's analysis, and its tables for a spreadsheet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from rater.analysis.operations.asking import ask_analysis, kept_analysis
from rater.analysis.tables import TABLES
from rater.errors import NotFound
from rater.homework.operations.types import types_of
from rater.storage.database import reading, writing
from rater.storage.models import Study
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.tables import write_table
from rater.terms import LogList
from rater.web.access import Access, actor, declares, now
from rater.web.analysis.shown import model_groups, scores_by_session
from rater.web.language import locale
from rater.web.pictures import attached, not_drawn, pictures_of, png_file, svg_file
from rater.web.studies.sections import links_in
from rater.web.words import log_labels

pages = Blueprint("analysis", __name__)


@pages.get("/studies/<slug>/analysis")
@declares(Access.SIGNED_IN)
def page(slug: str) -> ResponseReturnValue:
    """The newest result, or how to get one."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SEE_ANALYSIS, now=now())
        kept = kept_analysis(session, study)
        told = kept["table"]
        return render_template(
            "analysis/page.html",
            study=study,
            sections=links_in(session, study),
            kept=kept,
            told=told,
            tables=list(TABLES),
            figures=pictures_of(session, kept["done"]),
            not_drawn=not_drawn(told),
            figure_endpoint="analysis.figure_",
            **_log_words(session, study, told),
            by_session=scores_by_session(told) if told else None,
            models=model_groups(told) if told else [],
        )


def _log_words(session: Session, study: Study, told: dict[str, Any] | None) -> dict[str, dict[str, str]]:
    """What the types of homework and difficulty are called."""
    found = told["homework"] if told else {"by_type": {}, "difficulties": {}}
    lists = {"types": (LogList.HOMEWORK, "by_type"), "difficulties": (LogList.DIFFICULTIES, "difficulties")}
    return {
        name: log_labels(types_of(session, study, kept), found[key], locale()) for name, (kept, key) in lists.items()
    }


@pages.post("/studies/<slug>/analysis")
@declares(Access.SIGNED_IN)
def compute(slug: str) -> ResponseReturnValue:
    """Queue the computation and show how far it has come."""
    with writing() as session:
        public_id = ask_analysis(session, actor(), slug, now=now()).public_id
    return redirect(url_for("jobs.page", public_id=public_id), 303)


@pages.get("/studies/<slug>/analysis/<table>.csv")
@declares(Access.SIGNED_IN)
def table(slug: str, table: str) -> ResponseReturnValue:
    """One table of the newest result as CSV. Not found before there is one."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SEE_ANALYSIS, now=now())
        told = kept_analysis(session, study)["table"]
    if told is None or table not in TABLES:
        raise NotFound
    head, *rows = TABLES[table](told)
    return attached(write_table(head, rows), "text/csv", f"{slug}-{table}.csv")


@pages.get("/studies/<slug>/analysis/<figure>.svg")
@declares(Access.SIGNED_IN)
def figure_svg(slug: str, figure: str) -> ResponseReturnValue:
    """A figure as SVG, in the reader's language."""
    return svg_file(slug, "analysis", Action.SEE_ANALYSIS, figure)


@pages.get("/studies/<slug>/analysis/<figure>.png")
@declares(Access.SIGNED_IN)
def figure_png(slug: str, figure: str) -> ResponseReturnValue:
    """The same in pixels."""
    return png_file(slug, "analysis", Action.SEE_ANALYSIS, figure)
