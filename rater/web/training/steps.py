"""The pathway editor: the steps of a study's training, and the sets of sessions that trials are made of."""

from __future__ import annotations

import secrets
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault
from rater.storage.database import reading, writing
from rater.storage.models import Study
from rater.studies.operations import scales_of, study_for
from rater.studies.permissions import Action
from rater.terms import Reason, StepKind
from rater.training.operations.overview import training_waves
from rater.training.operations.sets import give_set, next_wave, sets_of
from rater.training.operations.steps import StepPlan, add_step, change_step, move_step, remove_step, steps_of
from rater.training.operations.usual import examples_in, lay_usual_path, usual_steps
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages
from rater.web.training.words import usual_title

SEEDS = 1_000_000
Answer = ResponseReturnValue


@pages.get("/studies/<slug>/training/steps")
@declares(Access.SIGNED_IN)
def steps(slug: str) -> Answer:
    """The steps in their order, with the forms that add, change, move and remove them, and the sets."""
    return _shown(slug)


@pages.post("/studies/<slug>/training/steps")
@declares(Access.SIGNED_IN)
def add(slug: str) -> Answer:
    """Put a step at the end of the pathway; without a title it gets the usual one."""
    given = _given()
    kind, _, about = given["about"].partition("/")
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
            if kind not in set(StepKind):
                raise BadInput(Fault(Reason("The step has no kind"), Reason("Choose what it is")))
            title = given["title"].strip() or usual_title(StepKind(kind), _named(session, study, kind, about))
            plan = StepPlan(StepKind(kind), title, given["required"] == "yes", _day(given["opens_on"]),
                            scale=about, example=about, wave=about)  # fmt: skip
            add_step(session, actor(), study, plan, now=now())
    except BadInput as error:
        return _shown(slug, given=given, error=error), 422
    return redirect(url_for("training.steps", slug=slug, _anchor="path"), 303)


@pages.post("/studies/<slug>/training/steps/usual")
@declares(Access.SIGNED_IN)
def usual(slug: str) -> Answer:
    """Lay out the usual pathway from what the study has."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        lay_usual_path(session, actor(), study, usual_title, now=now())
    return redirect(url_for("training.steps", slug=slug), 303)


@pages.post("/studies/<slug>/training/steps/<step_id>/change")
@declares(Access.SIGNED_IN)
def change(slug: str, step_id: str) -> Answer:
    """Change what a step is called, whether it is required and from when it is open."""
    given = _given()
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
            change_step(session, actor(), study, step_id, title=given["title"], required=given["required"] == "yes",
                        opens_on=_day(given["opens_on"]), now=now())  # fmt: skip
    except BadInput as error:
        return _shown(slug, given=given, error=error, changing=step_id), 422
    return redirect(url_for("training.steps", slug=slug, _anchor="path"), 303)


@pages.post("/studies/<slug>/training/steps/<step_id>/move")
@declares(Access.SIGNED_IN)
def move(slug: str, step_id: str) -> Answer:
    """Let a step change places with its neighbour."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        move_step(session, actor(), study, step_id, request.form.get("to") == "up", now=now())
    return redirect(url_for("training.steps", slug=slug, _anchor=f"step-{step_id}"), 303)


@pages.post("/studies/<slug>/training/steps/<step_id>/remove")
@declares(Access.SIGNED_IN)
def remove(slug: str, step_id: str) -> Answer:
    """Take a step out of the pathway."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        remove_step(session, actor(), study, step_id, now=now())
    flash(gettext("The step is removed. Waves and ratings stay."))
    return redirect(url_for("training.steps", slug=slug, _anchor="path"), 303)


@pages.post("/studies/<slug>/training/sets")
@declares(Access.SIGNED_IN)
def give(slug: str) -> Answer:
    """Give sessions of training or calibration use to all raters as the next wave of the kind."""
    kind, codes = request.form.get("kind", ""), request.form.getlist("session")
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
            seed = secrets.randbelow(SEEDS)
            wave, made = give_set(session, actor(), study, kind, codes, seed=seed, now=now())
    except BadInput as error:
        return _shown(slug, error=error, chosen=codes, about_sets=True), 422
    flash(gettext("Given as %(wave)s: %(count)s ratings to make. Now add its step.", wave=wave, count=made.added))
    return redirect(url_for("training.steps", slug=slug, _anchor="add"), 303)


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("about", "title", "required", "opens_on")}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(Fault(Reason("The day cannot be read"), Reason("Choose a day"))) from error


def _named(session: Session, study: Study, kind: str, about: str) -> str:
    """What the step is about, as its title says it."""
    if kind != StepKind.EXAMPLE:
        return about
    return next((each.title for each in examples_in(session, study) if each.public_id == about), "")


def _shown(
    slug: str, *, given: dict[str, str] | None = None, error: BadInput | None = None, changing: str = "",
    chosen: list[str] | None = None, about_sets: bool = False,
) -> str:  # fmt: skip
    with reading() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        sets = sets_of(session, study)
        return render_template(
            "training/steps.html",
            study=study,
            sections=links_in(session, study),
            steps=steps_of(session, study),
            usual=list(usual_steps(session, study, usual_title)),
            scales=[scale.id for _, scale in scales_of(study, observer_only=True)],
            examples=examples_in(session, study),
            waves=training_waves(session, study),
            sets={str(kind): rows for kind, rows in sets.items() if rows},
            next_waves={str(kind): next_wave(session, study, kind) for kind in sets},
            given=given or {},
            problems=[say(each.cause) for each in error.faults] if error else [],
            changing=changing,
            chosen=chosen or [],
            about_sets=about_sets,
        )
