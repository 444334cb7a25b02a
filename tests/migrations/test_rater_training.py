"""The revision of rater training leaves studies, raters and waves as they were, upwards and downwards."""

from flask import Flask
from sqlalchemy import inspect, text

from rater.storage import schema
from rater.storage.database import db
from tests.migrations.test_freezes import row_of
from tests.migrations.test_the_rating_screen import NOON, ROWS

BEFORE, AFTER = "20261128_freezes", "20261128_training"
DECISION = text(
    "INSERT INTO certification (id, rater_id, ground, certified, figures, reason, decided_at) "
    f"SELECT 1, min(id), 'gate', true, '{{}}', '', '{NOON}' FROM rater"
)


def test_raters_stay_uncertified_and_training_comes_and_goes(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, "20261123_1")
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, AFTER)
        assert row_of("SELECT DISTINCT certified, recertify_on FROM rater") == (False, None)
        assert row_of("SELECT gate_required, superseded_at, revealed_at FROM study, scale_version, wave") == (
            False,
            None,
            None,
        )
        with db.engine.begin() as connection:
            connection.execute(DECISION)
        schema.downgrade(db.engine, BEFORE)
        assert "certification" not in inspect(db.engine).get_table_names()
        assert row_of("SELECT position, state FROM assignment") == ("main", "started")
        schema.upgrade(db.engine, AFTER)
        assert row_of("SELECT count(*) FROM certification") == (0,)
