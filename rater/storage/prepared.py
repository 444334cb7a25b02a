"""Statements made ready once: those that every change and every request runs, without SQLAlchemy's way to each.

A statement in Core costs about ten times what SQLite needs for it; what is said here is the same statement, compiled
once for each database, its values turned by the same types.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import TypeEngine

Turn = Callable[[Any], Any]
"""How a value is turned on its way into the database, or out of it."""


class Way(Protocol):
    """What a statement made ready needs of a connection: SQLAlchemy's own has it, and one that is `Lent`."""

    @property
    def dialect(self) -> Dialect:
        """How the database is spoken to."""

    @property
    def connection(self) -> PoolProxiedConnection:
        """The driver's connection, lent by the pool."""


@dataclass(frozen=True)
class _Ready:
    """A statement as one database takes it: its text, what is always said with it, and how values are turned."""

    text: str
    constants: dict[str, Any]
    order: tuple[str, ...] | None
    inward: tuple[tuple[str, Turn], ...]
    columns: tuple[TypeEngine[Any], ...]


class Prepared:
    """A statement of SQLAlchemy Core, made ready at its first use.

    Every call must name the same values; defaults that a model makes in Python are not filled in. The connection must
    be in the transaction that the statement belongs to.
    """

    def __init__(self, statement: SelectBase | UpdateBase) -> None:
        self._statement = statement
        self._ready: dict[str, _Ready] = {}
        self._outward: dict[str, tuple[tuple[int, Turn], ...]] = {}

    def one(self, connection: Way, values: dict[str, Any]) -> tuple[Any, ...] | None:
        """The first row, or None. Raises what SQLAlchemy raises for the same statement (DBAPIError)."""
        ready, cursor = self._run(connection, values)
        row = cursor.fetchone()
        turns = self._outward.get(connection.dialect.name)
        if turns is None:
            turns = self._outward[connection.dialect.name] = _outward(ready.columns, cursor, connection.dialect)
        cursor.close()
        if row is None:
            return None
        found = list(row)
        for place, turn in turns:
            found[place] = turn(found[place])
        return tuple(found)

    def run(self, connection: Way, values: dict[str, Any]) -> None:
        """Run a statement that gives no rows. Raises DBAPIError."""
        self._run(connection, values)[1].close()

    def _run(self, connection: Way, values: dict[str, Any]) -> tuple[_Ready, Any]:
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _made_ready(self._statement, dialect, values)
        said = {**ready.constants, **values}
        for name, turn in ready.inward:
            said[name] = turn(said[name])
        ordered = said if ready.order is None else tuple(map(said.__getitem__, ready.order))
        return ready, _executed(connection, ready.text, ordered)


def run_text(connection: Way, text: str) -> None:
    """Run a text without values, such as BEGIN. Raises DBAPIError."""
    _executed(connection, text, ()).close()


def _executed(connection: Way, text: str, values: Any) -> Any:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        cursor.close()
        raise said_by_sqlalchemy(error, connection.dialect, text, values) from error
    return cursor


def said_by_sqlalchemy(error: Exception, dialect: Dialect, text: str | None = None, values: Any = None) -> Exception:
    """A driver's error as SQLAlchemy raises it; any other as it is."""
    raised = dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, values, error, raised, hide_parameters=True, dialect=dialect)


def _made_ready(statement: SelectBase | UpdateBase, dialect: Dialect, values: dict[str, Any]) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(values))
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("only statements of data can be prepared")
    state = compiled.construct_expanded_state(values)
    inward = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    columns = compiled._result_columns  # the columns of the answer with their types; there is no public name for them
    return _Ready(
        state.statement,
        {name: value for name, value in state.parameters.items() if name not in values},
        tuple(state.positiontup) if state.positiontup is not None else None,
        tuple((name, turn) for name, turn in inward.items() if turn is not None and name in state.parameters),
        tuple(column.type for column in columns),
    )


def _outward(columns: Sequence[TypeEngine[Any]], cursor: Any, dialect: Dialect) -> tuple[tuple[int, Turn], ...]:
    """Which columns of an answer are turned, and how; some drivers decide by what the database says that it is."""
    said = [each[1] for each in cursor.description or ()]
    turns = [
        kind.dialect_impl(dialect).result_processor(dialect, code) for kind, code in zip(columns, said, strict=True)
    ]
    return tuple((place, turn) for place, turn in enumerate(turns) if turn is not None)
