"""The signed cookie and the token against forged requests, asked for in every request."""

from __future__ import annotations

import time
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, Response, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect
from itsdangerous import SignatureExpired, URLSafeTimedSerializer
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

TOKEN_HEADER = "X-CSRFToken"  # noqa: S105  (the name of a header)
REMEMBERED = 4096


class CookieRequest(Request):
    """A request that takes its cookies from where WSGI puts them, rather than out of a list of all headers."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies that came with the request."""
        given = parse_cookie(self.environ.get("HTTP_COOKIE"), cls=ImmutableMultiDict)
        return cast("ImmutableMultiDict[str, str]", given)


class Remembering(URLSafeTimedSerializer):
    """A signer that remembers what it has found to be signed by it; whether that is too old is asked each time."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._found = lru_cache(REMEMBERED)(self._verified)

    def _verified(self, signed: str) -> tuple[dict[str, Any], datetime]:
        found: tuple[dict[str, Any], datetime] = super().loads(signed, return_timestamp=True)
        return found

    def loads(  # type: ignore[override]  # narrower: only what Flask asks of it
        self, signed: str, max_age: int | None = None
    ) -> dict[str, Any]:
        """What was signed. Raises BadSignature, SignatureExpired."""
        payload, signed_at = self._found(signed)
        if max_age is not None and not 0 <= time.time() - signed_at.timestamp() <= max_age:
            raise SignatureExpired("too old", payload=payload, date_signed=signed_at)
        return dict(payload)


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie; what signs it is made once, not anew for each request."""

    def __init__(self, app: Flask) -> None:
        self._signer = Remembering(
            app.secret_key,
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookies of the application."""
        return self._signer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie where it has changed; Rater never prolongs one, and asks for nothing else first."""
        if session.modified or not session:
            super().save_session(app, session, response)
        elif session.accessed:
            response.headers.add("Vary", "Cookie")


class Tokens(CSRFProtect):  # type: ignore[misc]  # flask-wtf carries no types
    """Flask-WTF's protection; a token of a script's request that was found to be the cookie's is not verified again."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._found: set[tuple[str, str]] = set()

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a change that does not carry the token of its cookie. Raises CSRFError."""
        if not request.is_json:
            super().protect(apply_exemptions)
            return
        pair = (request.headers.get(TOKEN_HEADER, ""), session.get("csrf_token", ""))
        if pair in self._found:
            return
        super().protect(apply_exemptions)
        if request.method in SIGNED_METHODS:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            self._found.add(pair)

    def _get_csrf_token(self) -> str | None:
        if request.is_json:
            return request.headers.get(TOKEN_HEADER)
        token: str | None = super()._get_csrf_token()
        return token


SIGNED_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Those whose token `protect` has verified when it returns."""


def init(app: Flask) -> None:
    """Put both into the application."""
    app.session_interface = Cookies(app)
    Tokens(app)
