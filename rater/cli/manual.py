"""Take in and show rating manuals."""

from __future__ import annotations

import click

from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.errors import BadInput, fault
from rater.terms import COMMAND_LINE


@click.group()
def manual() -> None:
    """Take in and show rating manuals."""


@manual.command("import")
@click.argument("slug")
@click.argument("scale")
@click.argument("file")
@json_option
@answers
def import_(slug: str, scale: str, file: str, as_json: bool) -> None:
    """Keep the Markdown FILE as the manual of the study SLUG for the newest version of its scale SCALE.

    A heading that begins with an item's id, or ends in {#id}, opens the item on the rating screen.

    Example: rater manual import pilot ghes ghes_manual.md
    """
    from rater.ratings.operations.manual import import_manual
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    data = read_file(file)
    with application(), writing() as session:
        study = study_named(session, slug)
        kept = import_manual(session, COMMAND_LINE, study, scale, data, now=now(), file=file)
    for note in kept.notes:
        click.echo(f"note: {note}", err=True)
    if as_json:
        told = {"scale": kept.scale, "version": kept.version, "sections": kept.sections, "items": kept.items}
        print_json({**told, "changed": kept.changed, "notes": [each.as_dict() for each in kept.notes]})
        return
    state = "kept" if kept.changed else "unchanged"
    click.echo(f"manual of {kept.scale}@{kept.version} {state}: {kept.sections} sections, {kept.items} items treated")


@manual.command()
@click.argument("slug")
@click.argument("scale")
@answers
def show(slug: str, scale: str) -> None:
    """Print the Markdown that the study SLUG keeps for its scale SCALE.

    Example: rater manual show pilot ghes
    """
    from rater.ratings.operations.manual import manual_source
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        source = manual_source(session, study_named(session, slug), scale)
    if source is None:
        remedy = "Take one in by: rater manual import {slug} {scale} FILE"
        raise BadInput(fault("there is no manual of {scale} yet", remedy, slug=slug, scale=scale))
    click.echo(source, nl=not source.endswith("\n"))
