"""The revision of the rating screen keeps the rows that were there, upwards and downwards."""

from flask import Flask
from sqlalchemy import text

from rater.storage import schema
from rater.storage.database import db

BEFORE, AFTER = "20261123_1", "20261123_2"
NOON = "2026-11-02 12:00:00+00:00"
ROWS = (
    f"INSERT INTO study (id, slug, title, phases, synthetic, created_at) VALUES (1, 'old', 'Old', '', false, '{NOON}')",
    "INSERT INTO person (id, email, name, is_administrator, created_at) "
    f"VALUES (1, 'anna@example.org', 'Anna', false, '{NOON}')",
    "INSERT INTO rater (id, study_id, code, person_id) VALUES (1, 1, 'R1', 1)",
    "INSERT INTO patient (id, study_id, code) VALUES (1, 1, 'P01')",
    "INSERT INTO therapist (id, study_id, code) VALUES (1, 1, 'T1')",
    "INSERT INTO therapy_session (id, study_id, code, rating_code, patient_id, therapist_id, number, use) "
    "VALUES (1, 1, 'P01-S01', 'KABCD', 1, 1, 1, 'main')",
    "INSERT INTO wave (id, study_id, name, kind) VALUES (1, 1, 'main', 'main')",
    "INSERT INTO assignment (id, public_id, wave_id, session_id, rater_id, position, queue_place, state, assigned_at) "
    f"VALUES (1, 'a', 1, 1, 1, 'main', 1, 'started', '{NOON}')",
    "INSERT INTO note (id, public_id, assignment_id, second, text, written_at) "
    f"VALUES (1, 'n', 1, 7.5, 'a plan', '{NOON}')",
    "INSERT INTO homework_task (id, public_id, study_id, code, assigned_session_id, type, description) "
    "VALUES (1, 't', 1, 'HW1', 1, 'behavioral', 'Walk')",
    "INSERT INTO homework_report (id, assignment_id, task_id, completed, version, changed_at) "
    f"VALUES (1, 1, 1, 'partly', 2, '{NOON}')",
    f"INSERT INTO rating (id, assignment_id, code, started_at) VALUES (1, 1, 'RT1', '{NOON}')",
    "INSERT INTO revision (id, rating_id, number, reason) VALUES (1, 1, 1, '')",
    'INSERT INTO scale_version (id, study_id, scale, version, kind, "order", source, sha256, items, added_at) '
    f"VALUES (1, 1, 'ghes', 1, 'observer', 1, '', '', '[]', '{NOON}')",
    "INSERT INTO point (id, revision_id, scale_version_id, item, value, version, changed_at) "
    f"VALUES (1, 1, 1, 'he1', 3, 4, '{NOON}')",
)


def test_rows_of_the_main_job_are_there_after_the_rating_screen(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, BEFORE)
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, AFTER)
        assert _row("SELECT rate_at_end, heard_share, concern_contact FROM study") == ("off", 0.9, "")
        assert _row("SELECT public_id, text, version FROM note") == ("n", "a plan", 1)
        assert _row("SELECT completed, version FROM homework_report") == ("partly", 2)
        assert _row("SELECT item, value, version, CASE WHEN unsure THEN 1 ELSE 0 END FROM point") == ("he1", 3, 4, 0)
        assert _row("SELECT count(*) FROM assignment WHERE due_on IS NULL") == (1,)
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE homework_report SET completed = NULL"))
            connection.execute(text("UPDATE assignment SET state = 'set_aside'"))
            connection.execute(text("UPDATE point SET value = NULL, unsure = true"))
        schema.downgrade(db.engine, BEFORE)
        assert _row("SELECT slug FROM study") == ("old",)
        assert _row("SELECT public_id, text FROM note") == ("n", "a plan")
        assert _row("SELECT count(*) FROM homework_report") == (0,)
        assert _row("SELECT count(*) FROM point") == (0,)
        assert _row("SELECT state FROM assignment") == ("started",)


def _row(query: str) -> tuple[object, ...]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(text(query)).one())
