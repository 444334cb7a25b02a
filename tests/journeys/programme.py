"""A served programme: Sara supervises Tom, and two sessions of his with a recording of some four minutes."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import update

from rater.config import data_folder
from rater.storage.database import db, writing
from rater.storage.media.audio import ingest
from rater.storage.models import Membership, Supervision
from tests.application import make_app
from tests.builders.supervision import make_programme, make_supervised
from tests.journeys.site import LONG_AGO


def build_programme(home: Path, sessions: int = 2) -> Flask:
    """The programme's home; its sessions are PT1-S01 and so on."""
    app = make_app(home)
    with app.app_context():
        store = app.extensions["rater_media"]
        made = store.temp()
        found = ingest([data_folder("audio_samples") / "en-4.mp3"], made)
        audio, peaks = store.put(made), store.put_bytes(found.peaks.to_bytes())
        with writing() as session:
            programme = make_programme(session)
            for number in range(1, sessions + 1):
                _, recording = make_supervised(session, programme, number=number)
                recording.audio_name, recording.peaks_name = audio, peaks
                recording.size, recording.mime, recording.duration_s = found.size, found.mime, found.duration_s
            session.execute(update(Membership).values(since=LONG_AGO))
            session.execute(update(Supervision).values(since=LONG_AGO))
        db.engine.dispose()
    return app
