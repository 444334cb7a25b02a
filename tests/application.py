"""The application on an empty, migrated database, for tests of operations and pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, writing
from tests.migrated import migrate

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def make_app(home: Path, database_url: str = "") -> Flask:
    """An application whose home is a folder of the test, with all migrations run."""
    app = create_app(Settings.load({}, home=home, database_url=database_url))
    app.config["TESTING"] = True
    with app.app_context():
        migrate(db.engine)
    return app


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application, once on SQLite and once on PostgreSQL."""
    made = make_app(tmp_path / "home", database_url)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def sqlite_app(tmp_path: Path) -> Iterator[Flask]:
    """The application on SQLite alone, for what no database can change."""
    made = make_app(tmp_path / "home")
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A transaction in a fresh database, committed at the end of the test."""
    with app.app_context(), writing() as opened:
        yield opened
