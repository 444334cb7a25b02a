"""The revision of the draws leaves the allocation as it was, upwards and downwards."""

from flask import Flask
from sqlalchemy import inspect, text

from rater.storage import schema
from rater.storage.database import db
from tests.migrations.test_the_rating_screen import NOON, ROWS

BEFORE, AFTER = "20261123_2", "20261128_draws"
DRAW = (
    "INSERT INTO draw (id, public_id, study_id, wave, algorithm, digest, inputs, plan, balance_after, why, drawn_at) "
    f"VALUES (1, 'd', 1, 'main', 'one', 'abc', '{{}}', '[[\"P01-S01\", \"R1\", null]]', '{{}}', 'new', '{NOON}')"
)


def test_assignments_stay_and_draws_come_and_go(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, "20261123_1")
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, AFTER)
        with db.engine.begin() as connection:
            connection.execute(text(DRAW))
        assert _row("SELECT public_id, wave, why, by_id FROM draw WHERE balance_before IS NULL") == (
            "d",
            "main",
            "new",
            None,
        )
        schema.downgrade(db.engine, BEFORE)
        assert "draw" not in inspect(db.engine).get_table_names()
        assert _row("SELECT position, state FROM assignment") == ("main", "started")
        schema.upgrade(db.engine, AFTER)
        assert _row("SELECT count(*) FROM draw") == (0,)


def _row(query: str) -> tuple[object, ...]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(text(query)).one())
