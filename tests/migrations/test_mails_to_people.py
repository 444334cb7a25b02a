"""The revision of mails keeps the people who were there, upwards and downwards."""

from flask import Flask
from sqlalchemy import text

from rater.storage import schema
from rater.storage.database import db

BEFORE, AFTER = "20261123_2", "20261128_mails"
NOON = "2026-11-02 12:00:00+00:00"


def test_people_are_there_after_the_mails_and_want_their_digest(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, BEFORE)
        _run(
            "INSERT INTO person (id, email, name, is_administrator, created_at) "
            f"VALUES (1, 'anna@example.org', 'Anna', false, '{NOON}')"
        )
        schema.upgrade(db.engine, AFTER)
        assert _count("SELECT count(*) FROM person WHERE digest") == 1
        _run(
            "INSERT INTO mail (id, person_id, kind, day, about, state, attempts, asked_at, next_try_at) "
            f"VALUES (1, 1, 'digest', '2026-11-02', '', 'sent', 1, '{NOON}', '{NOON}')"
        )
        schema.downgrade(db.engine, BEFORE)
        assert _count("SELECT count(*) FROM person WHERE name = 'Anna'") == 1
        schema.upgrade(db.engine, AFTER)
        assert _count("SELECT count(*) FROM mail") == 0


def _run(statement: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def _count(query: str) -> int:
    with db.engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())
