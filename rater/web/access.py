"""Who is asking, and what each page declares it needs: closed unless opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from flask import Flask, Response, abort, current_app, g, request, session
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user

from rater.people import operations as people
from rater.people.operations import SignedIn
from rater.storage.database import glancing, writing
from rater.terms import Actor

View = TypeVar("View", bound=Callable[..., object])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FOREIGN = frozenset({"cross-site", "same-site"})
"""What a browser says of a request that another site's page has made (Fetch Metadata); proxies leave it alone."""
TOKEN = "sign_in"  # noqa: S105  (the name of a cookie entry)


class Access(StrEnum):
    """What a page declares: open to everyone, or to people who signed in (the operation asks about the object)."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed_in"


class Visitor(UserMixin):  # type: ignore[misc]  # flask-login carries no types
    """The signed-in person as flask-login wants to see one."""

    def __init__(self, who: SignedIn) -> None:
        self.who = who

    def get_id(self) -> str:
        """The person's id."""
        return str(self.who.person_id)


class Login(LoginManager):  # type: ignore[misc]  # flask-login carries no types
    """flask-login without what Rater never asks of it: a cookie that remembers, and looks at the browser."""

    def _load_user(self) -> None:
        self._update_request_context_with_user(_load())

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


def declares(access: Access) -> Callable[[View], View]:
    """Declare who may call a view; the application does not start with a view that declares nothing."""

    def mark(view: View) -> View:
        view.rater_access = access  # type: ignore[attr-defined]  # functions take attributes
        return view

    return mark


def now() -> datetime:
    """The clock that views hand to operations."""
    clock: Callable[[], datetime] = current_app.extensions["rater_clock"]
    return clock()


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def actor() -> Actor:
    """Who acts in this request; only where somebody is signed in."""
    who = person()
    if who is None:
        raise RuntimeError("this view needs somebody signed in")
    return Actor(who.person_id, who.name)


def person() -> SignedIn | None:
    """The person signed in, if anybody is."""
    visitor = current_user._get_current_object()
    return visitor.who if visitor.is_authenticated else None


def _load() -> Visitor | None:
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    with glancing() as connection:
        found = people.signed_in(connection, token, now=now())
    if found is None:
        return None
    who, note = found
    if note:
        with writing() as db_session:
            people.note_activity(db_session, token, now=now())
    return Visitor(who)


def _guard() -> None:
    if "\x00" in request.path:
        abort(404)
    if request.method not in SAFE and request.headers.get("Sec-Fetch-Site") in FOREIGN:
        abort(400)
    view = current_app.view_functions.get(request.endpoint or "")
    access = getattr(view, "rater_access", None)
    if view is None or access is Access.EVERYONE:
        return
    if person() is None:
        abort(401)


def undeclared_routes(app: Flask) -> list[str]:
    """The endpoints that declare nothing."""
    return sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if not hasattr(app.view_functions[rule.endpoint], "rater_access")
        }
    )


def init(app: Flask) -> None:
    """Join flask-login and the guard to the application."""
    login = Login()
    login.anonymous_user = AnonymousUserMixin
    login.init_app(app)
    app.extensions.setdefault("rater_clock", utc_now)
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.before_request(_guard)
    declares(Access.EVERYONE)(app.view_functions["static"])


def forget() -> None:
    """Drop what this request knew of who is signed in."""
    g.pop("_login_user", None)
