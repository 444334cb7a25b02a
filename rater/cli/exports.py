"""List the datasets that were made of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rater.cli.run import answers, application, json_option, print_json

if TYPE_CHECKING:
    from rater.exports.operations.history import MadeExport


@click.command()
@click.argument("slug")
@json_option
@answers
def exports(slug: str, as_json: bool) -> None:
    """List the datasets made of the study SLUG, the newest first, with the SHA-256 of each file.

    Example: rater exports pilot
    """
    from rater.exports.operations.history import made_exports
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        rows = [_row(each) for each in made_exports(session, study_named(session, slug))]
    if as_json:
        print_json({"exports": rows})
    for row in [] if as_json else rows:
        words = [
            row["made_at"],
            row["by"] or "command line",
            *(f"{key}={_said(row[key])}" for key in _TOLD if row[key]),
        ]
        click.echo("  ".join(words))
        for file in row["files"]:
            click.echo(f"  {file['sha256']}  {file['name']}")


_TOLD = ("rights", "formats", "notes", "freeze", "sha256")


def _said(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else "yes" if value is True else str(value)


def _row(made: MadeExport) -> dict[str, Any]:
    return {
        "made_at": f"{made.made_at:%Y-%m-%dT%H:%M:%SZ}",
        "by": made.by,
        "rights": made.asked.get("rights"),
        "formats": list(made.asked.get("formats", ["csv"])),
        "notes": bool(made.asked.get("notes")),
        "freeze": made.asked.get("freeze"),
        "sha256": made.sha256,
        "files": [dict(each) for each in made.files],
    }
