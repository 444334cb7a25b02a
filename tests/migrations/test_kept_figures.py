"""The revision of the figures leaves jobs and their results as they were, upwards and downwards."""

import json

from flask import Flask
from sqlalchemy import inspect, text

from rater.storage import schema
from rater.storage.database import db
from tests.migrations.test_the_rating_screen import NOON, ROWS

BEFORE, AFTER = "20261128_rate", "20261128_figures"
JOB = (
    "INSERT INTO job (id, public_id, study_id, kind, asked, asked_at, state, attempts, data_version, result) "
    f"VALUES (1, 'j', 1, 'reliability', '{{}}', '{NOON}', 'done', 1, 7, :result)"
)
FIGURE = (
    "INSERT INTO figure (id, job_id, locale, name, title, alt, svg) "
    "VALUES (1, 1, 'de', 'forest-GHES', 'GHES', 'Ein Bild', '<svg/>')"
)


def test_jobs_stay_and_figures_come_and_go(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, "20261123_1")
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, BEFORE)
        with db.engine.begin() as connection:
            connection.execute(text(JOB), {"result": '{"n_sessions": 3}'})
        schema.upgrade(db.engine, AFTER)
        with db.engine.begin() as connection:
            connection.execute(text(FIGURE))
        assert _row("SELECT job_id, locale, name FROM figure") == (1, "de", "forest-GHES")
        schema.downgrade(db.engine, BEFORE)
        assert "figure" not in inspect(db.engine).get_table_names()
        state, version, result = _row("SELECT state, data_version, CAST(result AS TEXT) FROM job")
        assert (state, version, json.loads(str(result))) == ("done", 7, {"n_sessions": 3})
        schema.upgrade(db.engine, AFTER)
        assert _row("SELECT count(*) FROM figure") == (0,)


def _row(query: str) -> tuple[object, ...]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(text(query)).one())
