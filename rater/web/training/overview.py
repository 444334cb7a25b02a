"""The trainer's overview of rater training, and the reveal of a wave after a question."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from rater.errors import NotFound
from rater.storage.database import reading, writing
from rater.studies.operations import may_do, study_for
from rater.studies.permissions import Action
from rater.training.operations.overview import overview_of, training_waves
from rater.training.operations.revealing import reveal_wave, wave_of
from rater.training.operations.steps import hold_discussion
from rater.web.access import Access, actor, declares, now
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages


def way(endpoint: str, **parts: Any) -> str | None:
    """The address of a page, where the application has it."""
    return url_for(endpoint, **parts) if endpoint in current_app.view_functions else None


@pages.get("/studies/<slug>/training")
@declares(Access.SIGNED_IN)
def overview(slug: str) -> ResponseReturnValue:
    """Every rater on every step, certifications, and the waves of training with their reveal."""
    with reading() as session:
        found = overview_of(session, actor(), slug, now=now())
        return render_template(
            "training/overview.html",
            study=found.study,
            training=found,
            sections=links_in(session, found.study),
            may_lock=may_do(session, actor(), found.study, Action.LOCK_WAVE, now=now()),
            wave_page=lambda wave: way("training.wave", slug=slug, wave=wave),
            drift_page=way("training.drift", slug=slug),
            examples_page=way("training.examples", slug=slug),
        )


@pages.get("/studies/<slug>/training/raters/<rater>")
@declares(Access.SIGNED_IN)
def trained(slug: str, rater: str) -> ResponseReturnValue:
    """One rater: the steps, the certification with its history, and the form to decide otherwise."""
    return shown_rater(slug, rater)


def shown_rater(
    slug: str, rater: str, *, given: dict[str, str] | None = None, problems: list[str] | None = None
) -> str:
    """The page of one rater; after a fault with what was typed. Raises NotFound, NotPermitted."""
    with reading() as session:
        found = overview_of(session, actor(), slug, now=now())
        one = next((each for each in found.raters if each.code == rater), None)
        if one is None:
            raise NotFound
        return render_template(
            "training/rater.html",
            study=found.study,
            training=found,
            rater=one,
            sections=links_in(session, found.study),
            given=given or {},
            problems=problems or [],
        )


@pages.get("/studies/<slug>/training/waves/<wave>/reveal")
@declares(Access.SIGNED_IN)
def ask_reveal(slug: str, wave: str) -> ResponseReturnValue:
    """The question whether to reveal a wave."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        named = wave_of(session, study, wave)
        standing = next((each.standing for each in training_waves(session, study) if each.name == wave), None)
        return render_template("training/reveal.html", study=study, wave=named, standing=standing)


@pages.post("/studies/<slug>/training/waves/<wave>/reveal")
@declares(Access.SIGNED_IN)
def reveal(slug: str, wave: str) -> ResponseReturnValue:
    """Reveal the ratings of a wave for good."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        reveal_wave(session, actor(), study, wave, now=now())
    flash(gettext("The ratings are revealed. Each rater sees on the own page how he or she compares."))
    return redirect(url_for("training.overview", slug=slug), 303)


@pages.post("/studies/<slug>/training/steps/<step_id>/held")
@declares(Access.SIGNED_IN)
def held(slug: str, step_id: str) -> ResponseReturnValue:
    """Say that a discussion was held: the step is done for all who rated its wave."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        count = hold_discussion(session, actor(), study, step_id, now=now())
    flash(ngettext("Noted. The step is done for %(num)s rater.", "Noted. The step is done for %(num)s raters.", count))
    return redirect(url_for("training.overview", slug=slug), 303)
