"""What the player of a recording is given, on every page that has one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from rater.recordings.loudness import evening_gain
from rater.recordings.masking import Stretch
from rater.recordings.operations.hearing import hears, hidden_seconds
from rater.storage.models import Recording, Study, TherapySession
from rater.terms import Actor


def player_of(session: Session, actor: Actor, target: TherapySession, study: Study, *, now: datetime) -> dict[str, Any]:
    """What the player shows where nothing that is heard is kept as a rater's listening.

    Where `recording` is None although it `is_there`, it is being prepared, or the actor may not hear it.
    """
    recording = target.recording
    heard = hears(session, actor, recording, now=now) if recording else False
    shown = None
    if recording and heard:
        shown = sound_shown(recording, hidden_seconds(session, actor.person_id, recording.id, study.id, now=now))
    return {
        "code": target.rating_code,
        "study": study,
        "urls": {},
        "is_there": recording is not None,
        "is_prepared": heard is None,
        "recording": shown,
    }


def sound_shown(recording: Recording, hidden: Sequence[Stretch]) -> dict[str, Any]:
    """Where the sound is fetched, and what of it is silent."""
    return {
        "audio_url": url_for("recordings.audio", public_id=recording.public_id),
        "peaks_url": url_for("recordings.peaks", public_id=recording.public_id),
        "voice_url": url_for("recordings.voice", public_id=recording.public_id),
        "duration_s": recording.duration_s,
        "gain": evening_gain(recording.loudness_db),
        "masks": [[start, stop] for start, stop in hidden],
    }
