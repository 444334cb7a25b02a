"""English and German: which one a reader gets, and how dates and figures look in it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import Flask, g, request, session
from flask_babel import Babel, format_date, format_datetime, format_decimal, format_time

from rater.config import Settings
from rater.web.access import now, person

LOCALES = ("en", "de")


def locale() -> str:
    """The reader's language: chosen, else the browser's, else English."""
    who = person()
    chosen = (who.locale if who else None) or session.get("locale")
    return chosen if chosen in LOCALES else request.accept_languages.best_match(LOCALES, "en")


def forget() -> None:
    """Let the rest of this request ask again which language is wanted."""
    g.pop("_flask_babel", None)


def moment(value: datetime | None) -> str:
    """A date and time in the installation's zone."""
    return format_datetime(value, "short") if value else ""


def since(value: datetime) -> str:
    """A moment in the installation's zone: the time alone where it is of today."""
    return str(format_time(value, "short")) if format_date(value) == format_date(now()) else moment(value)


def clock_time(seconds: float | None) -> str:
    """A place in a recording: 12:31, or 1:02:05 past the hour."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def figure(value: float | None, places: int = 2) -> str:
    """A figure with a fixed number of decimals, zero without a sign; a dash where there is none."""
    if value is None:
        return "–"
    return str(format_decimal(round(value, places) + 0, f"0.{'0' * places}" if places else "0"))


def init(app: Flask, settings: Settings) -> None:
    """Join Flask-Babel and the filters of the templates."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).with_name("translations"))
    Babel(app, locale_selector=locale, timezone_selector=lambda: settings.timezone)
    app.add_template_filter(moment)
    app.add_template_filter(since)
    app.add_template_filter(clock_time)
    app.add_template_filter(figure)
    app.add_template_global(locale, "current_locale")
