"""How much a request may carry: little, unless its view says more, and never in a folder that others share."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import IO, TypeVar, cast

from flask import Flask, current_app, request

from rater.config import Settings
from rater.storage.media.uploads import uploads_of
from rater.web.access import person
from rater.web.cookies import CookieRequest

View = TypeVar("View", bound=Callable[..., object])
IN_MEMORY = 512 * 1024
"""Files of a form up to this size stay in memory."""


def takes_up_to(most: Callable[[Settings], int]) -> Callable[[View], View]:
    """Declare how many bytes a view takes from somebody who has signed in; else the application's limit holds."""

    def mark(view: View) -> View:
        view.rater_takes_up_to = most  # type: ignore[attr-defined]  # functions take attributes
        return view

    return mark


class OwnRequest(CookieRequest):
    """A request whose larger files wait encrypted in the folder of uploads, under no name, until the answer is sent."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if total_content_length is not None and total_content_length <= IN_MEMORY:
            return BytesIO()
        settings: Settings = current_app.extensions["rater_settings"]
        return cast("IO[bytes]", uploads_of(settings).spool())


def init(app: Flask, settings: Settings) -> None:
    """Ask for the limit before anything of the body is read."""
    app.request_class = OwnRequest

    def widen() -> None:
        view = app.view_functions.get(request.endpoint or "")
        most = getattr(view, "rater_takes_up_to", None)
        if most is not None and person() is not None:
            request.max_content_length = most(settings)

    app.before_request(widen)
