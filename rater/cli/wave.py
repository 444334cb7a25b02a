"""The waves of a study, and their lock."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from rater.cli.run import answers, application, json_option, now, print_json
from rater.terms import COMMAND_LINE

if TYPE_CHECKING:
    from rater.ratings.operations.locking import WaveStanding


@click.group()
def wave() -> None:
    """See where the waves of a study stand, and lock one."""


@wave.command("list")
@click.argument("slug")
@json_option
@answers
def list_(slug: str, as_json: bool) -> None:
    """List the waves of the study SLUG with the states of their ratings.

    Example: rater wave list pilot --json
    """
    from rater.ratings.operations.locking import waves_of
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        rows = [_row(each) for each in waves_of(session, study_named(session, slug))]
    if as_json:
        print_json({"waves": rows})
    for row in [] if as_json else rows:
        click.echo(_line(row))


@wave.command()
@click.argument("slug")
@click.argument("name", metavar="WAVE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@answers
def lock(slug: str, name: str, yes: bool, as_json: bool) -> None:
    """Lock the wave WAVE of the study SLUG for good: nothing in it can be changed, submitted or reopened any more.

    Safe to repeat. A lock cannot be taken off.

    Example: rater wave lock pilot calibration
    """
    from rater.ratings.operations.locking import lock_wave, wave_named
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    with application():
        with reading() as session:
            before = _row(wave_named(session, study_named(session, slug), name))
        if before["locked_at"] is None and not yes:
            click.echo(_line(before), err=True)
            click.confirm("Lock it for good?", abort=True, err=True)
        with writing() as session:
            study = study_named(session, slug)
            lock_wave(session, COMMAND_LINE, study, name, now=now())
            after = _row(wave_named(session, study, name))
    if as_json:
        print_json(after)
    else:
        click.echo(_line(after))


def _row(standing: WaveStanding) -> dict[str, Any]:
    row = {"wave": standing.name, **asdict(standing), "total": standing.total}
    row["locked_at"] = standing.locked_at and standing.locked_at.isoformat()
    del row["name"]
    return row


def _line(row: dict[str, Any]) -> str:
    counts = f"{row['submitted']} of {row['total']} submitted, {row['started']} started, {row['open']} not begun"
    state = f"locked {row['locked_at']}" if row["locked_at"] else "open"
    return f"{row['wave']}: {counts}, {row['set_aside']} set aside; {state}"
