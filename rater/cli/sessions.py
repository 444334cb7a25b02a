"""Register therapy sessions and their recordings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rater.cli.importing import answer, progress_bar, table_options, understood
from rater.cli.previewing import show_preview
from rater.cli.run import answers, application, now, read_file
from rater.errors import BadInput
from rater.recordings.audio_files import look_for_audio
from rater.recordings.manifest import SessionsFile
from rater.recordings.preview import Preview
from rater.tables import Faults, parse_renames
from rater.terms import COMMAND_LINE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from rater.storage.models import Study


@click.group()
def sessions() -> None:
    """Register therapy sessions and their recordings."""


@sessions.command("import")
@table_options
@click.option("--audio", metavar="DIR", help="The folder of the recordings that the column audio_file names.")
@click.option("--preview", is_flag=True, help="Say what would be done, and write nothing.")
@answers
def import_(
    slug: str, file: str, renames: tuple[str, ...], yes: bool, as_json: bool, audio: str | None, preview: bool
) -> None:
    """Take the sessions of FILE into the study SLUG, with their recordings.

    Columns: session_id, patient_id, therapist_id, session_no, and if wanted phase, date, duration_min, excluded, use,
    audio_file. All of the file is taken, or nothing.

    Example: rater sessions import pilot sessions.csv --audio recordings
    """
    from rater.recordings.operations.importing import import_sessions
    from rater.recordings.operations.taking_in import kept_audio, stored_names, taken_in, unused_names
    from rater.storage.database import reading, writing
    from rater.storage.media.store import media_store
    from rater.studies.operations import study_named

    data = read_file(file)
    with application() as settings:
        with reading() as session:
            study = study_named(session, slug)
            folder = None if audio is None else Path(audio)
            content, files = _read(session, study, data, file, parse_renames(renames), folder)
            kept, names = kept_audio(session, study), stored_names(session, study)
            understood(content, yes=yes or preview)
            if preview:
                show_preview(_preview(session, study, content, folder, files), content, as_json=as_json)
                return
        store = media_store(settings)
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


Files = dict[str, tuple[Path, ...]]


def _read(
    session: Session, study: Study, data: bytes, file: str, renames: Mapping[str, str], folder: Path | None
) -> tuple[SessionsFile, Files]:
    """The list and the files of its sessions. Raises BadInput with the faults of list and recordings in one."""
    from rater.recordings.operations.importing import read_sessions_for
    from rater.recordings.operations.previewing import hear_folder

    files: Files = {}
    seen: list[SessionsFile] = []

    def look(content: SessionsFile, faults: Faults) -> None:
        seen.append(content)
        if folder is not None:
            files.update(look_for_audio(folder, content.rows, faults, without=faults.lines_of("audio_file")))

    try:
        return read_sessions_for(session, study, data, file=file, rename=renames, more=look), files
    except BadInput as error:
        if not files:
            raise
        with progress_bar("Recordings") as progress:
            _, more = hear_folder(seen[0].rows, files, seen[0], progress)
        raise BadInput(sorted([*error.faults, *more], key=lambda found: found.line or 0)) from error


def _preview(session: Session, study: Study, content: SessionsFile, folder: Path | None, files: Files) -> Preview:
    from rater.recordings.operations.previewing import preview_folder

    with progress_bar("Recordings") as progress:
        return preview_folder(session, study, content, folder, files, progress)
