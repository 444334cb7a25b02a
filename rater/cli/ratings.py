"""Take in ratings made elsewhere."""

from __future__ import annotations

import click

from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, now, read_file
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE


@click.group()
def ratings() -> None:
    """Take in ratings made elsewhere."""


@ratings.command("import")
@table_options
@click.option("--wave", metavar="WAVE", help="The wave of all rows; default: their column wave, else main.")
@click.option("--dry-run", is_flag=True, help="Show what would be taken and write nothing.")
@answers
def import_(
    slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, wave: str | None, dry_run: bool
) -> None:
    """Take the ratings of FILE, one row an item, into the study SLUG.

    Columns: session_id, rater_id, item, value, and if wanted rating_id, version, role, missing_code, scale, wave,
    submitted_at. Values are raw, as rated. All of the file is taken, or nothing.

    Example: rater ratings import pilot ratings.csv --wave main
    """
    from rater.ratings.operations.importing import import_ratings, read_ratings_for
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    data = read_file(file)
    with application():
        with reading() as session:
            study = study_named(session, slug)
            content = read_ratings_for(session, study, data, wave=wave, file=file, rename=parse_renames(renames))
        understood(content, yes=yes)
        with writing() as session:
            imported = import_ratings(session, COMMAND_LINE, study_named(session, slug), content, now=now())
            if dry_run:
                session.rollback()
    answer(content, imported, "ratings", as_json=as_json)
    if dry_run:
        click.echo("nothing was written (--dry-run)", err=True)
