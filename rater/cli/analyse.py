"""What a study found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from rater.cli.figures import figure, print_columns, short
from rater.cli.run import answers, application, json_option, print_json


@click.command()
@click.argument("slug")
@json_option
@answers
def analyse(slug: str, as_json: bool) -> None:
    """Counts, descriptives, consistency, correlations, homework and models of the study SLUG.

    Example: rater analyse pilot --json
    """
    from rater.analysis.operations.computing import analysis
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        told = analysis(session, study_named(session, slug))
    if as_json:
        print_json(told)
        return
    _print_counts(told["counts"])
    _print_descriptives(told["descriptives"]["overall"])
    _print_consistency(told["consistency"])
    _print_correlations(told["correlations"])
    _print_homework(told["homework"])
    for name, model in told["models"].items():
        _print_model(name, model)


def _print_counts(counts: Mapping[str, Any]) -> None:
    held, eligible = counts["sessions_held"], counts["sessions_eligible"]
    click.echo(f"{held} sessions held, {eligible} eligible, {counts['sessions_analysed']} analysed")
    for reason, n in counts["excluded"].items():
        click.echo(f"  left out, {reason}: {n}")
    click.echo(
        f"{counts['ratings']} ratings of {counts['sessions_rated']} sessions, {counts['double_coded']} rated twice"
    )


def _print_descriptives(overall: Mapping[str, Mapping[str, Any]]) -> None:
    click.echo("\nSessions, items keyed and averaged over raters")
    rows: list[tuple[str, ...]] = [("variable", "n", "mean", "sd", "min", "max", "floor", "ceiling")]
    for name, told in overall.items():
        figures = [short(told[key]) for key in ("mean", "sd", "min", "max", "floor", "ceiling")]
        rows.append((name, str(told["n"]), *figures))
    print_columns(rows)


def _print_consistency(scores: Mapping[str, Mapping[str, Any]]) -> None:
    click.echo("\nConsistency")
    for name, told in scores.items():
        click.echo(f"  {name}, n {told['n']}: alpha {figure(told['alpha'])}, omega {figure(told['omega'])}")


def _print_correlations(pairs: Mapping[str, Mapping[str, Any]]) -> None:
    click.echo("\nCorrelations of sessions; of single ratings, both from one rater or from different raters")
    rows: list[tuple[str, ...]] = [("scores", "n", "r", "n", "one rater", "n", "different raters")]
    for pair, told in pairs.items():
        cells = [
            (str(each["n"]), figure(each)) for key in ("same_rater", "different_raters") if (each := told.get(key))
        ]
        rows.append((pair, str(told["n"]), figure(told), *(cell for each in cells for cell in each)))
    print_columns([(*row, *[""] * (len(rows[0]) - len(row))) for row in rows])


def _print_homework(told: Mapping[str, Any]) -> None:
    click.echo(f"\nHomework: {told['assigned']} assigned, {told['reviewed']} reviewed, {told['left_out']} left out")
    for title, key in (("type", "by_type"), ("completed", "completed"), ("difficulty", "difficulties")):
        if told[key]:
            click.echo(f"  {title}: " + ", ".join(f"{name} {n}" for name, n in told[key].items()))


def _print_model(name: str, model: Mapping[str, Any]) -> None:
    slope = f", slope of {model['random_slope']}" if model["random_slope"] else ""
    method = "REML" if model["reml"] else "ML"
    click.echo(f"\n{name}: {model['formula']} by {model['group']}{slope}, {method}, {model['sample']} sample")
    if model.get("reason"):
        click.echo(f"  - ({model['reason']})")
        return
    rows: list[tuple[str, ...]] = [("term", "estimate", "se", "df", "t", "p")]
    for term, each in model["fixed"].items():
        rows.append((term, *(short(each[key]) for key in ("estimate", "se", "df", "t")), _p(each["p"])))
    print_columns(rows)
    fit = f"n {model['n']}, groups {model['groups']}, log likelihood {short(model['loglik'])}"
    click.echo(f"  {fit}, AIC {short(model['aic'], 1)}, BIC {short(model['bic'], 1)}")
    if model["status"] != "converged":
        click.echo(f"  {model['status']}")


def _p(value: float | None) -> str:
    return "<.001" if value is not None and value < 0.001 else short(value)
