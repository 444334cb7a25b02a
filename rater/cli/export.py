"""Write a study's dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rater import __version__
from rater.cli.run import answers, application, json_option, now, print_json
from rater.terms import COMMAND_LINE

if TYPE_CHECKING:
    from rater.exports.operations.freezing import Rebuilt


@click.command()
@click.argument("slug")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--formats", default="csv", metavar="csv,...", help="csv (always), parquet, sav (SPSS), xlsx, separated by commas."
)
@click.option(
    "--rights",
    type=click.Choice(["deidentified", "full"]),
    default="deidentified",
    help="deidentified: codes, no dates, no free text. full: dates and free text too.",
)
@click.option("--freeze", "frozen", metavar="NAME", help="The data as they stood when NAME was frozen.")
@click.option("--notes", is_flag=True, help="The raters' notes too, as they wrote them.")
@json_option
@answers
def export(slug: str, folder: Path, formats: str, rights: str, frozen: str | None, notes: bool, as_json: bool) -> None:
    """Write the dataset of the study SLUG into DIR: tables, codebook, reliability, README.

    DIR is new, empty, or holds an earlier export, which is replaced.

    Example: rater export pilot pilot-dataset
    """
    from rater.exports.contents import Asked, Rights
    from rater.exports.folder import check_folder
    from rater.exports.formats import formats_named
    from rater.exports.operations import export_study, freeze_named, note_export
    from rater.exports.operations.freezing import rebuild
    from rater.exports.operations.history import keep_export
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    asked = Asked(Rights(rights), formats_named(formats.split(",")), notes)
    with application():
        with writing() as session:
            study = study_named(session, slug)
            check_folder(folder)
            kept = freeze_named(session, study, frozen) if frozen else None
            note_export(session, COMMAND_LINE, study, asked, kept, now=now())
        with reading() as session:
            study = study_named(session, slug)
            rebuilt = rebuild(freeze_named(session, study, frozen), folder, asked) if frozen else None
            written = rebuilt.bundle if rebuilt else export_study(session, study, folder, asked)
        with writing() as session:
            study = study_named(session, slug)
            kept = freeze_named(session, study, frozen) if frozen else None
            keep_export(session, COMMAND_LINE, study, asked, written, kept, now=now())
    if rebuilt and rebuilt.differing:
        click.echo(_difference(frozen, rebuilt), err=True)
    if as_json:
        print_json(written.as_dict() | ({"freeze": _freeze(frozen, rebuilt)} if rebuilt else {}))
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


def _freeze(name: str | None, rebuilt: Rebuilt) -> dict[str, Any]:
    differing = None if rebuilt.differing is None else list(rebuilt.differing)
    return {"name": name, "sha256": rebuilt.sha256, "release": rebuilt.release, "differing": differing}


def _difference(name: str | None, rebuilt: Rebuilt) -> str:
    """Which files are not those of the freeze, and which release wrote these."""
    differing = rebuilt.differing or ()
    shown = ", ".join(differing[:5]) + (f" and {len(differing) - 5} more" if len(differing) > 5 else "")
    return (
        f"warning: the data are those of the freeze {name}, but release {rebuilt.release} wrote other bytes than "
        f"release {__version__} does: {shown}"
    )
