"""Masked spans: seconds of a recording that nobody in a role hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rater.cli.importing import answer, table_options, understood
from rater.cli.run import answers, application, json_option, now, print_json, read_file
from rater.errors import BadInput, fault
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE, MaskReason, Role

if TYPE_CHECKING:
    from rater.recordings.operations.masking import MaskedRecording


@click.group()
def masks() -> None:
    """Silence seconds of recordings, such as an outcome read aloud or a spoken name."""


@masks.command("list")
@click.argument("slug")
@json_option
@answers
def list_(slug: str, as_json: bool) -> None:
    """List the masked spans of the study SLUG.

    Example: rater masks list pilot
    """
    from rater.recordings.operations.masking import masks_within
    from rater.storage.database import reading
    from rater.studies.operations import study_named

    with application(), reading() as session:
        rows = [row for each in masks_within(session, study_named(session, slug)) for row in _rows(each)]
    if as_json:
        print_json({"masks": rows})
        return
    for row in rows:
        state = "ready" if row["ready"] else "being prepared"
        roles = ", ".join(row["roles"])
        click.echo(f"{row['session_id']}  {row['start']}-{row['stop']}  {row['reason']}  not for: {roles}  {state}")
    if not rows:
        click.echo("No spans are masked.")


@masks.command()
@click.argument("slug")
@click.argument("session_id", metavar="SESSION")
@click.argument("span")
@click.option("--reason", required=True, metavar="REASON", help=f"One of: {', '.join(MaskReason)}.")
@click.option("--role", "roles", multiple=True, metavar="ROLE", help="Who does not hear it; may be repeated.")
@click.option("--note", default="", metavar="TEXT", help="A note for the coordinators.")
@json_option
@answers
def add(slug: str, session_id: str, span: str, reason: str, roles: tuple[str, ...], note: str, as_json: bool) -> None:
    """Silence the SPAN, such as 0:05-1:20, of the recording of SESSION in the study SLUG.

    Raters do not hear it unless --role says otherwise. Repeating the command changes nothing.

    Example: rater masks add pilot P01-S02 0:05-1:20 --reason outcome_read_aloud
    """
    from rater.recordings.operations.masking import WantedSpan, set_span
    from rater.recordings.operations.masks_import import recording_named
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    start, stop = _span(span)
    with application(), writing() as session:
        study = study_named(session, slug)
        recording = recording_named(session, study, session_id)
        wanted = WantedSpan(start, stop, reason, roles or (Role.RATER,), note)
        added = set_span(session, COMMAND_LINE, recording, study, wanted, now=now()) is not None
    if as_json:
        print_json({"added": added})
        return
    click.echo("masked; its silenced version is made in the background" if added else "this span is masked already")


@masks.command()
@click.argument("slug")
@click.argument("session_id", metavar="SESSION")
@click.argument("span")
@json_option
@answers
def remove(slug: str, session_id: str, span: str, as_json: bool) -> None:
    """Let the SPAN of the recording of SESSION be heard again; the record of it stays.

    Example: rater masks remove pilot P01-S02 0:05-1:20
    """
    from rater.recordings.operations.masking import remove_span, spans_at
    from rater.recordings.operations.masks_import import recording_named
    from rater.storage.database import writing
    from rater.studies.operations import study_named

    start, stop = _span(span)
    with application(), writing() as session:
        study = study_named(session, slug)
        recording = recording_named(session, study, session_id)
        found = spans_at(session, recording, start, stop)
        if not found:
            raise BadInput(fault("there is no such span", "rater masks list {slug} shows those there are", slug=slug))
        for each in found:
            remove_span(session, COMMAND_LINE, recording, study, each, now=now())
    if as_json:
        print_json({"removed": len(found)})
        return
    click.echo("removed")


@masks.command("import")
@table_options
@answers
def import_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Silence the spans of FILE for the raters of the study SLUG.

    Columns: session_id, start, stop, reason, and if wanted note.

    Example: rater masks import pilot masks.csv
    """
    from rater.recordings.operations.masks_import import import_masks, read_masks_for
    from rater.storage.database import reading, writing
    from rater.studies.operations import study_named

    data = read_file(file)
    with application():
        with reading() as session:
            study = study_named(session, slug)
            content = read_masks_for(session, study, data, file=file, rename=parse_renames(renames))
        understood(content, yes=yes)
        with writing() as session:
            imported = import_masks(session, COMMAND_LINE, study_named(session, slug), content, now=now())
    answer(content, imported, "masked spans", as_json=as_json)


def _span(text: str) -> tuple[float, float]:
    from rater.recordings.masking import read_time

    start, dash, stop = text.partition("-")
    times = read_time(start), read_time(stop)
    if not dash or times[0] is None or times[1] is None:
        raise BadInput(fault("{text!r} is no span of time", "Write it as 0:05-1:20", text=text[:64]))
    return times[0], times[1]


def _rows(masked: MaskedRecording) -> list[dict[str, Any]]:
    from rater.recordings.masking import told_time

    return [
        {
            "session_id": masked.code,
            "start": told_time(each.start_s),
            "stop": told_time(each.stop_s),
            "reason": each.reason,
            "note": each.note,
            "roles": each.roles,
            "ready": masked.ready,
        }
        for each in masked.spans
    ]
