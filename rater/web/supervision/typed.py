"""What somebody typed into a form, without what nobody could see in it."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MultiDict

from rater.scales.source import UNREADABLE


def typed() -> MultiDict[str, str]:
    """The fields of the form in this request, as a page may show them again."""
    return MultiDict((name, UNREADABLE.sub("", text)) for name, text in request.form.items(multi=True))
