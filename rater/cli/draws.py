"""Look at the draws of a study's allocation, and draw one again from its record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rater.cli.run import answers, application, json_option, print_json
from rater.errors import BadInput, fault

if TYPE_CHECKING:
    from rater.allocation.operations.recording import Kept, Listed

_DRAW = click.option("--draw", "number", type=int, metavar="NUMBER", help="Which draw; default: the last one.")


@click.command()
@click.argument("slug")
@click.option("--draw", "number", type=int, metavar="NUMBER", help="Show this draw in full.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write the plan of the draw as allocation.csv.")
@json_option
@answers
def show(slug: str, number: int | None, csv_file: str | None, as_json: bool) -> None:
    """List the draws of the study SLUG, or show one of them: who drew it, why, from what, and how even it is.

    Example: rater allocation show pilot --draw 1
    """
    from rater.allocation.operations.recording import draw_named, draws_of
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        study = study_named(session, slug)
        if number is None and csv_file is None:
            _list(draws_of(session, study), as_json=as_json)
            return
        kept = draw_named(session, study, number)
        if csv_file:
            write_plan(csv_file, kept.plan)
        _show(kept, as_json=as_json)


@click.command()
@click.argument("slug")
@_DRAW
@json_option
@answers
def redraw(slug: str, number: int | None, as_json: bool) -> None:
    """Draw a draw of the study SLUG again from its record alone, and say whether the same plan comes out.

    Nothing is written. The exit code is 1 where another plan comes out.

    Example: rater allocation redraw pilot --draw 1
    """
    from rater.allocation.operations.recording import draw_named
    from rater.allocation.operations.redrawing import draw_again
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        kept = draw_named(session, study_named(session, slug), number)
        again = draw_again(kept)
    if as_json:
        print_json(
            {
                "draw": kept.number,
                "same": again.is_same,
                "same_algorithm": again.same_algorithm,
                "same_inputs": again.same_inputs,
                "differing": list(again.differing),
            }
        )
    elif again.is_same:
        click.echo(f"draw {kept.number}: the same plan, {len(kept.plan)} sessions")
    else:
        _tell_difference(kept, again.differing, same_algorithm=again.same_algorithm, same_inputs=again.same_inputs)
    sys.exit(0 if again.is_same else 1)


def _tell_difference(kept: Kept, differing: tuple[str, ...], *, same_algorithm: bool, same_inputs: bool) -> None:
    click.echo(f"draw {kept.number}: not the same plan; {len(differing)} sessions differ")
    if not same_algorithm:
        click.echo(f"it was drawn with {kept.algorithm}, which is not the algorithm of this release")
    if not same_inputs:
        click.echo("the record has been changed: its inputs do not have the hash that was kept with it")


def write_plan(path: str, plan: Any) -> None:
    """Write a plan as allocation.csv. Raises BadInput where the file cannot be written."""
    from rater.allocation.manifest import write_allocation

    try:
        Path(path).write_bytes(write_allocation(plan))
    except OSError as error:
        words = error.strerror or str(error)
        cause = "the file cannot be written: {words}"
        raise BadInput(fault(cause, "Name another place with --csv", file=path, words=words)) from error


def _list(draws: list[Listed], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "draws": [
                    {
                        "draw": each.number,
                        "wave": each.wave,
                        "at": each.drawn_at.isoformat(),
                        "by": each.by or "command line",
                        "why": each.why,
                    }
                    for each in draws
                ]
            }
        )
        return
    for each in draws:
        why = " ".join(each.why.split()) or "no reason given"
        click.echo(f"{each.number}  {each.drawn_at:%Y-%m-%d %H:%M}  {each.wave}  {each.by or 'command line'}: {why}")
    if not draws:
        click.echo("no draw has been kept yet")


def _show(kept: Kept, *, as_json: bool) -> None:
    inputs = kept.inputs
    if as_json:
        print_json(
            {
                "draw": kept.number,
                "wave": kept.wave,
                "at": kept.drawn_at.isoformat(),
                "by": kept.by or "command line",
                "why": kept.why,
                "algorithm": kept.algorithm,
                "digest": kept.digest,
                "inputs": inputs,
                "balance_before": kept.before,
                "balance_after": kept.after,
                "assignments": [
                    {"session_id": row.session_id, "main_rater": row.main_rater, "second_rater": row.second_rater}
                    for row in kept.plan
                ],
            }
        )
        return
    doubles = sum(row.second_rater is not None for row in kept.plan)
    click.echo(f"draw {kept.number} of {kept.drawn_at:%Y-%m-%d %H:%M}, wave {kept.wave}, {kept.by or 'command line'}")
    click.echo(f"why: {kept.why or 'no reason given'}")
    click.echo(f"{len(kept.plan)} sessions, {doubles} rated twice; seed {inputs['seed']}, {kept.algorithm}")
    click.echo(f"raters: {', '.join(inputs['raters'])}")
    click.echo(f"bars: {', '.join(f'{rater}={on}:{value}' for rater, on, value in inputs['bars']) or 'none'}")
    click.echo(f"caps: {', '.join(f'{rater}={cap}' for rater, cap in inputs['caps'].items()) or 'none'}")
    click.echo(f"rows that were not moved: {len(inputs['kept'])}; sessions that were begun: {len(inputs['begun'])}")
    click.echo(f"hash of the inputs: {kept.digest}")
