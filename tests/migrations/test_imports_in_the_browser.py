"""The revision of imports leaves what was there, and takes its own rows with it."""

from flask import Flask
from sqlalchemy import inspect, text

from rater.storage import schema
from rater.storage.database import db

BEFORE, AFTER = "20261123_2", "20261128_imports"
NOON = "2026-11-02 12:00:00+00:00"
EARLIER = (
    "INSERT INTO study (id, slug, title, phases, synthetic, created_at, rate_at_end, heard_share, concern_contact) "
    f"VALUES (1, 'old', 'Old', '', false, '{NOON}', 'off', 0.9, '')",
    "INSERT INTO person (id, email, name, is_administrator, created_at) "
    f"VALUES (1, 'carla@example.org', 'Carla', false, '{NOON}')",
    "INSERT INTO job (id, public_id, study_id, kind, asked, asked_at, state, attempts, data_version) "
    f"VALUES (1, 'a', 1, 'export', '{{}}', '{NOON}', 'waiting', 0, 0)",
)
LATER = (
    "INSERT INTO job (id, public_id, study_id, kind, asked, asked_at, state, attempts, data_version) "
    f"VALUES (2, 'b', 1, 'import', '{{}}', '{NOON}', 'waiting', 0, 0)",
    "INSERT INTO session_import (id, public_id, study_id, by_id, state, folder, list_name, begun_at, changed_at, "
    f"job_id) VALUES (1, 'i', 1, 1, 'asked', '{'0' * 32}', 'sessions.csv', '{NOON}', '{NOON}', 2)",
    "INSERT INTO upload (id, public_id, import_id, path, size, edges, stored_as) "
    f"VALUES (1, 'u', 1, 'P01/S01.mp3', 3000000000, '', '{'1' * 32}')",
)


def test_rows_from_before_stay_and_jobs_that_the_older_release_does_not_know_go(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, BEFORE)
        _run(EARLIER)
        schema.upgrade(db.engine, AFTER)
        _run(LATER)
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT size FROM upload")).scalar_one() == 3_000_000_000
        schema.downgrade(db.engine, BEFORE)
        assert not {"upload", "session_import"} & set(inspect(db.engine).get_table_names())
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT kind FROM job")).all() == [("export",)]
            assert connection.execute(text("SELECT slug FROM study")).all() == [("old",)]


def _run(rows: tuple[str, ...]) -> None:
    with db.engine.begin() as connection:
        for row in rows:
            connection.execute(text(row))
