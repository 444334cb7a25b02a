"""One engine, set up alike for SQLite and PostgreSQL, and one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import sqlcipher3
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, DateTime, Engine, MetaData, Table, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from rater.storage.lent import Change, Lent
from rater.storage.prepared import Way, run_text
from rater.storage.together import Together
from rater.storage.turns import NoTurn, Turns, turns_at

T = TypeVar("T")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whatever the database keeps. Refuses naive datetimes."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn into UTC; raises ValueError for a datetime without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all models; constraints get the same names on every database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), dict[str, Any]: JSON, list[Any]: JSON}


def table_of(model: type[Base]) -> Table:
    """The table behind a model, for statements in Core, which cost a fraction of the ORM's."""
    return cast("Table", model.__table__)


@lru_cache(maxsize=8)
def _writing_engine(engine: Engine) -> Engine:
    return engine.execution_options(sqlite_begin="IMMEDIATE")


class WritingSession(FlaskSession):
    """A session that takes SQLite's write lock at its first statement when told that it is going to write."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """The engine; one that begins IMMEDIATE when `info["writes"]` is set."""
        bind = super().get_bind(*args, **kwargs)
        if self.info.get("writes") and isinstance(bind, Engine):
            return _writing_engine(bind)
        return bind


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": WritingSession})


PATIENCE_S = 15
"""How long a change waits for the ones before it; then it fails, and nothing is written."""
KEPT_CONNECTIONS = {"pool_size": 32, "max_overflow": 32, "pool_use_lifo": True}
"""One connection for each of 64 threads at the most; the one used last goes first, since its pages are in memory."""


def engine_options(address: str) -> dict[str, Any]:
    """Arguments of `create_engine` for an address: a SQLite library without the WAL-reset race, live connections."""
    if address.startswith("sqlite"):
        return {"module": sqlcipher3.dbapi2, "connect_args": {"timeout": PATIENCE_S}, **KEPT_CONNECTIONS}
    return {"pool_pre_ping": True}


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": PATIENCE_S * 1000}


def prepare_engine(engine: Engine) -> None:
    """Put the durable settings on every SQLite connection, and let SQLAlchemy say when a transaction begins."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, wanted in PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}={wanted}")
            cursor.execute(f"PRAGMA {name}")
            found = (cursor.fetchone() or ("nothing",))[0]
            if str(found).lower() != str(wanted):
                raise RuntimeError(f"SQLite kept {name}={found}; Rater needs {wanted} to lose nothing in a power cut")
        cursor.close()

    turns = _turns_of(engine)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if how == "IMMEDIATE":
            _begin_writing(connection, turns)
        elif how:
            run_text(connection, f"BEGIN {how}")

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        _give_turn(record.info)


_TURN = "turn"


@lru_cache(maxsize=8)
def _turns_of(engine: Engine) -> Turns | None:
    """The queue of those who write to the engine's file; None for a database in memory."""
    name = engine.url.database
    return None if not name or name.startswith((":memory:", "file:")) else turns_at(Path(name))


def _begin_writing(connection: Way, turns: Turns | None) -> None:
    try:
        if turns is not None and turns.take(PATIENCE_S):
            connection.connection.info[_TURN] = turns
    except NoTurn as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error
    run_text(connection, "BEGIN IMMEDIATE")


def _give_turn(info: dict[Any, Any]) -> None:
    turns: Turns | None = info.pop(_TURN, None)
    if turns is not None:
        turns.give()


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction that writes: committed at the end, rolled back on any error."""
    session = db.session()
    session.info["writes"] = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writes", None)


@contextmanager
def changing() -> Iterator[Change]:
    """The same without the ORM, for the statements that are made ready (`storage.prepared`)."""
    with closing(Change(db.engine)) as change:
        if change.dialect.name == "sqlite":
            _begin_writing(change, _turns_of(change.engine))
        yield change
        change.commit()
        _give_turn(change.connection.info)


@lru_cache(maxsize=8)
def _together_at(turns: Turns) -> Together:
    return Together()


def changed(work: Callable[[Change], T]) -> T:
    """What `work` gives back once what it wrote is kept; on SQLite with all that waited at the same time.

    It may run in another thread of this process, so it must know all that it needs. Raises what it raises, and
    DBAPIError.
    """
    engine = db.engine
    turns = _turns_of(engine) if engine.dialect.name == "sqlite" else None
    if turns is None:
        with changing() as change:
            return work(change)
    return _together_at(turns).do(work, changing)


Transaction = Session | Connection | Change
"""What an operation is handed, in which all that it writes is kept or none."""


def way_of(transaction: Session | Way) -> Way:
    """What statements made ready need of it, with everything written that a session still held back."""
    return connection_of(transaction) if isinstance(transaction, Session) else transaction


def connection_of(transaction: Transaction) -> Connection:
    """SQLAlchemy's connection of a transaction, with everything written that a session still held back."""
    if isinstance(transaction, Change):
        return transaction.whole
    if isinstance(transaction, Connection):
        return transaction
    transaction.flush()
    return transaction.connection()


@contextmanager
def session_of(transaction: Transaction) -> Iterator[Session]:
    """A session within a transaction: its own, else one that has written all that it held when the block ends."""
    if isinstance(transaction, Session):
        yield transaction
        return
    with Session(connection_of(transaction), join_transaction_mode="create_savepoint") as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that only reads."""
    session = db.session()
    try:
        yield session
    finally:
        session.rollback()


@contextmanager
def glancing() -> Iterator[Lent]:
    """A connection for one prepared statement that reads: on SQLite without a transaction of its own."""
    with closing(Lent(db.engine)) as lent:
        yield lent
