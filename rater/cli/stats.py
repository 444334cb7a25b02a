"""Coefficients of any table, without a database."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from rater.cli.figures import figure, short
from rater.cli.run import answers, json_option, print_json, read_file
from rater.errors import BadInput, fault
from rater.tables import Repeats, Row, Table, read_table, shown

NOT_AVAILABLE = "NA"


@dataclass(frozen=True)
class LongForm:
    """One variable in long form, and how its file was written."""

    units: list[str]
    raters: list[str]
    values: list[float | None]
    notes: list[str]


@click.group()
def stats() -> None:
    """Reliability of any CSV file, without a database."""


def _long_form(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.argument("file"),
        click.option("--unit", required=True, metavar="COLUMN", help="Column that says what was rated."),
        click.option("--rater", required=True, metavar="COLUMN", help="Column that says who rated."),
        click.option("--value", required=True, metavar="COLUMN", help="Column that holds the value."),
        click.option(
            "--where", multiple=True, metavar="COLUMN=CELL", help="Only rows with this cell; may be repeated."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@stats.command()
@_long_form
@click.option("--categories", metavar="0,1,2,...", help="The declared points, for kappa and Gwet's coefficients.")
@json_option
@answers
def reliability(
    file: str, unit: str, rater: str, value: str, where: tuple[str, ...], categories: str | None, as_json: bool
) -> None:
    """ICC, kappa, alpha and agreement of FILE, a CSV file with one row per rating.

    Example: rater stats reliability ratings.csv --unit session_id --rater rater_id --value value
    """
    from rater.statistics.long_form import reliability_of

    points = None if categories is None else parse_categories(categories)
    read = read_long_form(file, unit, rater, value, where)
    _answer(read, reliability_of(read.units, read.raters, read.values, points), as_json, _print_reliability)


@stats.command()
@_long_form
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the drawn intervals.")
@json_option
@answers
def gstudy(file: str, unit: str, rater: str, value: str, where: tuple[str, ...], seed: int, as_json: bool) -> None:
    """Variance components of FILE where not every rater rates every unit.

    Example: rater stats gstudy gstudy_long.csv --unit session_id --rater rater_id --value value --where score=GHES
    """
    from rater.statistics.long_form import gstudy_of

    read = read_long_form(file, unit, rater, value, where)
    _answer(read, gstudy_of(read.units, read.raters, read.values, seed=seed), as_json, _print_gstudy)


def read_long_form(file: str, unit: str, rater: str, value: str, where: Sequence[str] = ()) -> LongForm:
    """The three columns of a CSV file; empty cells and NA are missing values.

    `where` holds conditions, COLUMN=CELL, that a row must meet to be read.

    Raises BadInput with every fault: a column that is not there or named twice, a value that is no number, a unit
    that a rater rated twice.
    """
    if len({unit, rater, value}) < 3:
        raise BadInput(fault("--unit, --rater and --value name one column twice", "Name three columns", file=file))
    wanted = _conditions(where)
    optional = tuple(dict.fromkeys((unit, rater, value, *wanted)))
    table = read_table(read_file(file), file=file, required=(), optional=optional)
    _check_columns(
        table, {"--unit": unit, "--rater": rater, "--value": value} | {f"--where {name}": name for name in wanted}
    )
    rows = [row for row in table.rows if all(row.text(name) == cell for name, cell in wanted.items())]
    units, raters, values = [], [], []
    seen = Repeats()
    for row in rows:
        units.append(_label(row, unit))
        raters.append(_label(row, rater))
        values.append(None if row.text(value) == NOT_AVAILABLE else row.number(value))
        both = (units[-1], raters[-1])
        if all(both):
            remedy = "Keep one of the two rows, or select one variable or time with --where"
            seen.check(row, unit, f"{both[0]} rated by {both[1]}", key=both, remedy=remedy)
    table.finish(())
    if not table.rows:
        raise BadInput(fault("the file has a header and no rows", "Add a row for each rating", file=file))
    if not rows:
        raise BadInput(fault("no row meets --where", "Check the cells that it names", file=file))
    notes = [] if table.dialect.is_standard else [table.dialect.sentence]
    if empty := sum(each is None for each in values):
        notes.append(f"{empty} of {len(values)} values are missing.")
    return LongForm(units, raters, values, notes)


def _conditions(where: Sequence[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in where]
    wrong = [name + sign + cell for name, sign, cell in pairs if not name.strip() or not sign]
    if wrong or len({name.strip() for name, _, _ in pairs}) < len(pairs):
        given = shown(", ".join(wrong or where))
        raise BadInput(
            fault("--where {given} names no column once", "Write COLUMN=CELL, one for a column", given=given)
        )
    return {name.strip(): cell.strip() for name, _, cell in pairs}


def _check_columns(table: Table, named: Mapping[str, str]) -> None:
    present = shown(", ".join(table.places))
    for option, name in named.items():
        if not table.has(name):
            cause, remedy = "The file has no column {name}", "Name one of its columns with {option}: {present}"
            gaps = {"name": shown(name), "option": option, "present": present}
            table.faults.add(cause, remedy, line=table.header_line, column=shown(name), **gaps)
    if not all(map(table.has, named.values())):
        table.faults.raise_if_any()


def _label(row: Row, column: str) -> str:
    """The cell as a label: however it is written, but not empty."""
    return row.note(column)


def parse_categories(text: str) -> list[float]:
    """The points of `0,1,2,3,4` in rising order. Raises BadInput unless they are two or more different numbers."""
    parts = [each.strip() for each in text.split(",")]
    try:
        points = [float(each) for each in parts]
    except ValueError:
        points = []
    if len(points) < 2 or len(set(points)) < len(points) or not all(map(math.isfinite, points)):
        cause = "{text} are not the points of a scale"
        raise BadInput(fault(cause, "Write numbers, such as 0,1,2,3,4", file="--categories", text=shown(text)))
    return sorted(points)


def _answer(
    read: LongForm, told: Mapping[str, Any], as_json: bool, printed: Callable[[Mapping[str, Any]], None]
) -> None:
    for note in read.notes:
        click.echo(note, err=True)
    if as_json:
        print_json(told)
    else:
        printed(told)


def _print_reliability(told: Mapping[str, Any]) -> None:
    complete = "every rater rated every unit" if told["complete"] else "with gaps"
    click.echo(f"{told['n_units']} units, {told['n_raters']} raters, {complete}")
    _print_figures({f"ICC({form})": each for form, each in told["icc"].items()})
    _print_figures({"SEM": told["sem"]})
    for name, forms in (("kappa", told["kappa"]), ("alpha", told["alpha"]), ("Gwet", told["gwet"])):
        _print_figures({f"{name} {form.replace('_', ' ')}": each for form, each in forms.items()})
    named = {"same value": "percent_agreement", "within 1": "within_1", "Pearson r": "pearson"}
    _print_figures({words: told[key] for words, key in named.items()})


def _print_gstudy(told: Mapping[str, Any]) -> None:
    click.echo(
        f"{told['n_units']} units, {told['n_raters']} raters; k (harmonic) {short(told['k_harmonic'])}, "
        f"q {short(told['q'])}"
    )
    _print_figures({f"variance {name}": each for name, each in told["variance"].items()})
    forms: Sequence[str] = ("icc_a1", "icc_a_k", "icc_c1", "icc_c_k", "g_q_k", "sem")
    _print_figures({name: told[name] for name in forms})
    for warning in told["warnings"]:
        click.echo(f"note: {warning}")


def _print_figures(figures: Mapping[str, Mapping[str, Any]]) -> None:
    for name, each in figures.items():
        click.echo(f"  {name:<20} {figure(each)}  n = {each['n']}")
