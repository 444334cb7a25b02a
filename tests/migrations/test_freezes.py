"""The revision of freezes leaves the study as it was, upwards and downwards."""

from flask import Flask
from sqlalchemy import inspect, text

from rater.storage import schema
from rater.storage.database import db
from tests.migrations.test_the_rating_screen import NOON, ROWS

BEFORE, AFTER = "20261128_rate", "20261128_freezes"
FREEZE = text(
    "INSERT INTO data_freeze (id, public_id, study_id, name, note, release, sha256, files, data, data_version, "
    "frozen_at) "
    f"VALUES (1, 'f', 1, 'paper-1', '', '0.1', 'abc', '{{}}', :data, 7, '{NOON}')"
)


def test_studies_stay_and_freezes_come_and_go(app: Flask) -> None:
    content = bytes(range(256))
    with app.app_context():
        schema.downgrade(db.engine, "20261123_1")
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, AFTER)
        with db.engine.begin() as connection:
            connection.execute(FREEZE, {"data": content})
        name, data = row_of("SELECT name, data FROM data_freeze WHERE by_id IS NULL")
        assert (name, bytes(data)) == ("paper-1", content)  # type: ignore[call-overload]  # bytes or a memoryview
        schema.downgrade(db.engine, BEFORE)
        assert "data_freeze" not in inspect(db.engine).get_table_names()
        assert row_of("SELECT position, state FROM assignment") == ("main", "started")
        schema.upgrade(db.engine, AFTER)
        assert row_of("SELECT count(*) FROM data_freeze") == (0,)


def row_of(query: str) -> tuple[object, ...]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(text(query)).one())
