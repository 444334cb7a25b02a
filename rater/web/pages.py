"""All pages, joined to the application, and what every one of them shows."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext

from rater.people.browser import browser_id, browser_key
from rater.web.access import person
from rater.web.allocation.views import pages as allocation
from rater.web.analysis.views import pages as analysis
from rater.web.exclusions.views import pages as exclusions
from rater.web.exports.views import pages as exports
from rater.web.homework.views import pages as homework
from rater.web.jobs.views import pages as jobs
from rater.web.language import locale
from rater.web.notices.views import pages as notices
from rater.web.people.views import pages as people
from rater.web.ratings import pages as ratings
from rater.web.recordings import imports, recordings
from rater.web.reliability.views import pages as reliability
from rater.web.studies.views import pages as studies
from rater.web.supervision import pages as supervision
from rater.web.training import pages as training


def _shown_everywhere() -> dict[str, Any]:
    who = person()
    home = url_for("studies.home")
    mine = url_for("notices.mine")
    nav = [(gettext("My studies"), home, request.path == home), (gettext("Notices"), mine, request.path == mine)]
    return {"person": who, "locale": locale(), "nav": nav if who else [], "browser": who and _browser(who.person_id)}


def _browser(person_id: int) -> dict[str, str]:
    secret = current_app.config["SECRET_KEY"]
    return {"person_id": browser_id(secret, person_id), "key": browser_key(secret, person_id)}


def init(app: Flask) -> None:
    """Register each noun's pages."""
    for pages in (
        people,
        studies,
        exclusions,
        ratings,
        recordings,
        homework,
        allocation,
        reliability,
        analysis,
        exports,
        jobs,
        imports,
        notices,
        training,
        supervision,
    ):
        app.register_blueprint(pages)
    app.context_processor(_shown_everywhere)
