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
@click.option("--methods", "as_methods", is_flag=True, help="Print the methods paragraphs for a paper instead.")
@click.option("--locale", type=click.Choice(["en", "de"]), default="en", help="Language of these paragraphs.")
@json_option
@answers
def reliability(slug: str, wave: str, seed: int, as_methods: bool, locale: str, as_json: bool) -> None:
    """Inter-rater reliability of the study SLUG: all ratings together, each dyad, each item.

    Example: rater reliability pilot --json
    """
    from rater.reliability.operations import reliability as compute
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        told = compute(session, study_named(session, slug), wave, seed=seed)
    if as_methods:
        _print_methods(told, locale, as_json=as_json)
        return
    if as_json:
        print_json(told)
        return
    click.echo(f"{told['study']}, wave {told['wave']}: {told['n_sessions']} sessions, {told['n_double']} double-coded")
    for name, score in told["scores"].items():
        _print_score(name, score)
    _print_items(told["items"])
    for name, reason in told["left_out"].items():
        click.echo(f"\n{name}: left out; {reason}")


def _print_methods(told: Mapping[str, Any], locale: str, *, as_json: bool) -> None:
    from rater.figures.language import Language
    from rater.notices.letters import sayings
    from rater.reliability.method_words import TO_FILL
    from rater.reliability.methods import methods

    language = Language(locale, sayings(locale))
    found = methods(told, locale, language.say, language.number)
    if as_json:
        to_fill = [{"item": each.item, "text": each.text} for each in found.to_fill]
        print_json({"paragraphs": list(found.paragraphs), "to_fill": to_fill})
        return
    click.echo(found.text)
    click.echo(f"\n{language(TO_FILL)}")
    for each in found.to_fill:
        click.echo(f"  {each.item:>2}  {each.text}")


def _print_score(name: str, score: Mapping[str, Any]) -> None:
    overall = score["overall"]
    click.echo(f"\n{name}")
    click.echo(f"  all {overall['n_ratings']} ratings, two raters (ICC(A,2)): {figure(overall['icc_a_2'])}")
    _print_labels("ICC(A,2)", overall["labels"]["icc_a_2"])
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
    _print_summary(score["item_rows"]["summary"]["icc_2_k"], " of item rows")


def _print_labels(name: str, labels: Mapping[str, Any] | None) -> None:
    if labels is None:
        return
    koo_li, cicchetti = labels["koo_li_2016"], labels["cicchetti_1994"]
    words = koo_li["from"] if koo_li["from"] == koo_li["to"] else f"{koo_li['from']} to {koo_li['to']}"
    judged = f"{words} by {koo_li['source']}, judged on the {koo_li['judged_on']}"
    click.echo(f"  {name} is {judged}; {cicchetti['label']} by {cicchetti['source']}")


def _print_summary(summary: Mapping[str, Any], rows: str = "") -> None:
    parts = ", ".join(f"{key} {short(summary[key])}" for key in ("mean", "median", "min", "max"))
    click.echo(f"  ICC(2,k){rows} over {summary['n_dyads']} dyads: {parts}")
    for each in summary["not_estimable"]:
        click.echo(f"  not estimable{rows}: {each['dyad']} ({each['reason']})")


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
