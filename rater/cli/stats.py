"""Coefficients of any table, without a database."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from rater.cli.any_table import NOT_AVAILABLE, answer, finish, open_columns, print_figures, where_option
from rater.cli.figures import short
from rater.cli.run import answers, json_option
from rater.cli.stats_models import consistency, multilevel
from rater.errors import BadInput, fault
from rater.tables import Repeats, Row, shown


@dataclass(frozen=True)
class LongForm:
    """One variable in long form, and how its file was written."""

    units: list[str]
    raters: list[str]
    values: list[float | None]
    notes: list[str]


@click.group()
def stats() -> None:
    """Reliability, scales and models of any CSV file, without a database."""


stats.add_command(consistency)
stats.add_command(multilevel)


def _long_form(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.argument("file"),
        click.option("--unit", required=True, metavar="COLUMN", help="Column that says what was rated."),
        click.option("--rater", required=True, metavar="COLUMN", help="Column that says who rated."),
        click.option("--value", required=True, metavar="COLUMN", help="Column that holds the value."),
        where_option,
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
    answer(read.notes, reliability_of(read.units, read.raters, read.values, points), as_json, _print_reliability)


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
    answer(read.notes, gstudy_of(read.units, read.raters, read.values, seed=seed), as_json, _print_gstudy)


def read_long_form(file: str, unit: str, rater: str, value: str, where: Sequence[str] = ()) -> LongForm:
    """The three columns of a CSV file; empty cells and NA are missing values.

    `where` holds conditions, COLUMN=CELL, that a row must meet to be read.

    Raises BadInput with every fault: a column that is not there or named twice, a value that is no number, a unit
    that a rater rated twice.
    """
    if len({unit, rater, value}) < 3:
        raise BadInput(fault("--unit, --rater and --value name one column twice", "Name three columns", file=file))
    table, rows = open_columns(file, {"--unit": [unit], "--rater": [rater], "--value": [value]}, where)
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
    finish(table, rows, "rating")
    notes = [] if table.dialect.is_standard else [table.dialect.sentence]
    if empty := sum(each is None for each in values):
        notes.append(f"{empty} of {len(values)} values are missing.")
    return LongForm(units, raters, values, notes)


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


def _print_reliability(told: Mapping[str, Any]) -> None:
    complete = "every rater rated every unit" if told["complete"] else "with gaps"
    click.echo(f"{told['n_units']} units, {told['n_raters']} raters, {complete}")
    print_figures({f"ICC({form})": each for form, each in told["icc"].items()})
    print_figures({"SEM": told["sem"]})
    for name, forms in (("kappa", told["kappa"]), ("alpha", told["alpha"]), ("Gwet", told["gwet"])):
        print_figures({f"{name} {form.replace('_', ' ')}": each for form, each in forms.items()})
    named = {"same value": "percent_agreement", "within 1": "within_1", "Pearson r": "pearson"}
    print_figures({words: told[key] for words, key in named.items()})


def _print_gstudy(told: Mapping[str, Any]) -> None:
    click.echo(
        f"{told['n_units']} units, {told['n_raters']} raters; k (harmonic) {short(told['k_harmonic'])}, "
        f"q {short(told['q'])}"
    )
    print_figures({f"variance {name}": each for name, each in told["variance"].items()})
    forms: Sequence[str] = ("icc_a1", "icc_a_k", "icc_c1", "icc_c_k", "g_q_k", "sem")
    print_figures({name: told[name] for name in forms})
    for warning in told["warnings"]:
        click.echo(f"note: {warning}")
