"""Scales and models of any table with one row per unit, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from rater.cli.any_table import NOT_AVAILABLE, answer, finish, open_columns, print_figures, where_option
from rater.cli.figures import interval, print_columns, short
from rater.cli.run import answers, json_option
from rater.errors import BadInput, fault
from rater.tables import shown

if TYPE_CHECKING:
    import pandas as pd

    from rater.statistics.formula import Formula


@click.command()
@click.argument("file")
@click.option("--items", required=True, metavar="a,b,c", help="Columns that hold the items, separated by commas.")
@where_option
@json_option
@answers
def consistency(file: str, items: str, where: tuple[str, ...], as_json: bool) -> None:
    """Cronbach's alpha, omega and item-total correlations of FILE, a CSV file with one row per unit.

    Reversed items must have been turned before.

    Example: rater stats consistency analysis.csv --items he1,he2,he3
    """
    import numpy as np

    from rater.statistics.consistency import consistency as consistency_of

    names = parse_items(items)
    table, rows = open_columns(file, {"--items": names}, where)
    values = [[None if row.text(name) == NOT_AVAILABLE else row.number(name) for name in names] for row in rows]
    finish(table, rows, "unit")
    notes = [] if table.dialect.is_standard else [table.dialect.sentence]
    cells = np.array(values, dtype=float)
    if left_out := int(np.isnan(cells).any(axis=1).sum()):
        notes.append(f"{left_out} of {len(cells)} rows are left out: an item is missing.")
    answer(notes, consistency_of(cells, names).as_dict(), as_json, _print_consistency)


@click.command()
@click.argument("file")
@click.option("--formula", required=True, metavar='"y ~ time"', help="What is explained by what, as in R.")
@click.option("--group", required=True, metavar="COLUMN", help="Column whose values are the groups.")
@click.option("--random", metavar="COLUMN", help="Column of numbers whose slope differs between groups.")
@click.option("--ml", is_flag=True, help="Maximum likelihood, for comparing models, instead of REML.")
@where_option
@json_option
@answers
def multilevel(
    file: str, formula: str, group: str, random: str | None, ml: bool, where: tuple[str, ...], as_json: bool
) -> None:
    """Linear mixed model of FILE, a CSV file with one row per observation.

    Example: rater stats multilevel analysis.csv --formula "GHES ~ time" --group patient_id --random time
    """
    from rater.statistics.formula import parse_formula
    from rater.statistics.multilevel import multilevel as multilevel_of

    asked = parse_formula(formula, file="--formula")
    data, notes = read_observations(file, asked, group, random, where)
    told = multilevel_of(data, formula, group=group, random=random, reml=not ml).as_dict()
    answer(notes, told, as_json, _print_multilevel)


def read_observations(
    file: str, formula: Formula, group: str, random: str | None, where: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[str]]:
    """The columns that a model names, and what is to be known of how the file was read.

    Outcome and slope hold numbers, the group labels, every other column either; empty cells and NA are missing. Raises
    BadInput with every fault, among them a column that holds numbers and words.
    """
    import pandas as pd

    slopes = [random] if random else []
    named = {"--formula": [formula.response, *formula.variables], "--group": [group], "--random": slopes}
    table, rows = open_columns(file, named, where)
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys((formula.response, *slopes, *formula.variables)):
        given = [None if row.text(name) in ("", NOT_AVAILABLE) else row.text(name) for row in rows]
        if name in (formula.response, *slopes) or any(table.is_number(each or "") for each in given):
            pairs = zip(rows, given, strict=True)
            columns[name] = [None if each is None else row.number(name) for row, each in pairs]
        else:
            columns[name] = given
    labels = [None if row.text(group) in ("", NOT_AVAILABLE) else row.text(group) for row in rows]
    columns.setdefault(group, labels)
    finish(table, rows, "observation")
    return pd.DataFrame(columns), [] if table.dialect.is_standard else [table.dialect.sentence]


def parse_items(text: str) -> list[str]:
    """The names in `a,b,c`. Raises BadInput for an empty name or one that comes twice."""
    names = [each.strip() for each in text.split(",")]
    if not all(names) or len(set(names)) < len(names):
        cause = "{text} does not name each item once"
        raise BadInput(fault(cause, "Write the names of columns, such as a,b,c", file="--items", text=shown(text)))
    return names


def _print_consistency(told: Mapping[str, Any]) -> None:
    click.echo(f"{told['n']} complete rows, {len(told['item_total'])} items")
    print_figures({"alpha": told["alpha"], "omega total": told["omega"]})
    click.echo("item-total correlations, each item against the sum of the others")
    print_figures(told["item_total"])
    for name, each in told["item_total"].items():
        if "hint" in each:
            click.echo(f"note: {name}: {each['hint']}")
    click.echo(f"omega: {told['omega']['definition']}")


def _print_multilevel(told: Mapping[str, Any]) -> None:
    slope = f" and slope of {told['random_slope']}" if told["random_slope"] else ""
    method = "restricted maximum likelihood" if told["reml"] else "maximum likelihood"
    click.echo(f"{told['formula']}, random intercept{slope} by {told['group']}, {method}")
    dropped = f"; {told['dropped']} rows are left out: a variable is missing" if told["dropped"] else ""
    click.echo(f"{told['n']} rows in {told['groups']} groups{dropped}")
    if told["reason"] is not None:
        click.echo(f"  - ({told['reason']})")
        return
    lines = [("effect", "estimate", "se", "df", "t", "p", "95 %")]
    for name, each in told["fixed"].items():
        rounded = [
            short(each[key], places) for key, places in {"estimate": 3, "se": 3, "df": 1, "t": 2, "p": 4}.items()
        ]
        lines.append((name, *rounded[:-1], rounded[-1].replace("0.0000", "<0.0001"), interval(each).strip()))
    print_columns(lines)
    print_figures({name: each for name, each in told["random"].items() if each["value"] is not None})
    if told["icc"]["value"] is not None:
        print_figures({"icc": told["icc"]})
    click.echo(
        f"log-likelihood {short(told['loglik'])}, {told['df']} parameters, AIC {short(told['aic'])}, "
        f"BIC {short(told['bic'])}; {told['status']}"
    )
