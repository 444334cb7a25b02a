"""Reflections: the trainee's own page with its forms, and what was shared."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput
from rater.scales.loading import load_scale
from rater.storage.database import reading, writing
from rater.storage.models import Reflection
from rater.supervision.operations.reflecting import (
    fill_in,
    form_for,
    reflection_for,
    reflections_for,
    share_reflection,
)
from rater.web.access import Access, actor, declares, now
from rater.web.language import locale
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages
from rater.web.supervision.point_forms import form_shown
from rater.web.supervision.shown import by_field, given

PLACE = "/studies/<slug>/supervision/reflections"
Answer = ResponseReturnValue


@pages.get(PLACE)
@declares(Access.SIGNED_IN)
def reflections(slug: str) -> Answer:
    """The own reflections and the forms for more, or those that trainees have shared."""
    with reading() as session:
        found = reflections_for(session, actor(), slug, now=now())
        return render_template(
            "supervision/reflections.html",
            study=found.study,
            sections=links_in(session, found.study),
            found=found,
            forms=[form_shown(scale, {}, locale()) for _, scale in found.forms],
            title_of=_title_of,
        )


def _title_of(row: Reflection) -> str:
    return load_scale(row.scale_version.source).title.in_(locale())


@pages.get(f"{PLACE}/new/<scale>")
@declares(Access.SIGNED_IN)
def new_reflection(slug: str, scale: str) -> Answer:
    """A form to fill in."""
    return _form(slug, scale)


@pages.post(f"{PLACE}/new/<scale>")
@declares(Access.SIGNED_IN)
def reflect(slug: str, scale: str) -> Answer:
    """Keep a form; one that cannot be taken comes back as it was filled in."""
    try:
        with writing() as session:
            made = fill_in(session, actor(), slug, scale, given(), now=now()).public_id
    except BadInput as error:
        return _form(slug, scale, given(), by_field(error.faults)), 422
    flash(gettext("Kept. Nobody else reads it before you share it."))
    return redirect(url_for("supervision.reflection", slug=slug, reflection_id=made), 303)


@pages.get(f"{PLACE}/<reflection_id>")
@declares(Access.SIGNED_IN)
def reflection(slug: str, reflection_id: str) -> Answer:
    """One reflection, to be read."""
    with reading() as session:
        found = reflection_for(session, actor(), slug, reflection_id, now=now())
        return render_template(
            "supervision/reflection.html",
            study=found.study,
            sections=links_in(session, found.study),
            seat=found.seat,
            row=found.row,
            form=form_shown(found.scale, found.row.points, locale()),
        )


@pages.post(f"{PLACE}/<reflection_id>/share")
@declares(Access.SIGNED_IN)
def share(slug: str, reflection_id: str) -> Answer:
    """Share a reflection, or take it back."""
    shared = request.form.get("shared") == "yes"
    with writing() as session:
        share_reflection(session, actor(), slug, reflection_id, shared=shared, now=now())
    flash(gettext("Your supervisor can read it now.") if shared else gettext("It is yours alone again."))
    return redirect(url_for("supervision.reflection", slug=slug, reflection_id=reflection_id), 303)


def _form(
    slug: str, scale: str, values: Mapping[str, str] | None = None, faults: Mapping[str, list[str]] | None = None
) -> str:
    with reading() as session:
        found, form = form_for(session, actor(), slug, scale, now=now())
        return render_template(
            "supervision/reflection_form.html",
            study=found.study,
            sections=links_in(session, found.study),
            form=form_shown(form, values or {}, locale()),
            values=values or {},
            faults=faults or {},
        )
