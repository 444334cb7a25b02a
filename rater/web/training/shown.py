"""A session's recording and the items of its scales, as the pages of training show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from rater.recordings.loudness import evening_gain
from rater.recordings.operations.hearing import hears, hidden_seconds
from rater.scales.schema import Item, Scale
from rater.storage.models import Recording, Study, TherapySession
from rater.terms import Actor


def player_of(session: Session, actor: Actor, target: TherapySession, study: Study, *, now: datetime) -> dict[str, Any]:
    """What the player shows; nothing that is heard here is kept as a rater's listening."""
    recording = target.recording
    heard = hears(session, actor, recording, now=now) if recording else False
    return {
        "code": target.rating_code,
        "study": study,
        "urls": {},
        "is_kept_away": False,
        "is_closed": False,
        "consent_ended": False,
        "is_there": recording is not None,
        "is_prepared": heard is None,
        "recording": _sound(session, actor, recording, study, now=now) if recording and heard else None,
    }


def _sound(session: Session, actor: Actor, recording: Recording, study: Study, *, now: datetime) -> dict[str, Any]:
    hidden = hidden_seconds(session, actor.person_id, recording.id, study.id, now=now)
    return {
        "audio_url": url_for("recordings.audio", public_id=recording.public_id),
        "peaks_url": url_for("recordings.peaks", public_id=recording.public_id),
        "voice_url": url_for("recordings.voice", public_id=recording.public_id),
        "duration_s": recording.duration_s,
        "gain": evening_gain(recording.loudness_db),
        "share": None,
        "masks": [[start, stop] for start, stop in hidden],
    }


def item_shown(scale: Scale, item: Item, locale: str) -> dict[str, Any]:
    """An item with its points, their anchors and its missing codes, in the reader's language."""
    return {
        "id": item.id,
        "scale": scale.id,
        "text": item.text.in_(locale),
        "description": item.description.in_(locale),
        "anchors": [
            {"point": point, "text": item.anchors[point].in_(locale) if point in item.anchors else ""}
            for point in item.points
        ],
        "missing_codes": [
            {"code": code.id, "label": code.label.in_(locale)} for code in scale.missing_codes_for(item.id)
        ],
    }
