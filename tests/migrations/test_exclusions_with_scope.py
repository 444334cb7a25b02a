"""Exclusions of sessions are there after the register has its scopes, upwards and downwards."""

from flask import Flask
from sqlalchemy import text

from rater.storage import schema
from rater.storage.database import db
from tests.migrations.test_the_rating_screen import NOON, ROWS

BEFORE, AFTER = "20261123_2", "20261128_exclusions"
EXCLUSIONS = (
    "INSERT INTO therapy_session (id, study_id, code, rating_code, patient_id, therapist_id, number, use) "
    "VALUES (2, 1, 'P01-S02', 'KABCE', 1, 1, 2, 'main')",
    f"INSERT INTO exclusion (id, session_id, reason, excluded_at, by_id) VALUES (101, 1, 'poor_audio', '{NOON}', 1)",
    f"INSERT INTO exclusion (id, session_id, reason, excluded_at) VALUES (102, 2, 'no_recording', '{NOON}')",
)


def test_exclusions_keep_reason_person_and_scope(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, "20261123_1")
        _run(*ROWS)
        schema.upgrade(db.engine, BEFORE)
        _run(*EXCLUSIONS)
        schema.upgrade(db.engine, AFTER)
        assert _rows("SELECT session_id, reason, scope, study_id, by_id, length(public_id) FROM exclusion") == [
            (1, "poor_audio", "main", 1, 1, 22),
            (2, "no_recording", "main", 1, None, 22),
        ]
        assert _rows("SELECT count(*) FROM exclusion WHERE lifted_at IS NULL AND note = '' AND from_list") == [(2,)]
        _run(
            f"UPDATE exclusion SET lifted_at = '{NOON}' WHERE id = 102",
            "INSERT INTO exclusion (id, public_id, study_id, patient_id, reason, scope, note, from_list, excluded_at, "
            f"lift_reason) VALUES (109, 'x', 1, 1, 'moved', 'everything', '', false, '{NOON}', '')",
        )
        schema.downgrade(db.engine, BEFORE)
        assert _rows("SELECT session_id, reason, by_id FROM exclusion") == [(1, "poor_audio", 1), (2, "moved", None)]
        schema.upgrade(db.engine, AFTER)
        assert _rows("SELECT session_id, scope FROM exclusion") == [(1, "main"), (2, "main")]


def _run(*statements: str) -> None:
    with db.engine.begin() as connection:
        for each in statements:
            connection.execute(text(each))


def _rows(query: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"{query} ORDER BY 1"))]
