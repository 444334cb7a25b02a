from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from rater.storage import database
from rater.storage.database import db, engine_options, prepare_engine, reading, writing
from rater.storage.models import Person, Study
from tests.builders.study import NOON, make_study


def test_sqlite_is_durable_on_every_connection(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        for _ in range(3):
            with db.engine.connect() as connection:
                assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
                assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
                assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_setting_that_does_not_hold_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.PRAGMAS, "synchronous", 99)
    address = f"sqlite:///{tmp_path / 'x.sqlite'}"
    engine = create_engine(address, **engine_options(address))
    prepare_engine(engine)
    with pytest.raises(RuntimeError, match="synchronous"):
        engine.connect()


def test_the_sqlite_library_is_free_of_the_wal_reset_race(sqlite_app: Flask) -> None:
    with sqlite_app.app_context(), db.engine.connect() as connection:
        version = connection.execute(text("SELECT sqlite_version()")).scalar()
    assert tuple(int(part) for part in str(version).split(".")) >= (3, 51, 3)


def _make_study_and_fail() -> None:
    with writing() as session:
        make_study(session)
        raise ZeroDivisionError


def test_a_failed_unit_of_work_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            _make_study_and_fail()
        with reading() as session:
            assert session.scalars(select(Study)).all() == []
        with writing() as session:
            make_study(session)
        with reading() as session:
            assert len(session.scalars(select(Study)).all()) == 1


def test_moments_come_back_in_utc_and_naive_ones_are_refused(app: Flask) -> None:
    with app.app_context():
        with writing() as session:
            session.add(Person(email="a@b.de", name="A", created_at=NOON))
        with reading() as session:
            assert session.scalars(select(Person)).one().created_at == NOON
        with pytest.raises(StatementError, match="time zone"), writing() as session:
            session.add(Person(email="b@b.de", name="B", created_at=datetime(2026, 1, 1)))


def test_foreign_keys_hold(app: Flask) -> None:
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.execute(text("INSERT INTO patient (study_id, code) VALUES (999, 'P')"))
