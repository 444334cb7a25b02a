"""Comments on a session: written, changed, released, withdrawn, deleted, answered."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from rater.errors import BadInput, Stale
from rater.storage.database import writing
from rater.supervision.operations import commenting
from rater.web.access import Access, actor, declares, now
from rater.web.errors import say
from rater.web.supervision.blueprint import pages
from rater.web.supervision.forms import sent_version, shown_time, typed_comment, wanted_comment
from rater.web.supervision.reviewing import NEW, review_page


@pages.post("/studies/<slug>/supervision/sessions/<code>/comments")
@declares(Access.SIGNED_IN)
def comment(slug: str, code: str) -> ResponseReturnValue:
    """Keep a new comment as a draft; one that cannot be kept comes back as it was typed."""
    typed = typed_comment(request.form)
    try:
        with writing() as session:
            made = commenting.write_comment(session, actor(), slug, code, wanted_comment(typed), now=now()).public_id
    except BadInput as error:
        problems = [say(each.cause) for each in error.faults]
        return review_page(slug, code, about=NEW, typed=typed, problems=problems), 422
    flash(gettext("The comment is kept as a draft. Only you see it."))
    return _back(slug, code, made)


@pages.post("/studies/<slug>/supervision/sessions/<code>/comments/<comment_id>")
@declares(Access.SIGNED_IN)
def change_comment(slug: str, code: str, comment_id: str) -> ResponseReturnValue:
    """Change an own draft, release it, withdraw what is released, or delete a draft."""
    acts = {"save": _save, "release": _release, "withdraw": _withdraw, "delete": _delete}
    act = acts.get(request.form.get("do", ""))
    if act is None:
        abort(400)
    typed = typed_comment(request.form)
    try:
        with writing() as session:
            told = act(session, slug, code, comment_id, now())
    except BadInput as error:
        problems = [say(each.cause) for each in error.faults]
        return review_page(slug, code, about=comment_id, typed=typed, problems=problems), 422
    except Stale as error:
        theirs = {**error.current, "start": shown_time(error.current["start_s"])}
        return review_page(slug, code, about=comment_id, typed=typed, theirs=theirs), 409
    flash(told)
    return _back(slug, code, comment_id)


@pages.post("/studies/<slug>/supervision/sessions/<code>/comments/<comment_id>/answers")
@declares(Access.SIGNED_IN)
def answer(slug: str, code: str, comment_id: str) -> ResponseReturnValue:
    """Answer a comment, or say what one will try; one that cannot be kept comes back as it was typed."""
    kind, text = request.form.get("kind", ""), request.form.get("text", "").replace("\r\n", "\n")
    try:
        with writing() as session:
            commenting.answer_comment(session, actor(), slug, code, comment_id, kind, text, now=now())
    except BadInput as error:
        problems = [say(each.cause) for each in error.faults]
        return review_page(slug, code, about=f"answer-{comment_id}", typed={"text": text}, problems=problems), 422
    flash(gettext("Your answer is kept. Whoever reads the comment reads it too."))
    return _back(slug, code, comment_id)


def _save(session: Session, slug: str, code: str, comment_id: str, moment: datetime) -> str:
    wanted, seen = wanted_comment(typed_comment(request.form)), sent_version(request.form)
    commenting.change_comment(session, actor(), slug, code, comment_id, wanted, now=moment, seen=seen)
    return str(gettext("The draft is changed."))


def _release(session: Session, slug: str, code: str, comment_id: str, moment: datetime) -> str:
    commenting.release_comment(session, actor(), slug, code, comment_id, now=moment)
    return str(gettext("The comment is released."))


def _withdraw(session: Session, slug: str, code: str, comment_id: str, moment: datetime) -> str:
    commenting.withdraw_comment(session, actor(), slug, code, comment_id, now=moment)
    return str(gettext("It is withdrawn. Only you see it now."))


def _delete(session: Session, slug: str, code: str, comment_id: str, moment: datetime) -> str:
    commenting.delete_comment(session, actor(), slug, code, comment_id, now=moment)
    return str(gettext("The draft is deleted."))


def _back(slug: str, code: str, comment_id: str) -> ResponseReturnValue:
    return redirect(url_for("supervision.review", slug=slug, code=code, _anchor=f"comment-{comment_id}"), 303)
