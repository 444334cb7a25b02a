"""What every command shares: the application, the clock, faults on one line each, JSON."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

import click

from rater.config import Settings
from rater.errors import BadInput, Fault, NoFeasibleAllocation, RaterError, fault

Command = TypeVar("Command", bound=Callable[..., Any])
SHOWN = 20


def now() -> datetime:
    """The clock that commands hand to operations."""
    return datetime.now(UTC)


@contextmanager
def application(*, needs_database: bool = True) -> Iterator[Settings]:
    """The application's context for a command; BadInput where the database is not there or not up to date."""
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

    from rater.storage import schema
    from rater.storage.database import db

    settings = Settings.load()
    if needs_database and settings.database_file is not None and not settings.database_file.exists():
        raise _not_set_up(settings)
    try:
        app = click.get_current_context().find_root().obj(settings, pages=False)
    except OSError as error:
        words = error.strerror or str(error)
        cause = "the home {place} cannot be used: {words}"
        raise BadInput(fault(cause, "Check RATER_HOME", place=settings.home, words=words)) from error
    except (ArgumentError, NoSuchModuleError) as error:
        remedy = "Write it as postgresql+psycopg://person:password@host/name, or leave it out for SQLite"
        raise BadInput(fault("RATER_DATABASE_URL is no database address", remedy)) from error
    try:
        with app.app_context():
            if needs_database and schema.current(db.engine) != schema.head():
                raise _not_set_up(settings)
            yield settings
    except OperationalError as error:
        click.echo(f"error: the database did not answer ({error.orig}); nothing was written. Try again.", err=True)
        sys.exit(1)


def _not_set_up(settings: Settings) -> BadInput:
    cause = "the database in {place} is not set up for this release"
    return BadInput(fault(cause, "Run: rater db upgrade, or name another RATER_HOME", place=settings.home))


def answers(command: Command) -> Command:
    """Turn the domain's errors into exit code 2 and a line per fault, or one JSON document with `--json`."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except BadInput as error:
            refuse(error.faults, as_json=bool(kwargs.get("as_json")))
        except NoFeasibleAllocation as error:
            if kwargs.get("as_json"):
                print_json({"refused": {"reason": str(error), "short_by": error.short_by}})
            else:
                click.echo(f"refused: {error} (short by {error.short_by})", err=True)
            sys.exit(2)
        except RaterError as error:
            refuse([fault("{words}", "See rater --help", words=str(error))], as_json=bool(kwargs.get("as_json")))

    return cast("Command", wrapped)


def refuse(faults: Sequence[Fault], *, as_json: bool) -> NoReturn:
    """Print the faults (the first twenty, then a count) and end with exit code 2."""
    if as_json:
        print_json({"errors": [each.as_dict() for each in faults]})
    else:
        for each in faults[:SHOWN]:
            click.echo(f"error: {each}", err=True)
        if len(faults) > SHOWN:
            click.echo(f"error: and {len(faults) - SHOWN} more; nothing was written", err=True)
    sys.exit(2)


def print_json(document: Any) -> None:
    """One JSON document on stdout; NaN is a fault of ours, never an output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def read_file(path: str) -> bytes:
    """The bytes of a file that a command names. Raises BadInput where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        words = error.strerror or str(error)
        raise BadInput(
            fault("the file cannot be read: {words}", "Check its name and rights", file=path, words=words)
        ) from error


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
