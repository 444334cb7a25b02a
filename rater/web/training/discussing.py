"""The discussion of one item of one session, its consensus, and proposals for clearer words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Stale
from rater.storage.database import reading, writing
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.training.operations.consensus import decide
from rater.training.operations.discussing import open_discussion, place_in
from rater.training.operations.proposing import open_proposals, propose
from rater.training.operations.seeing import revealed_to
from rater.training.verdicts import Verdict
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.language import locale
from rater.web.player import player_of
from rater.web.studies.sections import links_in
from rater.web.training.blueprint import pages
from rater.web.training.forms import sent_verdict, sent_version
from rater.web.training.shown import item_shown
from rater.web.training.waves import who_shown


@pages.get("/studies/<slug>/training/waves/<wave>/<code>/<item>")
@declares(Access.SIGNED_IN)
def discussion(slug: str, wave: str, code: str, item: str) -> ResponseReturnValue:
    """The ratings of an item side by side, with the notes and the recording."""
    return _shown(slug, wave, code, item)


@pages.post("/studies/<slug>/training/waves/<wave>/<code>/<item>/consensus")
@declares(Access.SIGNED_IN)
def keep_consensus(slug: str, wave: str, code: str, item: str) -> ResponseReturnValue:
    """Keep what was agreed on and go on; what cannot be kept comes back as it was sent."""
    sent = Verdict()
    try:
        with writing() as session:
            study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
            seen = revealed_to(session, actor(), slug, wave, now=now())
            sent = sent_verdict(request.form, place_in(session, seen, code, item).item)
            version = sent_version(request.form, item)
            decide(session, actor(), slug, wave, code, item, sent, seen=version, now=now())
            found = open_discussion(session, actor(), slug, wave, code, item, now=now())
            onward = found.following if request.form.get("go") == "next" else None
    except BadInput as error:
        return _shown(slug, wave, code, item, sent=sent, problems=[say(each.cause) for each in error.faults]), 422
    except Stale as error:
        return _shown(slug, wave, code, item, sent=sent, theirs=error.current), 409
    flash(gettext("The consensus is saved. The raters' own points stay as they are."))
    code, item = onward or (code, item)
    page = url_for("training.discussion", slug=slug, wave=wave, code=code, item=item, who=who_shown(True) or None)
    return redirect(page, 303)


@pages.post("/studies/<slug>/training/waves/<wave>/<code>/<item>/wording")
@declares(Access.SIGNED_IN)
def propose_wording(slug: str, wave: str, code: str, item: str) -> ResponseReturnValue:
    """Keep a proposal for clearer words; one that cannot be kept comes back as it was sent."""
    sent = {name: request.form.get(name, "").replace("\r\n", "\n") for name in ("point", "text", "rationale")}
    point = sent["point"]
    is_number = point.isascii() and point.isdigit() and len(point) < 6
    try:
        with writing() as session:
            propose(
                session, actor(), slug, wave, code, item,
                point=None if not point else int(point) if is_number else -1,
                text=sent["text"], rationale=sent["rationale"], now=now(),
            )  # fmt: skip
    except BadInput as error:
        return _shown(slug, wave, code, item, wording=sent, problems=[say(each.cause) for each in error.faults]), 422
    flash(gettext("The proposal is kept. Who leads training decides on it."))
    return redirect(url_for("training.discussion", slug=slug, wave=wave, code=code, item=item), 303)


@pages.get("/studies/<slug>/training/proposals")
@declares(Access.SIGNED_IN)
def proposals(slug: str) -> ResponseReturnValue:
    """The proposals for clearer words that nobody has answered yet."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.LEAD_TRAINING, now=now())
        rows = open_proposals(session, study)
        sections = links_in(session, study)
        return render_template("training/proposals.html", study=study, sections=sections, rows=rows)


def _shown(
    slug: str, wave: str, code: str, item: str, *,
    sent: Verdict | None = None, theirs: Mapping[str, Any] | None = None,
    wording: Mapping[str, str] | None = None, problems: list[str] | None = None,
) -> str:  # fmt: skip
    with reading() as session:
        found = open_discussion(session, actor(), slug, wave, code, item, now=now())
        study, place = found.seen.study, found.place
        return render_template(
            "training/discussion.html",
            study=study,
            sections=links_in(session, study),
            found=found,
            item=item_shown(place.scale, place.item, locale()),
            who=who_shown(found.seen.leads),
            sent=sent,
            theirs=theirs,
            wording=wording or {},
            problems=problems or [],
            screen=player_of(session, actor(), place.target, study, now=now()),
        )
