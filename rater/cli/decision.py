"""Keep the log of rulings on how to rate unclear cases."""

from __future__ import annotations

from datetime import datetime

import click

from rater.cli.run import answers, application, now
from rater.terms import COMMAND_LINE


@click.group()
def decision() -> None:
    """Keep the log of rulings on how to rate unclear cases."""


@decision.command()
@click.argument("slug")
@click.argument("text")
@click.option("--scale", required=True, metavar="SCALE", help="The scale that the ruling is about.")
@click.option("--item", metavar="ITEM", help="The item; default: the whole scale.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day of the ruling; default: today.")
@answers
def add(slug: str, text: str, scale: str, item: str | None, on: datetime | None) -> None:
    """Write the ruling TEXT into the decision log of the study SLUG; it is never changed or deleted.

    Example: rater decision add pilot --scale ghes --item ghes1 --on 2026-11-23 "A task done in the session counts"
    """
    from rater.ratings.operations.manual import add_ruling
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    moment = now()
    day = on.date() if on else moment.date()
    with application(), writing() as session:
        add_ruling(session, COMMAND_LINE, study_named(session, slug), scale, item, day, text, now=moment)
    click.echo(f"ruling of {day} on {item or scale} written")
