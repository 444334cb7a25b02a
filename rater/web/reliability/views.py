"""Ask for a study's reliability to be computed."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from rater.reliability.operations import ask_reliability
from rater.storage.database import writing
from rater.terms import WaveKind
from rater.web.access import Access, actor, declares, now

pages = Blueprint("reliability", __name__)


@pages.post("/studies/<slug>/reliability")
@declares(Access.SIGNED_IN)
def compute(slug: str) -> ResponseReturnValue:
    """Queue the computation and show how far it has come."""
    with writing() as session:
        job = ask_reliability(session, actor(), slug, WaveKind.MAIN, now=now())
        public_id = job.public_id
    return redirect(url_for("jobs.page", public_id=public_id), 303)
