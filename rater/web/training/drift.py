"""Whether raters drift: alerts to be answered, and what a job has kept of severity and agreement by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from rater.errors import BadInput, Fault, NotFound
from rater.storage.database import reading, writing
from rater.storage.queries.drift import alerts_of
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.tables import write_table
from rater.terms import DriftAnswer
from rater.training.operations.alerting import answer_alerts
from rater.training.operations.watching import ask_drift, kept_drift
from rater.training.tables import TABLES
from rater.web.access import Access, actor, declares, now
from rater.web.pictures import attached, not_drawn, pictures_of, png_file, svg_file
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages
from rater.web.training.drift_shown import answered, drifting, scores_shown


@pages.get("/studies/<slug>/training/drift")
@declares(Access.SIGNED_IN)
def drift(slug: str) -> ResponseReturnValue:
    """Alerts first, then severity, shifts, agreement and repeats, as the last job has left them."""
    return _shown(slug)


@pages.post("/studies/<slug>/training/drift")
@declares(Access.SIGNED_IN)
def compute_drift(slug: str) -> ResponseReturnValue:
    """Queue the computation and show how far it has come."""
    with writing() as session:
        public_id = ask_drift(session, actor(), slug, now=now()).public_id
    return redirect(url_for("jobs.page", public_id=public_id), 303)


@pages.post("/studies/<slug>/training/drift/alerts")
@declares(Access.SIGNED_IN)
def answer_drift(slug: str) -> ResponseReturnValue:
    """Answer the alerts about one rater; what cannot be taken comes back with its faults."""
    ids, answer = request.form.getlist("alert"), request.form.get("answer", "")
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.SEE_DRIFT, now=now())
            count = answer_alerts(session, actor(), study, ids, answer, request.form.get("reason", ""), now=now())
    except BadInput as error:
        return _shown(slug, given=request.form, faults=error.faults), 422
    if count == 0:
        flash(gettext("These alerts had been answered already. Nothing was changed."))
    elif answer == DriftAnswer.BACK_TO_TRAINING:
        flash(gettext("The certification has ended. It comes back with the gate, or by a decision of yours."))
    else:
        flash(ngettext("%(num)s alert is marked as seen.", "%(num)s alerts are marked as seen.", count))
    return redirect(url_for("training.drift", slug=slug), 303)


@pages.get("/studies/<slug>/training/drift/<table>.csv")
@declares(Access.SIGNED_IN)
def drift_table(slug: str, table: str) -> ResponseReturnValue:
    """One table of the newest result as CSV. Not found before there is one."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SEE_DRIFT, now=now())
        told = kept_drift(session, study)["table"]
    if told is None or table not in TABLES:
        raise NotFound
    head, *rows = TABLES[table](told)
    return attached(write_table(head, rows), "text/csv", f"{slug}-drift-{table}.csv")


@pages.get("/studies/<slug>/training/drift/<figure>.svg")
@declares(Access.SIGNED_IN)
def drift_svg(slug: str, figure: str) -> ResponseReturnValue:
    """A figure as SVG, in the reader's language."""
    return svg_file(slug, "drift", Action.SEE_DRIFT, figure)


@pages.get("/studies/<slug>/training/drift/<figure>.png")
@declares(Access.SIGNED_IN)
def drift_png(slug: str, figure: str) -> ResponseReturnValue:
    """The same in pixels."""
    return png_file(slug, "drift", Action.SEE_DRIFT, figure)


def _shown(slug: str, given: Mapping[str, str] | None = None, faults: Sequence[Fault] = ()) -> str:
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SEE_DRIFT, now=now())
        kept, alerts = kept_drift(session, study), alerts_of(session, study.id)
        told = kept["table"]
        return render_template(
            "training/drift.html",
            study=study,
            sections=links_in(session, study),
            kept=kept,
            told=told,
            waiting=drifting(alerts, told),
            answered=answered(alerts),
            scores=scores_shown(told) if told else [],
            figures=pictures_of(session, kept["done"]),
            not_drawn=not_drawn(told),
            figure_endpoint="training.drift_",
            given=given or {},
            faults=faults,
        )
