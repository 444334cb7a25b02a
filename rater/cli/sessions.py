"""Register therapy sessions and their recordings."""

from __future__ import annotations

from pathlib import Path

import click

from rater.cli.importing import answer, progress_bar, table_options, understood
from rater.cli.run import answers, application, now, read_file
from rater.recordings.audio_files import find_audio
from rater.tables import parse_renames
from rater.terms import COMMAND_LINE


@click.group()
def sessions() -> None:
    """Register therapy sessions and their recordings."""


@sessions.command("import")
@table_options
@click.option("--audio", metavar="DIR", help="The folder of the recordings that the column audio_file names.")
@answers
def import_(slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, audio: str | None) -> None:
    """Take the sessions of FILE into the study SLUG, with their recordings.

    Columns: session_id, patient_id, therapist_id, session_no, and if wanted phase, date, duration_min, excluded, use,
    audio_file. All of the file is taken, or nothing.

    Example: rater sessions import pilot sessions.csv --audio recordings
    """
    from rater.recordings.operations.importing import import_sessions, read_sessions_for
    from rater.recordings.operations.taking_in import kept_audio, stored_names, taken_in, unused_names
    from rater.storage.database import reading, writing
    from rater.storage.media.store import media_store
    from rater.studies.operations import study_named

    data = read_file(file)
    with application() as settings:
        with reading() as session:
            study = study_named(session, slug)
            content = read_sessions_for(session, study, data, file=file, rename=parse_renames(renames))
            kept, names = kept_audio(session, study), stored_names(session, study)
        understood(content, yes=yes)
        files = find_audio(Path(audio), content.rows, file=file) if audio is not None else {}
        store = media_store(settings.media_url, settings.home)
        with (
            progress_bar("Recordings") as progress,
            taken_in(store, content, files, kept, progress) as recordings,
            writing() as session,
        ):
            study = study_named(session, slug)
            imported = import_sessions(session, COMMAND_LINE, study, content, now=now(), audio=recordings)
            unused = unused_names(session, names)
        for name in unused:
            store.delete(name)
    named = sum(bool(row.audio_files) for row in content.rows)
    if named and audio is None:
        click.echo(f"note: {named} sessions name recordings; give their folder with --audio DIR", err=True)
    answer(content, imported, "sessions", as_json=as_json, recordings=len(recordings))
