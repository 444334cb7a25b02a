"""Errors of the domain, said in HTTP once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, gettext, lazy_gettext, ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from rater.errors import BadInput, NotFound, NotPermitted, Refused, Stale
from rater.recordings.exclusions import reason_words
from rater.terms import Reason


@dataclass(frozen=True)
class Words:
    """What an error page says: what happened, and what to do."""

    title: str
    message: str
    what_to_do: str


WORDS = {
    400: Words(
        lazy_gettext("This could not be read"),
        lazy_gettext("The page sent something that Rater does not understand. Nothing was changed."),
        lazy_gettext("Go back, load the page again and try once more."),
    ),
    403: Words(
        lazy_gettext("This is closed to you"),
        lazy_gettext("Your role in this study does not allow it, or you still have sessions to rate there."),
        lazy_gettext("Ask the study's coordinator if you think that you need it."),
    ),
    404: Words(
        lazy_gettext("There is nothing here for you"),
        lazy_gettext("The page does not exist, or it belongs to a study that you have no part in."),
        lazy_gettext("Go to your start page and follow the links from there."),
    ),
    409: Words(
        lazy_gettext("This has changed meanwhile"),
        lazy_gettext("Somebody, or another tab, has changed it since you opened the page."),
        lazy_gettext("Load the page again to see how it stands."),
    ),
    413: Words(
        lazy_gettext("This is too large"),
        lazy_gettext("More was sent than this page takes. Nothing was changed."),
        lazy_gettext("Send less at once."),
    ),
    503: Words(
        lazy_gettext("Rater cannot save just now"),
        lazy_gettext("The database did not answer. What was confirmed as saved is safe."),
        lazy_gettext("Wait a moment and try again. Tell your administrator if it stays like this."),
    ),
    500: Words(
        lazy_gettext("Something went wrong in Rater"),
        lazy_gettext("The fault has been written to the log. What was confirmed as saved is safe."),
        lazy_gettext("Try again. Tell your administrator if it happens again."),
    ),
}
NAMES = {
    400: "bad_request",
    401: "signed_out",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "not_json",
    422: "bad_value",
    423: "refused",
    503: "cannot_save",
}
FETCHED = ("recordings.audio", "recordings.peaks", "training.example_audio", "supervision.attachment_audio")
"""What players fetch: no page to send to the sign-in from."""


def say(reason: Reason) -> str:
    """A reason's sentence in the reader's language."""
    params = {name: _said(value) for name, value in reason.params.items()}
    if reason.plural:
        return str(Reason(ngettext(reason.template, reason.plural, reason.params["count"]), params))
    return str(Reason(gettext(reason.template), params))


def _said(value: object) -> object:
    """What stands in a gap: a reason in words, a figure with the decimal sign of the language."""
    if isinstance(value, Reason):
        return say(value)
    return str(value).replace(".", format_decimal(0.5)[1]) if isinstance(value, float) else value


def said_anew(parts: Mapping[str, Any]) -> str:
    """A reason that was kept as `template` and `params` (see `reason_told`), in the reader's language."""
    template, given = parts["template"], parts["params"]
    params = {name: said_anew(value) if isinstance(value, Mapping) else value for name, value in given.items()}
    return say(Reason(template, params))


def wants_json() -> bool:
    """Whether a script asks, rather than a person looking at a page."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _answer(status: int, message: str | None = None, what_to_do: str = "") -> ResponseReturnValue:
    words = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    shown = message or str(words.message)
    if wants_json():
        return jsonify({"error": NAMES.get(status, "fault"), "message": shown}), status
    page = render_template("errors/error.html", status=status, words=words, message=shown, what_to_do=what_to_do)
    return page, status


def _bad_input(error: BadInput) -> ResponseReturnValue:
    remedies = dict.fromkeys(say(each.remedy) for each in error.faults)
    return _answer(422, _sentences(say(each.cause) for each in error.faults), _sentences(remedies))


def _sentences(told: Iterable[str]) -> str:
    return " ".join(each if each.endswith("?") else f"{each}." for each in told if each)


def _signed_out() -> ResponseReturnValue:
    if wants_json() or request.endpoint in FETCHED:
        return jsonify({"error": "signed_out", "message": gettext("You are signed out. Sign in to go on.")}), 401
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("people.sign_in", next=target if target != "/" else None), 303)


def _foreign_host(_: SecurityError) -> ResponseReturnValue:
    return Response("Rater does not answer to this host name.\n", 400, mimetype="text/plain")


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status == 401:
        return _signed_out()
    if status < 400 and isinstance(error.response, Response):
        return error.response
    return _answer(status)


def init(app: Flask) -> None:
    """Register one translation of each error."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(
        CSRFError, lambda _: _answer(400, gettext("The page was open for too long. Load it again."))
    )
    app.register_error_handler(NotFound, lambda _: _answer(404))
    app.register_error_handler(NotPermitted, lambda _: _answer(403))
    app.register_error_handler(Refused, lambda error: _answer(423, say(error.reason)))
    app.register_error_handler(Stale, lambda error: (jsonify({"error": "stale", "current": error.current}), 409))
    app.register_error_handler(BadInput, _bad_input)
    app.register_error_handler(OperationalError, _database_down)
    app.add_template_filter(say, "say")
    app.add_template_filter(said_anew)
    app.add_template_filter(lambda code: reason_words(code, say), "exclusion_reason")


def _database_down(error: OperationalError) -> ResponseReturnValue:
    from flask import current_app

    current_app.logger.error("database: %s", error.orig)
    return _answer(503)
