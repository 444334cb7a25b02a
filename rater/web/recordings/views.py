"""Sound by byte ranges, and peaks for the waveform, to those who may hear them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, cast

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import wrap_file

from rater.recordings.operations.hearing import Sound, sound_for, trace_hearing
from rater.recordings.operations.voice import silences_for
from rater.recordings.ranges import Part, Unsatisfiable, Whole, parse_range
from rater.storage.database import reading, writing
from rater.storage.media.peaks import overview
from rater.storage.media.store import CHUNK, MediaStore
from rater.web.access import Access, actor, declares, now

pages = Blueprint("recordings", __name__)
OVERVIEW_POINTS = 4000
ANSWER_LIMIT = 256 * 1024


def _store() -> MediaStore:
    store: MediaStore = current_app.extensions["rater_media"]
    return store


@pages.get("/recordings/<public_id>/audio")
@declares(Access.SIGNED_IN)
def audio(public_id: str) -> ResponseReturnValue:
    """One range of the sound (RFC 9110), at most 256 KiB an answer.

    So no listener holds a thread for long, and one who goes on in the middle fetches little before sound can start.
    """
    with reading() as session:
        sound = sound_for(session, actor(), public_id, now=now())
    if not sound.is_traced:
        with writing() as session:
            trace_hearing(session, actor(), public_id, sound, now=now())
    return _range(sound)


def _range(sound: Sound) -> Response:
    wanted = parse_range(request.headers.get("Range"), sound.size, limit=ANSWER_LIMIT)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    if isinstance(wanted, Unsatisfiable):
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{sound.size}"})
    start, stop = (wanted.start, wanted.stop) if isinstance(wanted, Part) else (0, sound.size)
    if request.method != "HEAD" and (sender := _other_sender(sound, wanted)):
        return Response(headers={**headers, "X-Accel-Redirect": sender}, mimetype=sound.mime)
    headers["Content-Length"] = str(stop - start)
    if isinstance(wanted, Part):
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{sound.size}"
    body = [] if request.method == "HEAD" else _sent(sound.audio_name, start, stop - start)
    status = 206 if isinstance(wanted, Part) else 200
    return Response(body, status=status, headers=headers, mimetype=sound.mime, direct_passthrough=True)


def _other_sender(sound: Sound, wanted: Whole | Part) -> str:
    """The address under which the web server before Rater has the file; "" where Rater sends the bytes itself.

    Only ranges that it answers as Rater would are left to it: one who asks for all that follows gets 256 KiB.
    """
    prefix: str = current_app.extensions["rater_settings"].x_accel
    if not prefix or wanted != parse_range(request.headers.get("Range"), sound.size, limit=sound.size):
        return ""
    return f"{prefix.rstrip('/')}/{sound.audio_name[:2]}/{sound.audio_name}"


def _sent(name: str, start: int, length: int) -> Iterable[bytes]:
    """The bytes as the web server sends them best: gunicorn has the kernel copy them (wsgi.file_wrapper)."""
    stretch = cast("IO[bytes]", _store().stretch(name, start, length))
    return wrap_file(request.environ, stretch, CHUNK)


@pages.get("/recordings/<public_id>/peaks")
@declares(Access.SIGNED_IN)
def peaks(public_id: str) -> ResponseReturnValue:
    """The overview of the waveform: a byte a point, 255 the loudest of the recording."""
    with reading() as session:
        sound = sound_for(session, actor(), public_id, now=now())
    kept = _store().read(sound.peaks_name, 0, _store().size(sound.peaks_name))
    return Response(overview(kept, OVERVIEW_POINTS), mimetype="application/octet-stream")


@pages.get("/recordings/<public_id>/voice")
@declares(Access.SIGNED_IN)
def voice(public_id: str) -> ResponseReturnValue:
    """The stretches, in seconds, where nobody speaks; null until they are known."""
    with reading() as session:
        return jsonify(silences=silences_for(session, actor(), public_id, now=now()))
