"""Give sessions their due dates."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from rater.cli.run import answers, application, json_option, now, print_json
from rater.errors import BadInput, fault
from rater.terms import COMMAND_LINE

if TYPE_CHECKING:
    from rater.ratings.due import DuePlan

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("slug")
@click.option("--wave", default="main", show_default=True, metavar="WAVE", help="The wave whose sessions are due.")
@click.option("--on", type=DAY, metavar="DATE", help="One day for all sessions.")
@click.option("--first", type=DAY, metavar="DATE", help="When the raters begin; sessions are due on Fridays.")
@click.option("--per-week", type=int, metavar="N", help="How many sessions a rater does in a week.")
@click.option("--rater", "raters", multiple=True, metavar="CODE", help="Only this rater; may be repeated.")
@json_option
@answers
def due(
    slug: str,
    wave: str,
    on: datetime | None,
    first: datetime | None,
    per_week: int | None,
    raters: tuple[str, ...],
    as_json: bool,
) -> None:
    """Set the due dates of the study SLUG: one day for all, or so many sessions a week in queue order.

    Submitted sessions are left alone. Repeating the command changes nothing.

    Example: rater due pilot --first 2026-12-01 --per-week 4
    """
    from rater.ratings.operations.due import set_due_dates
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    plan = _plan(on, first, per_week)
    with application(), writing() as session:
        done = set_due_dates(session, COMMAND_LINE, study_named(session, slug), wave, plan, now=now(), raters=raters)
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"due dates: {done.changed} set, {done.unchanged} unchanged; {done.submitted} submitted sessions left")


def _plan(on: datetime | None, first: datetime | None, per_week: int | None) -> DuePlan:
    from rater.ratings.due import OneDay, PerWeek

    if on is not None and first is None and per_week is None:
        return OneDay(on.date())
    if on is None and first is not None and per_week is not None:
        return PerWeek(first.date(), per_week)
    raise BadInput(fault("it is not clear what is due when", "Give --on DATE, or --first DATE with --per-week N"))
