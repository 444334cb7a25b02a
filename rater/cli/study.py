"""Create studies."""

from __future__ import annotations

import click

from rater.cli.run import answers, application, now, read_file
from rater.cli.scales import scale_file
from rater.terms import COMMAND_LINE


@click.group()
def study() -> None:
    """Create studies."""


@study.command()
@click.argument("slug")
@click.option("--title", required=True)
@click.option(
    "--scale", "scales", multiple=True, required=True, metavar="FILE_OR_ID", help="A scale file, or ghes, sthar, phq9."
)
@click.option("--phases", default="", metavar="1-4,5-", help="Session numbers of the phases I, II, ...")
@answers
def create(slug: str, title: str, scales: tuple[str, ...], phases: str) -> None:
    """Create the study SLUG with its scales.

    Example: rater study create pilot --title "Pilot study" --scale ghes --scale sthar --scale phq9 --phases 1-4,5-
    """
    from rater.storage.database import writing
    from rater.studies.operations import create_study

    sources = [(str(path), read_file(str(path)).decode(errors="surrogateescape")) for path in map(scale_file, scales)]
    with application(), writing() as session:
        made = create_study(session, COMMAND_LINE, slug, title, sources, now=now(), phases=phases)
        names = ", ".join(f"{row.scale}@{row.version}" for row in made.scale_versions)
    click.echo(f"created {slug} with {names}")
