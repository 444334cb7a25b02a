"""What commands that take in a table share: its options, how it was written, and the printed answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from rater.cli.run import json_option, print_json
from rater.errors import BadInput, fault
from rater.tables import Dialect, Imported, TableRows

Command = TypeVar("Command", bound=Callable[..., Any])


def table_options(command: Command) -> Command:
    """The study and the file, `--map`, `--yes` and `--json`."""
    for option in (
        json_option,
        click.option("--yes", is_flag=True, help="Take the file as it was understood; for scripts."),
        click.option(
            "--map", "renames", multiple=True, metavar="THEIRS=OURS", help="A column by another name; may be repeated."
        ),
        click.argument("file"),
        click.argument("slug"),
    ):
        command = option(command)
    return command


def understood(content: TableRows[Any], *, yes: bool) -> None:
    """Say on stderr how the file was read. Raises BadInput where that is to be confirmed and nobody does."""
    if not content.dialect.is_standard:
        click.echo(f"{content.file}: {content.dialect.sentence}", err=True)
    if content.unknown_columns:
        click.echo(f"{content.file}: columns that are not used: {', '.join(content.unknown_columns)}", err=True)
    if not content.dialect.needs_confirming or yes:
        return
    if sys.stdin.isatty() and click.confirm("Is that right?", err=True):
        return
    notes = "; ".join(map(str, content.dialect.notes))
    cause = "The file is not standard CSV: {notes}"
    raise BadInput(fault(cause, "If that is right, repeat with --yes", file=content.file, line=1, notes=notes))


def answer(content: TableRows[Any], imported: Imported, things: str, *, as_json: bool, **more: Any) -> None:
    """Print the counts, and on stderr what else is to be told."""
    for note in imported.notes:
        click.echo(f"note: {note}", err=True)
    if imported.new_raters:
        click.echo(f"note: new raters without a sign-in: {', '.join(imported.new_raters)}", err=True)
    if as_json:
        more_told = {
            "notes": [str(note) for note in imported.notes],
            "dialect": described(content.dialect),
            "unknown_columns": list(content.unknown_columns),
        }
        print_json(imported.counts | more | more_told)
        return
    click.echo(f"{things}: {imported.added} new, {imported.updated} changed, {imported.unchanged} unchanged")


def described(dialect: Dialect) -> dict[str, Any]:
    """How a file was written, for `--json`."""
    return {
        "standard": dialect.is_standard,
        "encoding": dialect.encoding,
        "separator": dialect.separator,
        "decimal_comma": dialect.decimal_comma,
        "day_first": dialect.day_first,
        "notes": [str(note) for note in dialect.notes],
    }


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr that is told how many of how many are done; without a terminal one line a tenth."""
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        tenths = 10 * done // total if total else 10
        if total and sys.stderr.isatty():
            bar = ("#" * (3 * tenths)).ljust(30)
            click.echo(f"\r{label} [{bar}] {done} of {total}", err=True, nl=done == total)
        elif total and tenths != told:
            click.echo(f"{label}: {done} of {total}", err=True)
        told = tenths

    yield tell
