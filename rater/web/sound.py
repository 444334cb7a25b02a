"""Stored sound by byte ranges, as recordings and excerpts of them leave Rater."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import IO, cast

from flask import Response, current_app, request
from werkzeug.wsgi import wrap_file

from rater.recordings.ranges import Part, Unsatisfiable, Whole, parse_range
from rater.storage.media.store import CHUNK, MediaStore

ANSWER_LIMIT = 256 * 1024


def store() -> MediaStore:
    """The media store of the application."""
    found: MediaStore = current_app.extensions["rater_media"]
    return found


def ranged(name: str, mime: str, size: int) -> Response:
    """One range of a stored file (RFC 9110), at most 256 KiB an answer.

    So no listener holds a thread for long, and one who goes on in the middle fetches little before sound can start.
    """
    wanted = parse_range(request.headers.get("Range"), size, limit=ANSWER_LIMIT)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    if isinstance(wanted, Unsatisfiable):
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, stop = (wanted.start, wanted.stop) if isinstance(wanted, Part) else (0, size)
    if request.method != "HEAD" and (sender := _other_sender(name, size, wanted)):
        return Response(headers={**headers, "X-Accel-Redirect": sender}, mimetype=mime)
    headers["Content-Length"] = str(stop - start)
    if isinstance(wanted, Part):
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    body = [] if request.method == "HEAD" else _sent(name, start, stop - start)
    status = 206 if isinstance(wanted, Part) else 200
    return Response(body, status=status, headers=headers, mimetype=mime, direct_passthrough=True)


def _other_sender(name: str, size: int, wanted: Whole | Part) -> str:
    """The address under which the web server before Rater has the file; "" where Rater sends the bytes itself.

    Only ranges that it answers as Rater would are left to it: one who asks for all that follows gets 256 KiB.
    """
    prefix: str = current_app.extensions["rater_settings"].x_accel
    if (
        not prefix
        or not store().in_clear(name)
        or wanted != parse_range(request.headers.get("Range"), size, limit=size)
    ):
        return ""
    return f"{prefix.rstrip('/')}/{name[:2]}/{name}"


def _sent(name: str, start: int, length: int) -> Iterable[bytes]:
    """The bytes, decrypted as they go; those of a file in clear the kernel copies (wsgi.file_wrapper).

    The first are read here, so that a damaged file is refused before anything is sent.
    """
    if store().in_clear(name):
        return wrap_file(request.environ, cast("IO[bytes]", store().stretch(name, start, length)), CHUNK)
    pieces = store().stream(name, start, length)
    return chain([next(pieces, b"")], pieces)
