"""Connections that the pool lends for statements made ready, without SQLAlchemy's own steps around each of them."""

from __future__ import annotations

from copy import copy
from functools import cached_property, lru_cache

from sqlalchemy import Connection, Engine

from rater.storage.prepared import said_by_sqlalchemy


class Lent:
    """A driver's connection until `close` gives it back; what is not committed by then is rolled back.

    Raises DBAPIError where there is no connection to be had.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine, self.dialect = engine, engine.dialect
        try:
            self.connection = engine.raw_connection()
        except self.dialect.loaded_dbapi.Error as error:
            raise said_by_sqlalchemy(error, self.dialect) from error

    def close(self) -> None:
        """Give the connection back to the pool."""
        self.connection.close()


class Change(Lent):
    """A transaction that writes, for statements made ready; `whole` is for what else is asked within it."""

    @cached_property
    def whole(self) -> Connection:
        """The same transaction as SQLAlchemy's own, which ends with this one."""
        connection = Connection(_begun(self.engine), self.connection)
        connection.begin()
        return connection

    def beside(self) -> Change:
        """The same transaction, for a part of it that may fail alone: `whole` is made anew."""
        same = copy(self)
        same.__dict__.pop("whole", None)
        return same

    def commit(self) -> None:
        """Keep what was written. Raises DBAPIError."""
        try:
            self.connection.commit()
        except self.dialect.loaded_dbapi.Error as error:
            raise said_by_sqlalchemy(error, self.dialect, "COMMIT") from error


@lru_cache(maxsize=8)
def _begun(engine: Engine) -> Engine:
    """The engine for a transaction that SQLite has begun already."""
    return engine.execution_options(sqlite_begin="")
