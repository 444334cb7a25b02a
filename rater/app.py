"""The one place that joins pages, commands and storage."""

from __future__ import annotations

import os
from datetime import timedelta

from flask import Flask

from rater.config import Settings, secret_key
from rater.storage.database import db, engine_options, prepare_engine
from rater.storage.media.store import media_store

BODY_LIMIT = 1024 * 1024


def create_app(settings: Settings, *, pages: bool = True) -> Flask:
    """The application for these settings; without its pages it is made at once, which is all that a command needs.

    Raises RuntimeError where a route declares no access, or where SQLite refuses a durable setting.
    """
    from rater.web import language
    from rater.web.application import Application

    app = Application("rater.web", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=secret_key(settings.home),
        SQLALCHEMY_DATABASE_URI=settings.database_address,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_address),
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="rater",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TRUSTED_HOSTS=[host.strip() for host in settings.trusted_hosts.split(",") if host.strip()] or None,
    )
    app.extensions["rater_settings"] = settings
    app.extensions["rater_media"] = media_store(settings)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    language.init(app, settings)
    if pages:
        _join_pages(app, settings)
    return app


def _join_pages(app: Flask, settings: Settings) -> None:
    from rater.web import access, cookies, errors, headers, limits, pages

    limits.init(app, settings)
    cookies.init(app)
    access.init(app)
    headers.init(app)
    errors.init(app)
    pages.init(app)
    undeclared = access.undeclared_routes(app)
    if undeclared:
        raise RuntimeError(f"{pages.__name__}: these routes declare no access: {', '.join(undeclared)}")


def main() -> None:
    """The command `rater`."""
    os.umask(0o077)
    from rater.cli import commands

    commands(create_app)
