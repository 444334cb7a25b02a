"""Keep a study's data as they stand under a name that a publication can cite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rater.cli.run import answers, application, json_option, now, print_json
from rater.errors import BadInput, fault
from rater.terms import COMMAND_LINE

if TYPE_CHECKING:
    from rater.storage.models import Freeze


@click.command()
@click.argument("slug")
@click.argument("name", required=False)
@click.option("--note", default="", metavar="TEXT", help="What it is for.")
@json_option
@answers
def freeze(slug: str, name: str | None, note: str, as_json: bool) -> None:
    """Freeze the data of the study SLUG as NAME; without a name, list the freezes that there are.

    Later changes of ratings do not matter to it: rater export SLUG DIR --freeze NAME writes the dataset of this moment.

    Example: rater freeze pilot paper-1 --note "Main paper, all sessions rated"
    """
    from rater.exports.operations.freezing import check_freeze, freezes_of, keep_freeze, take_data
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    with application() as settings:
        if name is None:
            if note:
                raise BadInput(fault("A note is given without a name", "Name the freeze", column="--note"))
            with reading() as session:
                _list([_row(each) for each in freezes_of(session, study_named(session, slug))], as_json=as_json)
            return
        with reading() as session:
            study = study_named(session, slug)
            check_freeze(session, study, name, note)
            taken = take_data(session, study, settings.exports_folder)
        with writing() as session:
            made = _row(keep_freeze(session, COMMAND_LINE, study_named(session, slug), name, note, taken, now=now()))
    if as_json:
        print_json(made)
    else:
        click.echo(_line(made))


def _row(kept: Freeze) -> dict[str, Any]:
    return {
        "name": kept.name,
        "note": kept.note,
        "sha256": kept.sha256,
        "release": kept.release,
        "frozen_at": f"{kept.frozen_at:%Y-%m-%dT%H:%M:%SZ}",
        "by": kept.by.name if kept.by else None,
        "files": dict(kept.files),
    }


def _list(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({"freezes": rows})
    for row in [] if as_json else rows:
        click.echo(_line(row))


def _line(row: dict[str, Any]) -> str:
    note = f"  {row['note']}" if row["note"] else ""
    return f"{row['name']}  {row['frozen_at']}  {row['release']}  {row['sha256']}{note}"
