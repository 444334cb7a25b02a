"""Templates of supervision homework: list them, begin from one, keep one's own."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.storage.database import reading, writing
from rater.studies.operations import may_do
from rater.studies.permissions import Action
from rater.supervision.operations.templates import keep_template, remove_template, templates_for
from rater.supervision.tasks import read_template
from rater.web.access import Access, actor, declares, now
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages
from rater.web.supervision.shown import by_field, given

PLACE = "/studies/<slug>/supervision/templates"
Answer = ResponseReturnValue


@pages.get(PLACE)
@declares(Access.SIGNED_IN)
def templates(slug: str) -> Answer:
    """All templates of the programme, and a form for a new one."""
    return _shown(slug)


@pages.post(PLACE)
@declares(Access.SIGNED_IN)
def add_template(slug: str) -> Answer:
    """Keep a new template; one that cannot be taken comes back with its faults."""
    try:
        with writing() as session:
            templates_for(session, actor(), slug, now=now())
            keep_template(session, actor(), slug, read_template(given()), now=now())
    except BadInput as error:
        return _shown(slug, values=given(), faults=by_field(error.faults)), 422
    flash(gettext("The template is kept."))
    return redirect(url_for("supervision.templates", slug=slug), 303)


@pages.post(f"{PLACE}/<template_id>/remove", endpoint="remove_template")
@declares(Access.SIGNED_IN)
def remove(slug: str, template_id: str) -> Answer:
    """Remove a template; tasks made from it stay."""
    with writing() as session:
        remove_template(session, actor(), slug, template_id, now=now())
    flash(gettext("The template is removed. Tasks made from it stay."))
    return redirect(url_for("supervision.templates", slug=slug), 303)


def _shown(
    slug: str, *, values: Mapping[str, str] | None = None, faults: Mapping[str, list[str]] | None = None
) -> str:  # fmt: skip
    with reading() as session:
        study, found, trainees = templates_for(session, actor(), slug, now=now())
        return render_template(
            "supervision/templates.html",
            study=study,
            sections=links_in(session, study),
            templates=found,
            trainees=trainees,
            leads=may_do(session, actor(), study, Action.LEAD_PROGRAMME, now=now()),
            own_id=actor().person_id,
            values=values or {},
            faults=faults or {},
        )
