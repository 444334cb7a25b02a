"""What a rater sees of the own training: the path with its next step, and how the own ratings compare."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from rater.ratings.operations.opening import my_queue
from rater.ratings.operations.tempo import my_submitted
from rater.ratings.tempo import median_minutes, weekly_tempo
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import RatingState
from rater.training.operations.own import OwnPath, own_path, own_trials
from rater.training.operations.steps import do_step
from rater.web.access import Access, actor, declares, now
from rater.web.ratings.queue import zone
from rater.web.training.blueprint import pages
from rater.web.training.overview import way


@pages.get("/studies/<slug>/path")
@declares(Access.SIGNED_IN)
def path(slug: str) -> ResponseReturnValue:
    """The rater's steps, what to do next, and how the certification stands."""
    with reading() as session:
        mine = own_path(session, actor(), slug, now=now())
        return render_template(
            "training/path.html",
            study=mine.study,
            path=mine,
            session_url=_session_to_rate(session, mine),
            wave_page=lambda wave: way("training.wave", slug=slug, wave=wave),
            example_page=lambda example: way("training.example", slug=slug, example_id=example.public_id),
        )


def _session_to_rate(session: Session, mine: OwnPath) -> str | None:
    """The address of the session with which the step to do next goes on, where it is a wave."""
    if mine.coming is None or mine.coming.row.wave is None:
        return None
    rows = my_queue(session, actor(), mine.study.slug, now=now()).rows
    ready = [
        row
        for row in rows
        if row["wave"] == mine.coming.row.wave.name and row["state"] in (RatingState.OPEN, RatingState.STARTED)
    ]
    begun = [row for row in ready if row["state"] == RatingState.STARTED]
    found = next(iter((*begun, *ready)), None)
    return url_for("ratings.screen", public_id=found["public_id"]) if found else None


@pages.post("/studies/<slug>/path/<step_id>/done")
@declares(Access.SIGNED_IN)
def done(slug: str, step_id: str) -> ResponseReturnValue:
    """Mark a step as done: the manual read, or an example heard."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.RATE, now=now())
        do_step(session, actor(), study, step_id, now=now())
    flash(gettext("The step is done."))
    return redirect(url_for("training.path", slug=slug), 303)


@pages.get("/studies/<slug>/mine")
@declares(Access.SIGNED_IN)
def mine(slug: str) -> ResponseReturnValue:
    """How the rater compares in what is revealed, and the rater's own tempo."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.RATE, now=now())
        submitted = my_submitted(session, actor(), study, now=now())
        return render_template(
            "training/mine.html",
            study=study,
            trials=own_trials(session, actor(), slug, now=now()),
            weeks=weekly_tempo(submitted, now=now(), zone=zone()),
            minutes=median_minutes(submitted),
            sessions=len(submitted),
        )
