"""Inter-rater reliability of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from rater.cli.figures import figure, interval, print_columns, short
from rater.cli.run import answers, application, json_option, print_json


@click.command()
@click.argument("slug")
@click.option("--wave", default="main", show_default=True, help="Which wave's ratings.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the drawn intervals.")
@json_option
@answers
def reliability(slug: str, wave: str, seed: int, as_json: bool) -> None:
    """Inter-rater reliability of the study SLUG: all ratings together, each dyad, each item.

    Example: rater reliability pilot --json
    """
    from rater.reliability.operations import reliability as compute
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        told = compute(session, study_named(session, slug), wave, seed=seed)
    if as_json:
        print_json(told)
        return
    click.echo(f"{told['study']}, wave {told['wave']}: {told['n_sessions']} sessions, {told['n_double']} double-coded")
    for name, score in told["scores"].items():
        _print_score(name, score)
    _print_items(told["items"])
    for name, reason in told["left_out"].items():
        click.echo(f"\n{name}: left out; {reason}")


def _print_score(name: str, score: Mapping[str, Any]) -> None:
    overall = score["overall"]
    click.echo(f"\n{name}")
    click.echo(f"  all {overall['n_ratings']} ratings, two raters (ICC(A,2)): {figure(overall['icc_a_2'])}")
    click.echo(f"  one rater (ICC(A,1)): {figure(overall['icc_a1'])}")
    click.echo(f"  of the analysed file (G(q,k)): {figure(overall['analysed_file'])}")
    rows = [("dyad", "shared", "n", "ICC(2,1)", "ICC(2,k)", "95 %")]
    for dyad, told in score["dyads"].items():
        single, averaged = told["icc"]["2,1"], told["icc"]["2,k"]
        limits = interval(averaged).strip() or (averaged["reason"] or "")
        flag = " unstable" if told["unstable"] else ""
        counted = (str(told["n_shared"]), str(told["n"]))
        rows.append((dyad, *counted, short(single["value"]), short(averaged["value"]), limits + flag))
    if len(rows) > 1:
        print_columns(rows)
    _print_summary(score["summary"]["icc_2_k"])


def _print_summary(summary: Mapping[str, Any]) -> None:
    parts = ", ".join(f"{key} {short(summary[key])}" for key in ("mean", "median", "min", "max"))
    click.echo(f"  ICC(2,k) over {summary['n_dyads']} dyads: {parts}")
    for each in summary["not_estimable"]:
        click.echo(f"  not estimable: {each['dyad']} ({each['reason']})")


def _print_items(items: Mapping[str, Any]) -> None:
    if not items:
        return
    click.echo("\nItems, raw values, double-coded sessions pooled")
    rows = [("item", "n", "ICC(1,1)", "ICC(1,k)", "95 %", "same point", "within 1")]
    for item, told in items.items():
        single, averaged = told["icc"]["1,1"], told["icc"]["1,k"]
        shares = (short(told["percent_agreement"]["value"]), short(told["within_1"]["value"]))
        limits = interval(averaged).strip() or (averaged["reason"] or "")
        rows.append((item, str(told["n"]), short(single["value"]), short(averaged["value"]), limits, *shares))
    print_columns(rows)
