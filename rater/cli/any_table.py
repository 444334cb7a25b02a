"""What the commands on any CSV file share: choosing columns and rows, and printing figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from rater.cli.figures import figure
from rater.cli.run import print_json, read_file
from rater.errors import BadInput, fault
from rater.tables import Row, Table, read_table, shown

NOT_AVAILABLE = "NA"
where_option = click.option(
    "--where", multiple=True, metavar="COLUMN=CELL", help="Only rows with this cell; may be repeated."
)


def open_columns(file: str, named: Mapping[str, Sequence[str]], where: Sequence[str]) -> tuple[Table, list[Row]]:
    """The file with the columns that options name (`{"--unit": ["session_id"]}`), and the rows that meet `where`.

    Raises BadInput for a file that cannot be read, a column that is not there, and conditions that are none.
    """
    wanted = _conditions(where)
    columns = {**named, "--where": list(wanted)}
    optional = tuple(dict.fromkeys(name for names in columns.values() for name in names))
    table = read_table(read_file(file), file=file, required=(), optional=optional)
    _check_columns(table, columns)
    return table, [row for row in table.rows if all(row.text(name) == cell for name, cell in wanted.items())]


def finish(table: Table, rows: Sequence[Row], each: str) -> None:
    """Raise BadInput with every fault of the file, or where it has no row, or none that was chosen."""
    table.finish(())
    file = table.faults.file
    if not table.rows:
        raise BadInput(fault("the file has a header and no rows", "Add a row for each {each}", file=file, each=each))
    if not rows:
        raise BadInput(fault("no row meets --where", "Check the cells that it names", file=file))


def _conditions(where: Sequence[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in where]
    wrong = [name + sign + cell for name, sign, cell in pairs if not name.strip() or not sign]
    if wrong or len({name.strip() for name, _, _ in pairs}) < len(pairs):
        given = shown(", ".join(wrong or where))
        raise BadInput(
            fault("--where {given} names no column once", "Write COLUMN=CELL, one for a column", given=given)
        )
    return {name.strip(): cell.strip() for name, _, cell in pairs}


def _check_columns(table: Table, named: Mapping[str, Sequence[str]]) -> None:
    present = shown(", ".join(table.places))
    absent: dict[str, str] = {}
    for option, names in named.items():
        for name in names:
            if not table.has(name):
                absent.setdefault(name, option)
    for name, option in absent.items():
        cause, remedy = "The file has no column {name}", "Name one of its columns with {option}: {present}"
        gaps = {"name": shown(name), "option": option, "present": present}
        table.faults.add(cause, remedy, line=table.header_line, column=shown(name), **gaps)
    if absent:
        table.faults.raise_if_any()


def answer(
    notes: Sequence[str], told: Mapping[str, Any], as_json: bool, printed: Callable[[Mapping[str, Any]], None]
) -> None:
    """The document on stdout, as JSON or as `printed` says it; what is to be known of the file on stderr."""
    for note in notes:
        click.echo(note, err=True)
    if as_json:
        print_json(told)
    else:
        printed(told)


def print_figures(figures: Mapping[str, Mapping[str, Any]]) -> None:
    """A line for each figure: its name, value with interval or reason, and n."""
    for name, each in figures.items():
        click.echo(f"  {name:<20} {figure(each)}  n = {each['n']}")
