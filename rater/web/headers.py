"""Security headers on every answer, with a nonce for the page's own scripts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def csp_nonce() -> str:
    """The nonce of this answer: scripts without it do not run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
_FOR_DATA = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
"""What an answer may do that is no page: nothing."""


def _add(response: Response) -> Response:
    headers = response.headers
    policy = _FOR_DATA if response.mimetype == "application/json" else POLICY.format(nonce=csp_nonce())
    headers["Content-Security-Policy"] = policy
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        headers["Cache-Control"] = "public, max-age=3600"
    elif "no-store" not in headers.get("Cache-Control", ""):
        headers["Cache-Control"] = "no-store"
    return response


def _with_constant_headers(serve: WSGIApplication) -> WSGIApplication:
    """The same application, each of whose answers carries the headers that never change."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *_ALWAYS], *error)

        return serve(environ, start)

    return answer


def init(app: Flask) -> None:
    """Put the headers on every answer and the nonce into templates."""
    app.wsgi_app = _with_constant_headers(app.wsgi_app)  # type: ignore[method-assign, assignment]  # the documented way
    app.after_request(_add)
    app.add_template_global(csp_nonce)
