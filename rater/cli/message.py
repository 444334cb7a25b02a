"""Write to raters."""

from __future__ import annotations

import click

from rater.cli.run import answers, application, now
from rater.terms import COMMAND_LINE


@click.group()
def message() -> None:
    """Write to raters."""


@message.command()
@click.argument("slug")
@click.argument("text")
@click.option("--to", metavar="CODE", help="Only this rater; default: all raters of the study.")
@answers
def send(slug: str, text: str, to: str | None) -> None:
    """Show TEXT to the raters of the study SLUG on their page My sessions.

    Example: rater message send pilot "The calibration meeting is on Thursday at 10" --to R1
    """
    from rater.ratings.operations.messages import send_message
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    with application(), writing() as session:
        send_message(session, COMMAND_LINE, study_named(session, slug), text, now=now(), to=to)
    click.echo(f"sent to {to or 'all raters'}")
