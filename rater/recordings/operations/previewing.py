"""Say what an import would do: in the browser from uploaded files, on the command line from a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import AudioError, BadInput, Fault, fault
from rater.recordings.columns import KNOWN, Columns, columns_to_map
from rater.recordings.keeping_faults import fault_again, kept_fault, kept_sound, sound_again
from rater.recordings.manifest import SessionRow, SessionsFile
from rater.recordings.matching import Match, Matches, match_files
from rater.recordings.operations.drafts import mapped_columns
from rater.recordings.operations.importing import planned_changes, read_sessions_for
from rater.recordings.operations.taking_in import kept_audio
from rater.recordings.preview import Preview, Sound, named_fault, plan_import
from rater.storage.media.places import Place
from rater.storage.media.uploads import LIST, Uploads
from rater.storage.models import SessionImport, Study, Upload
from rater.tables import Faults, read_header


def files_to_hear(session: Session, import_id: int, uploads: Uploads) -> list[tuple[int, Place]]:
    """The files of a draft that are complete and that nobody has listened to: their ids and places."""
    rows = session.execute(
        select(Upload.id, SessionImport.folder, Upload.stored_as)
        .join(SessionImport, SessionImport.id == Upload.import_id)
        .where(Upload.import_id == import_id, Upload.complete_at.is_not(None), Upload.found.is_(None))
        .order_by(Upload.path)
    )
    return [(row.id, uploads.place(row.folder, row.stored_as)) for row in rows]


def hear(path: Place) -> dict[str, Any]:
    """The sound in a file, or its faults, as a row keeps them. Slow: the whole file is decoded."""
    from rater.storage.media.audio import measure

    try:
        found = measure(path)
    except AudioError as error:
        return {"faults": [kept_fault(each) for each in error.faults]}
    except OSError as error:
        words = error.strerror or str(error)
        remedy = "Take the file out of the list and send it again"
        return {"faults": [kept_fault(fault("It cannot be read: {words}", remedy, words=words))]}
    return {"sound": kept_sound(Sound(**found.__dict__))}


def keep_heard(session: Session, upload_id: int, path: Place, found: dict[str, Any]) -> None:
    """Keep what a file held, unless it was replaced or taken out meanwhile."""
    upload = session.get(Upload, upload_id)
    if upload is not None and upload.stored_as == path.name:
        upload.found = found


def sound_of(upload: Upload) -> Sound | None:
    """The sound that was found in an upload."""
    kept = (upload.found or {}).get("sound")
    return sound_again(kept) if kept else None


def faults_of(upload: Upload) -> list[Fault]:
    """The faults that were found in an upload."""
    return [fault_again(each) for each in (upload.found or {}).get("faults", [])]


def read_draft(session: Session, draft: SessionImport, uploads: Uploads) -> tuple[SessionsFile | None, list[Fault]]:
    """The draft's list as far as it can be read, and its faults."""
    data = uploads.place(draft.folder, LIST).read_bytes()
    seen: list[SessionsFile] = []

    def keep(content: SessionsFile, _: Faults) -> None:
        seen.append(content)

    try:
        rename = _mapped_here(draft, uploads)
        read_sessions_for(session, draft.study, data, file=draft.list_name, rename=rename, more=keep)
    except BadInput as error:
        return (seen[0] if seen else None), error.faults
    return seen[0], []


def columns_of_draft(draft: SessionImport, uploads: Uploads) -> Columns:
    """Which columns of the draft's list can be mapped to Rater's; none where the list has no header."""
    try:
        return columns_to_map(_header(draft, uploads), mapped_columns(draft, uploads))
    except BadInput:
        return Columns()


def _mapped_here(draft: SessionImport, uploads: Uploads) -> dict[str, str]:
    """What is mapped, as far as the list has the column and no other that bears the name already."""
    mapped = mapped_columns(draft, uploads)
    header = _header(draft, uploads) if mapped else ()
    return {theirs: ours for theirs, ours in mapped.items() if theirs in header and ours not in header}


def _header(draft: SessionImport, uploads: Uploads) -> tuple[str, ...]:
    known = {*KNOWN, *mapped_columns(draft, uploads)}
    return read_header(uploads.place(draft.folder, LIST).read_bytes(), file=draft.list_name, known=known)


def preview_draft(session: Session, draft: SessionImport, uploads: Uploads) -> tuple[Preview, Matches]:
    """What the draft would do with the files that are here, and which file belongs to which session."""
    content, list_faults = read_draft(session, draft, uploads)
    files = {each.path: each for each in draft.uploads if each.complete_at is not None}
    if content is None:
        return Preview((), faults=tuple(list_faults)), Matches()
    sounds = {path: sound for path, each in files.items() if (sound := sound_of(each))}
    more = Faults(content.file)
    bad = {each.line for each in list_faults if each.line is not None and each.column == "audio_file"}
    matches = match_files(content.rows, files, more, without=bad)
    faults = [*list_faults, *more.found, *_file_faults(content, matches, files)]
    kept = {code: (each.hashes, each.begun) for code, each in kept_audio(session, draft.study).items()}
    changes = planned_changes(session, draft.study, content)
    return plan_import(content, changes, matches, sounds, kept, faults), matches


def _file_faults(content: SessionsFile, matches: Matches, files: Mapping[str, Upload]) -> list[Fault]:
    lines = {row.session_id: row.line for row in reversed(content.rows)}
    return [
        named_fault(each, part.path, content, lines[session_id])
        for session_id, parts in matches.by_session.items()
        for part in parts
        for each in faults_of(files[part.path])
    ]


def preview_folder(
    session: Session,
    study: Study,
    content: SessionsFile,
    folder: Path | None,
    found: Mapping[str, Sequence[Path]],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Preview:
    """What an import would do; `found` holds the files of each session in `folder`, if one is given.

    Raises BadInput with every file that cannot be taken.
    """
    sounds, faults = hear_folder(content.rows, found, content, progress)
    root = (folder or Path()).resolve()
    names = {path: path.relative_to(root).as_posix() for paths in found.values() for path in paths}
    by_session = {
        row.session_id: tuple(
            Match(name, names[path]) for name, path in zip(row.audio_files, found[row.session_id], strict=True)
        )
        for row in content.rows
        if row.session_id in found
    }
    kept = {code: (each.hashes, each.begun) for code, each in kept_audio(session, study).items()}
    named = {names[path]: sound for path, sound in sounds.items()}
    matches = Matches(by_session, {}, _unnamed(root, set(names.values())) if folder else ())
    preview = plan_import(content, planned_changes(session, study, content), matches, named, kept, faults)
    if preview.faults:
        raise BadInput(preview.faults)
    return preview


def hear_folder(
    rows: Sequence[SessionRow],
    found: Mapping[str, Sequence[Path]],
    content: SessionsFile,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[dict[Path, Sound], list[Fault]]:
    """The sounds of the sessions' files, and the faults of those that hold none, at the lines that name them."""
    sounds: dict[Path, Sound] = {}
    faults: list[Fault] = []
    wanted = [(row, path) for row in rows for path in found.get(row.session_id, ())]
    for done, (row, path) in enumerate(wanted):
        progress(done, len(wanted))
        heard = hear(path)
        if "sound" in heard:
            sounds[path] = sound_again(heard["sound"])
        faults += [named_fault(fault_again(each), path.name, content, row.line) for each in heard.get("faults", [])]
    progress(len(wanted), len(wanted))
    return sounds, faults


def _unnamed(root: Path, named: set[str]) -> tuple[str, ...]:
    every = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return tuple(sorted(name for name in every if name not in named and not name.rsplit("/", 1)[-1].startswith(".")))
