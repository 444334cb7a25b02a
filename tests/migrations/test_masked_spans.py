"""The revision of masked spans keeps the recordings that were there, upwards and downwards."""

from flask import Flask
from sqlalchemy import text

from rater.storage import schema
from rater.storage.database import db
from tests.migrations.test_the_rating_screen import NOON, ROWS, _row

BEFORE, AFTER = "20261123_2", "20261128_mask"
RECORDING = (
    "INSERT INTO recording (id, public_id, session_id, audio_name, peaks_name, mime, codec, duration_s, sample_rate, "
    "channels, size, sha256, parts, silent, ingested_at) "
    f"VALUES (1, 'r', 1, 'a', 'p', 'audio/webm', 'opus', 60, 48000, 1, 9, '', '[]', false, '{NOON}')"
)
SPAN = (
    "INSERT INTO masked_span (id, public_id, recording_id, start_s, stop_s, reason, note, roles, set_at) "
    f"VALUES (1, 's', 1, 5, 9.5, 'name_spoken', '', '[\"rater\"]', '{NOON}')"
)
VERSION = (
    "INSERT INTO silenced_version (id, recording_id, key, audio_name, peaks_name, mime, size, made_at) "
    f"VALUES (1, 1, 'k', 'b', 'q', 'audio/webm', 9, '{NOON}')"
)


def test_recordings_are_there_before_and_after_spans(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, "20261123_1")
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, BEFORE)
        with db.engine.begin() as connection:
            connection.execute(text(RECORDING))
        schema.upgrade(db.engine, AFTER)
        with db.engine.begin() as connection:
            for row in (SPAN, VERSION):
                connection.execute(text(row))
        assert _row("SELECT start_s, stop_s FROM masked_span") == (5, 9.5)
        schema.downgrade(db.engine, BEFORE)
        assert _row("SELECT public_id, audio_name FROM recording") == ("r", "a")
        schema.upgrade(db.engine, AFTER)
        assert _row("SELECT count(*) FROM masked_span") == (0,)
