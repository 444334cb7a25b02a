"""The review of a session: the recording, what was said at its moments, both ratings, the supervisor's summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from rater.errors import BadInput, Stale
from rater.scales.schema import Scale
from rater.storage.database import reading, writing
from rater.supervision.moments import LONGEST_COMMENT, LONGEST_SUMMARY
from rater.supervision.operations.looking import SeenReview, open_session
from rater.supervision.operations.reviewing import release_review, save_summary, withdraw_review
from rater.terms import Audience
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.language import locale
from rater.web.studies.sections import links_in
from rater.web.supervision.blueprint import pages
from rater.web.supervision.forms import FRESH, Typed, kept_comment, sent_version, shown_time
from rater.web.supervision.session_shown import excerpt_asked, recording_shown

SUMMARY, NEW = "summary", "new"
"""What a fault on the page is about, beside the ids of comments."""


@pages.get("/studies/<slug>/supervision/sessions/<code>")
@declares(Access.SIGNED_IN)
def review(slug: str, code: str) -> ResponseReturnValue:
    """The session for its trainee, or for who supervises now."""
    return review_page(slug, code)


@pages.post("/studies/<slug>/supervision/sessions/<code>/review")
@declares(Access.SIGNED_IN)
def change_review(slug: str, code: str) -> ResponseReturnValue:
    """Save the summary, release the review with what belongs to it, or withdraw it."""
    acts = {"save": _save, "release": _release, "withdraw": _withdraw}
    act = acts.get(request.form.get("do", ""))
    if act is None:
        abort(400)
    text = request.form.get("summary", "").replace("\r\n", "\n")
    try:
        with writing() as session:
            told = act(session, slug, code, text, now())
    except BadInput as error:
        problems = [say(each.cause) for each in error.faults]
        return review_page(slug, code, about=SUMMARY, typed={"text": text}, problems=problems), 422
    except Stale as error:
        return review_page(slug, code, about=SUMMARY, typed={"text": text}, theirs=error.current), 409
    flash(told)
    return redirect(url_for("supervision.review", slug=slug, code=code), 303)


def _save(session: Session, slug: str, code: str, text: str, moment: datetime) -> str:
    save_summary(session, actor(), slug, code, text, now=moment, seen=sent_version(request.form))
    return str(gettext("The summary is saved. Nobody else sees it before you release the review."))


def _release(session: Session, slug: str, code: str, text: str, moment: datetime) -> str:
    if "summary" in request.form:
        save_summary(session, actor(), slug, code, text, now=moment, seen=sent_version(request.form))
    count = release_review(session, actor(), slug, code, now=moment)
    if not count:
        return str(gettext("The review is released."))
    return str(
        ngettext(
            "The review is released, with %(num)d comment.", "The review is released, with %(num)d comments.", count
        )
    )


def _withdraw(session: Session, slug: str, code: str, text: str, moment: datetime) -> str:
    withdraw_review(session, actor(), slug, code, now=moment)
    return str(gettext("The review is withdrawn. Only you see it now."))


def review_page(
    slug: str, code: str, *, about: str = "", typed: Typed | None = None,
    problems: list[str] | None = None, theirs: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """The page, with what was `typed` and could not be kept, and why; `about` is a comment's id, `NEW` or `SUMMARY`."""
    with reading() as session:
        found = open_session(session, actor(), slug, code, now=now())
        study, excerpt = found.seen.study, excerpt_asked(found.seen.therapy_session.recording)
        tag, item = request.args.get("tag", ""), request.args.get("item", "")
        screen = recording_shown(session, actor(), found.seen, now=now())
        if screen["recording"] and excerpt:
            screen["recording"]["audio_url"] += f"#t={excerpt}"
        return render_template(
            "supervision/review.html",
            study=study,
            sections=links_in(session, study),
            found=found,
            threads=found.threads(tag, item),
            shown={"tag": tag, "item": item},
            items=_items(found.scales),
            screen=screen,
            audiences=list(Audience),
            about=about,
            typed=typed or {},
            fresh=typed if about == NEW and typed else FRESH,
            problems=problems or [],
            theirs=theirs,
            kept_comment=kept_comment,
            shown_time=shown_time,
            names=_names(found),
            longest={"comment": LONGEST_COMMENT, "summary": LONGEST_SUMMARY},
        )


def _items(scales: Sequence[Scale]) -> list[dict[str, Any]]:
    """The items by scale, for the list to choose from and for their words."""
    return [
        {"title": scale.title.in_(locale()), "items": [(item.id, item.text.in_(locale())) for item in scale.items]}
        for scale in scales
    ]


def _names(found: SeenReview) -> dict[int, str]:
    """The names of all who wrote what is shown."""
    reviewers = {each.by_id: each.by.name for each in found.released}
    return reviewers | {each.by_id: each.by.name for each in found.comments}
