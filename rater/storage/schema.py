"""Bring a database to a revision of the schema, and tell which one it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from rater.config import data_folder


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_folder("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _rebuilding(engine: Engine) -> Iterator[Connection]:
    """One transaction in which tables may be rebuilt, checked for broken references before it is committed.

    SQLite changes a table by a copy that takes its place. With foreign keys enforced, dropping the old table would
    delete the rows that refer to it (https://www.sqlite.org/lang_altertable.html#otheralter), so the enforcement
    rests meanwhile. Raises RuntimeError, and changes nothing, where a reference would be broken.
    """
    with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            connection.connection.cursor().execute("PRAGMA foreign_keys=0")
        try:
            with connection.begin():
                yield connection
                if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"the migration would break references: {broken[:5]}")
        finally:
            if is_sqlite:
                connection.connection.cursor().execute("PRAGMA foreign_keys=1")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to a revision, in one transaction."""
    with _rebuilding(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Run the migrations back to a revision; `base` empties the database. Raises alembic's CommandError."""
    with _rebuilding(engine) as connection:
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """The revision the database has; None where there are no tables yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str | None:
    """The newest revision this release knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()
