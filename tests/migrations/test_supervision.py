"""The revision of supervision leaves every study a research study, upwards and downwards."""

from flask import Flask
from sqlalchemy import inspect, text

from rater.storage import schema
from rater.storage.database import db
from tests.migrations.test_freezes import row_of
from tests.migrations.test_the_rating_screen import NOON, ROWS

BEFORE, AFTER = "20261128_training", "20261129_supervision"
TEMPLATE = text(
    "INSERT INTO task_template (id, public_id, study_id, title, type, task, rationale, when_where, how_often, "
    "how_long, obstacles, plan, made_at) "
    f"SELECT 1, 'a', min(id), 'Listen', 'reading', 'Read', '', '', '', '', '', '', '{NOON}' FROM study"
)


def test_studies_are_research_and_supervision_comes_and_goes(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, "20261123_1")
        with db.engine.begin() as connection:
            for row in ROWS:
                connection.execute(text(row))
        schema.upgrade(db.engine, AFTER)
        assert row_of("SELECT DISTINCT kind, self_first, rated_by FROM study") == ("research", True, "both")
        with db.engine.begin() as connection:
            connection.execute(TEMPLATE)
        schema.downgrade(db.engine, BEFORE)
        assert not {"task_template", "trainee", "comment"} & set(inspect(db.engine).get_table_names())
        assert row_of("SELECT position, state FROM assignment") == ("main", "started")
        schema.upgrade(db.engine, AFTER)
        assert row_of("SELECT count(*) FROM task_template") == (0,)
