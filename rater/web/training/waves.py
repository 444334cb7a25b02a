"""A revealed wave: its report, its tables, and the meeting over what raters see apart."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from rater.errors import NotFound, Refused
from rater.storage.database import reading
from rater.studies.operations import may_do, study_for
from rater.studies.permissions import Action
from rater.tables import write_table
from rater.training.operations.reporting import WaveReport, figures_table, ratings_table, wave_report
from rater.training.operations.seeing import NOT_YET
from rater.training.operations.settings import settings_of
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.pictures import attached
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages
from rater.web.training.shown import item_shown

TABLES = {"ratings": ratings_table, "figures": figures_table}
WHO = ("codes", "names")


def who_shown(leads: bool) -> str:
    """Whether raters stand by code or by name on this page, or not at all; only for who leads training."""
    asked = request.args.get("who", "")
    return asked if leads and asked in WHO else ""


@pages.get("/studies/<slug>/training/waves/<wave>")
@declares(Access.SIGNED_IN)
def wave(slug: str, wave: str) -> ResponseReturnValue:
    """How raters compare with the criterion and with each other; before the reveal only that it comes."""
    with reading() as session:
        report = wave_report(session, actor(), slug, wave, now=now())
        study = report.seen.study
        page = "training/wave.html" if report.seen.is_revealed else "training/not_revealed.html"
        return render_template(
            page,
            study=study,
            sections=links_in(session, study),
            report=report,
            items=_items(report),
            size=settings_of(study).discrepancy,
            who=who_shown(report.seen.leads),
            sees_reliability=may_do(session, actor(), study, Action.SEE_RELIABILITY, now=now()),
        )


@pages.get("/studies/<slug>/training/waves/<wave>/<table>.csv")
@declares(Access.SIGNED_IN)
def wave_table(slug: str, wave: str, table: str) -> ResponseReturnValue:
    """All ratings or all figures of a revealed wave as CSV; for a rater without codes of others."""
    with reading() as session:
        report = wave_report(session, actor(), slug, wave, now=now())
        if not report.seen.is_revealed:
            raise Refused(NOT_YET)
        if table not in TABLES:
            raise NotFound
        head, rows = TABLES[table](report)
    return attached(write_table(head, rows), "text/csv", f"{slug}-{wave}-{table}.csv")


@pages.get("/studies/<slug>/training/waves/<wave>/meeting")
@declares(Access.SIGNED_IN)
def meeting(slug: str, wave: str) -> ResponseReturnValue:
    """What there is to talk over, the widest discrepancies first, and how much is settled."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        report = wave_report(session, actor(), slug, wave, now=now())
        if not report.seen.is_revealed:
            raise Refused(NOT_YET)
        return render_template(
            "training/meeting.html",
            study=study,
            sections=links_in(session, study),
            report=report,
            items=_items(report),
            size=settings_of(study).discrepancy,
        )


def _items(report: WaveReport) -> dict[str, dict[str, object]]:
    return {item.id: item_shown(part.scale, item, locale()) for part in report.scales for item in part.scale.items}
