"""The lock of a wave, after a question."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.ratings.operations.locking import lock_wave, wave_standing
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.web.access import Access, actor, declares, now
from rater.web.studies.views import pages


@pages.get("/studies/<slug>/waves/<wave>/lock")
@declares(Access.SIGNED_IN)
def ask_lock(slug: str, wave: str) -> ResponseReturnValue:
    """Where the ratings of a wave stand, and the question whether to lock it."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.LOCK_WAVE, now=now())
        standing = wave_standing(session, actor(), study, wave, now=now())
        return render_template("studies/lock_wave.html", study=study, wave=standing)


@pages.post("/studies/<slug>/waves/<wave>/lock")
@declares(Access.SIGNED_IN)
def lock(slug: str, wave: str) -> ResponseReturnValue:
    """Lock a wave for good."""
    with writing() as session:
        study = study_for(session, actor(), slug, Action.LOCK_WAVE, now=now())
        lock_wave(session, actor(), study, wave, now=now())
    flash(gettext("The wave is locked. Its ratings stay as they are."))
    return redirect(url_for("studies.page", slug=slug), 303)
