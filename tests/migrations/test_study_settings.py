"""The revisions of the study settings keep the studies that were there, upwards and downwards."""

from flask import Flask
from sqlalchemy import select, text

from rater.storage import schema
from rater.storage.database import db, reading
from rater.storage.models import Study

BEFORE = "20261128_mails"
NOON = "2026-11-02 12:00:00+00:00"


def test_studies_are_there_after_the_settings_and_nothing_is_set(app: Flask) -> None:
    with app.app_context():
        schema.downgrade(db.engine, BEFORE)
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO study (id, slug, title, phases, synthetic, rate_at_end, heard_share, concern_contact, "
                    f"created_at) VALUES (1, 'old', 'Old', '', false, 'off', 0.9, '', '{NOON}')"
                )
            )
        schema.upgrade(db.engine)
        with reading() as session:
            study = session.scalars(select(Study)).one()
            assert (study.slug, study.min_valid, study.consent_version, study.originals) == ("old", {}, "", "")
            assert (study.ends_on, study.retention_months, study.double_rate) == (None, None, 0.4)
        schema.downgrade(db.engine, BEFORE)
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT title FROM study")).all() == [("Old",)]
        schema.upgrade(db.engine)
