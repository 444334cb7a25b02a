"""Take the audio of therapy sessions in: decoded, checked and stored before any row is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rater.errors import AudioError, BadInput, Fault, fault
from rater.recordings.manifest import SessionsFile
from rater.recordings.preview import Hashes
from rater.storage.media.places import Place
from rater.storage.media.store import MediaStore
from rater.storage.models import Recording, Study, TherapySession
from rater.storage.queries.sessions import begun_sessions
from rater.terms import Reason

if TYPE_CHECKING:
    from rater.storage.media.audio import IngestedAudio

OWN_NAMES: Mapping[Place, str] = MappingProxyType({})
"""Files are called by the names that they have on disk."""


@dataclass(frozen=True)
class StoredAudio:
    """A recording in the media store that no session has yet."""

    audio_name: str
    peaks_name: str
    audio: IngestedAudio


@dataclass(frozen=True)
class KeptAudio:
    """The recording that a session has; once rating has begun it is not replaced."""

    hashes: Hashes
    begun: bool


def kept_audio(session: Session, study: Study) -> dict[str, KeptAudio]:
    """The recordings of a study by session id."""
    begun = begun_sessions(session, study.id)
    rows = session.execute(
        select(TherapySession.code, Recording.parts)
        .join(Recording, Recording.session_id == TherapySession.id)
        .where(TherapySession.study_id == study.id)
    )
    return {code: KeptAudio(tuple(part["sha256"] for part in parts), code in begun) for code, parts in rows}


@contextmanager
def taken_in(
    store: MediaStore,
    content: SessionsFile,
    files: Mapping[str, Sequence[Place]],
    kept: Mapping[str, KeptAudio],
    progress: Callable[[int, int], None] = lambda done, total: None,
    names: Mapping[Place, str] = OWN_NAMES,
) -> Iterator[dict[str, StoredAudio]]:
    """The stored recordings of the sessions whose audio is new, by session id; equal files are stored once.

    Every file is decoded before any is kept. Raises BadInput with every file that cannot be taken; `names` tells how
    it calls them. If the body raises, what was stored is deleted again.
    """
    from rater.storage.media.audio import ingest

    faults: list[Fault] = []
    wanted = _wanted(content, files, kept, faults)
    parts = {hashes: files[session] for session, hashes in wanted.items()}
    first = {hashes: session for session, hashes in reversed(wanted.items())}
    made: dict[Hashes, tuple[Place, IngestedAudio]] = {}
    stored: dict[Hashes, StoredAudio] = {}
    try:
        for done, (hashes, paths) in enumerate(parts.items()):
            progress(done, len(parts))
            temp = store.temp()
            try:
                made[hashes] = (temp, ingest(paths, temp))
            except (AudioError, OSError) as error:
                temp.unlink(missing_ok=True)
                faults += _placed(error, content, first[hashes], names)
        progress(len(parts), len(parts))
        if faults:
            raise BadInput(sorted(faults, key=lambda found: found.line or 0))
        for hashes, (temp, audio) in made.items():
            try:
                stored[hashes] = StoredAudio(store.put(temp), "", audio)
                stored[hashes] = replace(stored[hashes], peaks_name=store.put_bytes(audio.peaks.to_bytes()))
            except OSError as error:
                raise BadInput(_placed(error, content, first[hashes], names)) from error
        yield {session: stored[hashes] for session, hashes in wanted.items()}
    except BaseException:
        for each in stored.values():
            for name in filter(None, (each.audio_name, each.peaks_name)):
                store.delete(name)
        raise
    finally:
        for temp, _ in made.values():
            temp.unlink(missing_ok=True)


def _wanted(
    content: SessionsFile, files: Mapping[str, Sequence[Place]], kept: Mapping[str, KeptAudio], faults: list[Fault]
) -> dict[str, Hashes]:
    """The sessions whose recording is not there yet, with the hashes of its parts."""
    wanted: dict[str, Hashes] = {}
    for row in content.rows:
        if row.session_id not in files:
            continue
        try:
            hashes = tuple(_sha256(path) for path in files[row.session_id])
        except OSError as error:
            faults += _placed(error, content, row.session_id)
            continue
        present = kept.get(row.session_id)
        if present is None or (present.hashes != hashes and not present.begun):
            wanted[row.session_id] = hashes
        elif present.hashes != hashes:
            faults.append(
                fault(
                    "{id} has another recording, and its rating has begun",
                    "Leave the cell empty to keep the recording",
                    file=content.file,
                    line=row.line,
                    column="audio_file",
                    id=row.session_id,
                )
            )
    return wanted


def _sha256(path: Place) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _placed(
    error: AudioError | OSError,
    content: SessionsFile,
    session_id: str,
    names: Mapping[Place, str] = OWN_NAMES,
) -> list[Fault]:
    """The faults of a file at the line of the list that names it."""
    line = next(row.line for row in content.rows if row.session_id == session_id)
    if isinstance(error, OSError):
        words = error.strerror or str(error)
        name = Path(error.filename).name if error.filename else session_id
        remedy = "Check the rights to the file and the space on the disk"
        faults = [fault("It cannot be read or stored: {words}", remedy, file=name, words=words)]
    else:
        faults = error.faults
    told = {path.name: name for path, name in names.items()}
    return [
        replace(
            each,
            cause=Reason("{part}: {cause}", {"part": _part(each, told) or session_id, "cause": each.cause}),
            file=content.file,
            line=line,
            column="audio_file",
        )
        for each in faults
    ]


def _part(each: Fault, told: Mapping[str, str]) -> str:
    name = Path(each.file).name
    return told.get(name, name)


def keep_recording(session: Session, therapy_session: TherapySession, stored: StoredAudio, *, now: datetime) -> bool:
    """Give the session its recording, in place of one that came from other files; whether anything changed."""
    audio = stored.audio
    row = session.scalar(select(Recording).where(Recording.session_id == therapy_session.id))
    if row is not None and tuple(part["sha256"] for part in row.parts) == audio.source_sha256:
        return False
    if row is None:
        row = Recording(session_id=therapy_session.id)
        session.add(row)
    row.audio_name, row.peaks_name = stored.audio_name, stored.peaks_name
    row.mime, row.codec = audio.mime, audio.codec
    row.duration_s, row.sample_rate, row.channels = audio.duration_s, audio.sample_rate, audio.channels
    row.size, row.sha256 = audio.size, audio.sha256
    row.parts = [
        {"sha256": source, "duration_s": seconds}
        for source, seconds in zip(audio.source_sha256, audio.part_durations, strict=True)
    ]
    row.loudness_db, row.silent, row.silences, row.ingested_at = audio.loudness_dbfs, audio.silent, None, now
    session.flush()
    return True


def stored_names(session: Session, study: Study) -> set[str]:
    """The names in the media store that the study's recordings use."""
    rows = session.execute(
        select(Recording.audio_name, Recording.peaks_name)
        .join(TherapySession, TherapySession.id == Recording.session_id)
        .where(TherapySession.study_id == study.id)
    )
    return {name for row in rows for name in row}


def unused_names(session: Session, names: set[str]) -> set[str]:
    """Those of the names that no recording of any study uses; what was replaced may be deleted after the commit."""
    used = session.execute(
        select(Recording.audio_name, Recording.peaks_name).where(
            or_(Recording.audio_name.in_(names), Recording.peaks_name.in_(names))
        )
    )
    return names - {name for row in used for name in row}
