"""The settings of a study: read, changed as text, downloaded, with who changed what."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.storage.database import reading, writing
from rater.studies.operations import apply_sheet, setting_changes, sheet_of, study_for
from rater.studies.permissions import Action
from rater.studies.sheet import written
from rater.web.access import Access, actor, declares, now
from rater.web.studies.sections import links_in
from rater.web.studies.views import pages


@pages.get("/studies/<slug>/settings")
@declares(Access.SIGNED_IN)
def settings(slug: str) -> ResponseReturnValue:
    """All settings as one text that can be changed, and the log of changes."""
    return _shown(slug)


@pages.post("/studies/<slug>/settings")
@declares(Access.SIGNED_IN)
def apply_settings(slug: str) -> ResponseReturnValue:
    """Set what the text says; what cannot be taken comes back with every fault."""
    text, agreed = request.form.get("text", "").replace("\r\n", "\n"), request.form.get("agreed") == "on"
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.SET_STUDY, now=now())
            changed = apply_sheet(session, actor(), study, text, now=now(), agreed=agreed)
    except BadInput as error:
        return _shown(slug, text=text, faults=error.faults), 422
    flash(gettext("The settings are kept.") if changed else gettext("Everything was as you wrote it already."))
    return redirect(url_for("studies.settings", slug=slug), 303)


@pages.get("/studies/<slug>/settings/study.yaml")
@declares(Access.SIGNED_IN)
def settings_file(slug: str) -> ResponseReturnValue:
    """The settings as a file, as `rater study show` prints them."""
    with reading() as session:
        text = written(*sheet_of(session, study_for(session, actor(), slug, Action.SET_STUDY, now=now())))
    return Response(
        text, mimetype="application/yaml", headers={"Content-Disposition": f'attachment; filename="{slug}.yaml"'}
    )


def _shown(slug: str, *, text: str | None = None, faults: Any = ()) -> str:
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SET_STUDY, now=now())
        sheet, known = sheet_of(session, study)
        return render_template(
            "studies/settings.html",
            study=study,
            sections=links_in(session, study),
            text=written(sheet, known) if text is None else text,
            faults=faults,
            changes=setting_changes(session, study),
        )
