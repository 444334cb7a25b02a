"""The settings of a study: fields or text, what they would change, kept on a second press; and the log of changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.storage.database import reading, writing
from rater.storage.models import Study
from rater.studies.operations import (
    Planned,
    apply_sheet,
    plan_file,
    plan_sheet,
    scales_of,
    setting_changes,
    sheet_of,
    study_for,
    take_newer_version,
)
from rater.studies.permissions import Action
from rater.studies.sheet import written
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.studies.sections import links_in
from rater.web.studies.settings_form import SettingsForm, field_name, form_for
from rater.web.studies.settings_shown import labels, scores_shown, shown_changes
from rater.web.studies.settings_spelt import spelt
from rater.web.studies.views import pages


@pages.get("/studies/<slug>/settings")
@declares(Access.SIGNED_IN)
def settings(slug: str) -> ResponseReturnValue:
    """All settings as fields and as text, and the log of changes."""
    with reading() as session:
        return _page(session, _study(session, slug))


@pages.post("/studies/<slug>/settings")
@declares(Access.SIGNED_IN)
def preview_settings(slug: str) -> ResponseReturnValue:
    """Show what the fields, or the text, would change; nothing is written."""
    with reading() as session:
        study = _study(session, slug)
        if request.form.get("way") == "text":
            return _from_text(session, study, _text())
        sheet, known = sheet_of(session, study)
        form = form_for(sheet, known, request.form)
        wanted, faults = spelt(form, sheet, known)
        for each in faults:
            field = form[field_name(each.key)]
            field.errors = [*field.errors, f"{say(each.cause)}. {say(each.remedy)}."]
        if faults:
            return _page(session, study, form=form), 422
        return _page(session, study, form=form, planned=plan_sheet(session, study, wanted))


@pages.post("/studies/<slug>/settings/keep")
@declares(Access.SIGNED_IN)
def apply_settings(slug: str) -> ResponseReturnValue:
    """Keep what was shown; where anything else was set meanwhile, show again what would change."""
    kept = False
    with suppress(BadInput), writing() as session:
        study = _study(session, slug)
        if plan_file(session, study, _text()).digest == request.form.get("seen"):
            apply_sheet(session, actor(), study, _text(), now=now(), agreed=True)
            kept = True
    if kept:
        flash(gettext("The settings are kept."))
        return redirect(url_for("studies.settings", slug=slug), 303)
    with reading() as session:
        return _from_text(session, _study(session, slug), _text(), overtaken=True)


@pages.post("/studies/<slug>/settings/scale")
@declares(Access.SIGNED_IN)
def newer_scale(slug: str) -> ResponseReturnValue:
    """Take a newer version of one of the scales; what stands against it comes back with every fault."""
    given = request.files.get("scale")
    source = given.read().decode(errors="surrogateescape") if given is not None else ""
    try:
        with writing() as session:
            made, before = take_newer_version(session, actor(), _study(session, slug), source, now=now())
            words = {"scale": made.scale, "version": made.version, "before": before}
    except BadInput as error:
        with reading() as session:
            return _page(session, _study(session, slug), scale_faults=error.faults), 422
    flash(gettext("%(scale)s: version %(version)s stands in place of %(before)s.", **words))
    return redirect(url_for("studies.settings", slug=slug), 303)


@pages.get("/studies/<slug>/settings/study.yaml")
@declares(Access.SIGNED_IN)
def settings_file(slug: str) -> ResponseReturnValue:
    """The settings as a file, as `rater study show` prints them."""
    with reading() as session:
        text = written(*sheet_of(session, _study(session, slug)))
    return Response(
        text, mimetype="application/yaml", headers={"Content-Disposition": f'attachment; filename="{slug}.yaml"'}
    )


def _study(session: Session, slug: str) -> Study:
    return study_for(session, actor(), slug, Action.SET_STUDY, now=now())


def _text() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")


def _from_text(session: Session, study: Study, text: str, *, overtaken: bool = False) -> ResponseReturnValue:
    try:
        planned = plan_file(session, study, text)
    except BadInput as error:
        return _page(session, study, text=text, faults=error.faults), 422
    status = 409 if overtaken else 200
    return _page(session, study, text=text, planned=planned, overtaken=overtaken), status


def _page(
    session: Session,
    study: Study,
    *,
    form: SettingsForm | None = None,
    text: str | None = None,
    faults: Sequence[Any] = (),
    scale_faults: Sequence[Any] = (),
    planned: Planned | None = None,
    overtaken: bool = False,
) -> str:
    sheet, known = sheet_of(session, study)
    standing = written(sheet, known)
    return render_template(
        "studies/settings.html",
        study=study,
        programme=known.is_programme,
        sections=links_in(session, study),
        form=form or form_for(planned.wanted if planned else sheet, known),
        scales=scales_of(study),
        scores=scores_shown(study),
        text=standing if text is None else text,
        faults=faults,
        scale_faults=scale_faults,
        planned=planned,
        shown=shown_changes(planned.changes) if planned else [],
        wanted=written(planned.wanted, known) if planned else None,
        overtaken=overtaken,
        changes=setting_changes(session, study),
        labels=labels(),
    )
