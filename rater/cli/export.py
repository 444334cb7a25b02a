"""Write a study's dataset."""

from __future__ import annotations

from pathlib import Path

import click

from rater.cli.run import answers, application, json_option, now, print_json
from rater.errors import BadInput, Fault, fault
from rater.terms import COMMAND_LINE

FORMATS = ("csv",)


def parse_formats(text: str) -> list[str]:
    """The formats of `csv,sav`. Raises BadInput with those that there are not."""
    named = [each.strip().casefold() for each in text.split(",") if each.strip()]
    known = ", ".join(FORMATS)
    faults: list[Fault] = [
        fault("{name} cannot be written yet", "Formats: {known}", file="--formats", name=each, known=known)
        for each in named
        if each not in FORMATS
    ]
    if not named:
        faults.append(fault("no format is named", "Formats: {known}", file="--formats", known=known))
    if faults:
        raise BadInput(faults)
    return named


@click.command()
@click.argument("slug")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--formats", default="csv", metavar="csv,...", help="Formats of the tables, separated by commas.")
@click.option(
    "--rights",
    type=click.Choice(["deidentified", "full"]),
    default="deidentified",
    help="deidentified: codes, no dates, no free text. full: dates and free text too.",
)
@json_option
@answers
def export(slug: str, folder: Path, formats: str, rights: str, as_json: bool) -> None:
    """Write the dataset of the study SLUG into DIR: tables, codebook, reliability, README.

    DIR is new, empty, or holds an earlier export, which is replaced.

    Example: rater export pilot pilot-dataset
    """
    from rater.exports.contents import Rights
    from rater.exports.folder import check_folder
    from rater.exports.operations import export_study, note_export
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    parse_formats(formats)
    with application():
        with writing() as session:
            study = study_named(session, slug)
            check_folder(folder)
            note_export(session, COMMAND_LINE, study, Rights(rights), now=now())
        with reading() as session:
            written = export_study(session, study_named(session, slug), folder, rights=Rights(rights))
    if as_json:
        print_json(written.as_dict())
        return
    width = max(len(each.name) for each in written.files)
    for each in written.files:
        rows = "" if each.rows is None else str(each.rows)
        click.echo(f"{each.name:<{width}}  {rows:>8}  {each.sha256}")
    told = written.counts
    click.echo(
        f"\nsessions: {told['sessions_listed']} listed, {told['sessions_held']} held, "
        f"{sum(told['excluded'].values())} excluded, {told['sessions_eligible']} eligible\n"
        f"main wave: {told['ratings']} ratings of {told['sessions_rated']} sessions, "
        f"{told['double_coded']} double-coded; {told['rows']} rows in all waves"
    )
