"""The revision of the homework log knows the sessions that had tasks, and leaves the tasks where they were."""

from flask import Flask
from sqlalchemy import text

from rater.storage import schema
from rater.storage.database import db

BEFORE, AFTER = "20261123_2", "20261128_log"
NOON = "2026-11-02 12:00:00+00:00"
STUDY = "INSERT INTO study (id, slug, title, phases, synthetic, rate_at_end, heard_share, concern_contact, created_at) "
SESSION = (
    "INSERT INTO therapy_session (id, study_id, code, rating_code, patient_id, therapist_id, number, use) "
    "VALUES ({0}, 1, 'P01-S0{0}', 'KABC{0}', 1, 1, {0}, 'main')"
)
TASK = (
    "INSERT INTO homework_task (id, public_id, study_id, code, assigned_session_id, type, description) "
    "VALUES ({0}, 't{0}', 1, 'HW{0}', 1, 'behavioral', 'Walk')"
)
ROWS = (
    f"{STUDY} VALUES (1, 'old', 'Old', '', false, 'off', 0.9, '', '{NOON}')",
    "INSERT INTO patient (id, study_id, code) VALUES (1, 1, 'P01')",
    "INSERT INTO therapist (id, study_id, code) VALUES (1, 1, 'T1')",
    *(SESSION.format(number) for number in (1, 2)),
    *(TASK.format(number) for number in (1, 2)),
)


def test_sessions_with_tasks_are_entered_afterwards(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, BEFORE)
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, AFTER)
        assert _rows("SELECT session_id, status, version, by_id FROM homework_entry") == [(1, "assigned", 1, None)]
        assert _rows("SELECT code, place FROM homework_task ORDER BY code") == [("HW1", 0), ("HW2", 0)]
        schema.downgrade(db.engine, BEFORE)
        assert _rows("SELECT code, description FROM homework_task ORDER BY code") == [("HW1", "Walk"), ("HW2", "Walk")]


def _rows(query: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
