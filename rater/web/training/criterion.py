"""Criterion ratings: the sessions that can have them, and one session's items beside its recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Stale
from rater.storage.database import reading, writing
from rater.storage.models import Study
from rater.studies.operations import scales_of, study_for
from rater.studies.permissions import Action
from rater.training.operations.criterion import criterion_session, criterion_sessions, set_criterion
from rater.training.verdicts import Verdict
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.language import locale
from rater.web.player import player_of
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages
from rater.web.training.forms import sent_verdict, sent_version
from rater.web.training.shown import item_shown


@pages.get("/studies/<slug>/training/criterion")
@declares(Access.SIGNED_IN)
def criterion_list(slug: str) -> ResponseReturnValue:
    """The sessions with how far the criterion of each is filled."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        rows = criterion_sessions(session, actor(), study, now=now())
        sections = links_in(session, study)
        return render_template("training/criterion_list.html", study=study, sections=sections, rows=rows)


@pages.get("/studies/<slug>/training/criterion/<code>")
@declares(Access.SIGNED_IN)
def criterion(slug: str, code: str) -> ResponseReturnValue:
    """One session's items, with what experts agree on for each."""
    return _shown(slug, code)


@pages.post("/studies/<slug>/training/criterion/<code>")
@declares(Access.SIGNED_IN)
def keep_criterion(slug: str, code: str) -> ResponseReturnValue:
    """Keep what was chosen; what cannot be kept comes back as it was sent."""
    sent: dict[str, Verdict] = {}
    try:
        with writing() as session:
            study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
            sent, seen = _sent(study)
            set_criterion(session, actor(), study, code, sent, seen, now=now())
    except BadInput as error:
        return _shown(slug, code, sent, problems=[say(each.cause) for each in error.faults]), 422
    except Stale as error:
        return _shown(slug, code, sent, theirs=error.current), 409
    flash(gettext("The criterion is saved."))
    return redirect(url_for("training.criterion", slug=slug, code=code), 303)


def _sent(study: Study) -> tuple[dict[str, Verdict], dict[str, int]]:
    """What the form holds of each item that it has; an item that it lacks stays as it is."""
    items = [(scale, item) for _, scale in scales_of(study, observer_only=True) for item in scale.items if item.points]
    there = [(scale, item) for scale, item in items if f"seen-{item.id}" in request.form]
    verdicts = {item.id: sent_verdict(request.form, item) for _, item in there}
    return verdicts, {item.id: sent_version(request.form, item.id) for _, item in there}


def _shown(
    slug: str, code: str, sent: Mapping[str, Verdict] | None = None,
    *, problems: Sequence[str] = (), theirs: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    with reading() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        opened = criterion_session(session, actor(), study, code, now=now())
        scales = [
            (scale.title.in_(locale()), [item_shown(scale, item, locale()) for item in scale.items if item.points])
            for _, scale in scales_of(study, observer_only=True)
        ]
        return render_template(
            "training/criterion.html",
            study=study,
            sections=links_in(session, study),
            opened=opened,
            scales=scales,
            given=sent or {},
            problems=problems,
            theirs=theirs or {},
            screen=player_of(session, actor(), opened.therapy_session, study, now=now()),
        )
