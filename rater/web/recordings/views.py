"""Sound by byte ranges, and peaks for the waveform, to those who may hear them."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from rater.recordings.operations.hearing import sound_for, trace_hearing
from rater.recordings.operations.voice import silences_for
from rater.storage.database import reading, writing
from rater.storage.media.peaks import overview
from rater.web.access import Access, actor, declares, now
from rater.web.sound import ranged, store

pages = Blueprint("recordings", __name__)
OVERVIEW_POINTS = 4000


@pages.get("/recordings/<public_id>/audio")
@declares(Access.SIGNED_IN)
def audio(public_id: str) -> ResponseReturnValue:
    """One range of the sound."""
    with reading() as session:
        sound = sound_for(session, actor(), public_id, now=now())
    if not sound.is_traced:
        with writing() as session:
            trace_hearing(session, actor(), public_id, sound, now=now())
    return ranged(sound.audio_name, sound.mime, sound.size)


@pages.get("/recordings/<public_id>/peaks")
@declares(Access.SIGNED_IN)
def peaks(public_id: str) -> ResponseReturnValue:
    """The overview of the waveform: a byte a point, 255 the loudest of the recording."""
    with reading() as session:
        sound = sound_for(session, actor(), public_id, now=now())
    kept = store().read(sound.peaks_name, 0, store().size(sound.peaks_name))
    return Response(overview(kept, OVERVIEW_POINTS), mimetype="application/octet-stream")


@pages.get("/recordings/<public_id>/voice")
@declares(Access.SIGNED_IN)
def voice(public_id: str) -> ResponseReturnValue:
    """The stretches, in seconds, where nobody speaks; null until they are known."""
    with reading() as session:
        return jsonify(silences=silences_for(session, actor(), public_id, now=now()))
