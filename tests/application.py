"""The application on an empty, migrated database, for tests of operations and pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.orm import Session

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, writing
from tests.migrated import migrate

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class Compiled(BytecodeCache):
    """Templates compiled once for all applications of a test process."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what another application has compiled."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def make_app(home: Path, database_url: str = "", *, pages: bool = True) -> Flask:
    """An application whose home is a folder of the test, with all migrations run.

    Without its `pages` it is made in a third of the time, which is enough for operations.
    """
    app = create_app(Settings.load({}, home=home, database_url=database_url), pages=pages)
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = COMPILED
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
def session(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[Session]:
    """A transaction in a fresh database, committed at the end of the test."""
    has_pages = "app" in request.fixturenames
    app = request.getfixturevalue("app") if has_pages else make_app(tmp_path / "home", database_url, pages=False)
    with app.app_context():
        with writing() as opened:
            yield opened
        if not has_pages:
            db.engine.dispose()
