"""Take the files of an import in, piece by piece, so that what was cut off goes on where it stopped."""

from __future__ import annotations

import errno
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale, fault
from rater.recordings.operations.drafts import is_open, open_draft
from rater.storage.audit import record
from rater.storage.media.uploads import OutOfStep, Uploads, new_name
from rater.storage.models import SessionImport, Upload
from rater.storage.queries import jobs
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.tables import shown
from rater.terms import Actor, JobState, Reason

CHUNK = 2 * 1024 * 1024
"""Most bytes of one piece."""
MOST_FILES = 5_000
LONGEST_PATH = 1_000
SPARED = 256 * 1024 * 1024
"""Bytes that uploads leave free on the disk."""
_EDGES = re.compile(r"(?:[0-9a-f]{64})?")
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Limits:
    """The largest file, and the most that one import may come to, in bytes."""

    file: int
    total: int


def announce(
    session: Session,
    actor: Actor,
    public_id: str,
    uploads: Uploads,
    path: str,
    size: int,
    edges: str,
    limits: Limits,
    *,
    now: datetime,
) -> tuple[Upload, int]:
    """The upload of a file, and how much of it is here; a file known by name, size and edges goes on.

    Another file of the same name takes its place. Raises NotFound, NotPermitted, Refused, BadInput.
    """
    draft = open_draft(session, actor, public_id, now=now)
    path = unicodedata.normalize("NFC", path)
    _refuse_path(path)
    if not _EDGES.fullmatch(edges):
        raise BadInput(fault("The file's hash is no SHA-256", "Load the page again", file=shown(path)))
    known = session.scalar(select(Upload).where(Upload.import_id == draft.id, Upload.path == path))
    if known is not None and (known.size, known.edges) == (size, edges):
        return known, min(size, uploads.received(draft.folder, known.stored_as))
    _refuse_size(session, draft, known, path, size, limits, uploads)
    if known is None:
        known = Upload(import_id=draft.id, path=path)
        session.add(known)
    else:
        uploads.delete_file(draft.folder, known.stored_as)
    known.size, known.edges, known.stored_as = size, edges, new_name()
    known.complete_at, known.found = None, None
    draft.changed_at, draft.result = now, None
    session.flush()
    return known, 0


def upload_of(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Upload:
    """A file of a draft that this person began. Raises NotFound, NotPermitted, Refused."""
    found = session.scalar(select(Upload).where(Upload.public_id == public_id))
    if found is None:
        raise NotFound
    permit(session, actor, found.session_import.study, Action.IMPORT, now=now)
    if found.session_import.by_id != actor.person_id:
        raise NotFound
    if not is_open(found.session_import):
        raise Refused(Reason("This import is under way or has ended; begin another one"))
    return found


def take_piece(upload: Upload, uploads: Uploads, offset: int, data: bytes) -> int:
    """Put a piece at the end of a file; how much of it is here then.

    Raises BadInput for a piece beyond the file's end, Stale with what is here for one out of step, Refused where the
    disk is full.
    """
    draft = upload.session_import
    if offset < 0 or offset + len(data) > upload.size:
        cause, remedy = "The piece lies outside the file", "Choose the file again"
        raise BadInput(fault(cause, remedy, file=shown(upload.path)))
    if not data and upload.size:
        return min(upload.size, uploads.received(draft.folder, upload.stored_as))
    _refuse_full_disk(uploads, len(data))
    try:
        with _room():
            return uploads.append(draft.folder, upload.stored_as, offset, data)
    except OutOfStep as error:
        raise Stale({"received": error.received}) from error


def complete(session: Session, actor: Actor, upload: Upload, uploads: Uploads, *, now: datetime) -> None:
    """Note that all of a file is here, and have the worker listen to it.

    Raises BadInput where it is not the file that was announced; what came is thrown away then, so that it can be sent
    anew.
    """
    draft = upload.session_import
    if upload.complete_at is not None:
        return
    if not upload.size:
        uploads.append(draft.folder, upload.stored_as, 0, b"")
    if upload.edges and uploads.edges(draft.folder, upload.stored_as) != upload.edges:
        uploads.delete_file(draft.folder, upload.stored_as)
        cause = "What arrived is not the file that was announced"
        raise BadInput(fault(cause, "Send it again; leave the file alone meanwhile", file=shown(upload.path)))
    upload.complete_at, draft.changed_at = now, now
    record(
        session,
        actor,
        "upload.completed",
        f"import:{draft.public_id}",
        now=now,
        study_id=draft.study_id,
        size=upload.size,
    )
    ask_for_check(session, actor, draft, now=now)


def take_whole(
    session: Session,
    actor: Actor,
    public_id: str,
    uploads: Uploads,
    path: str,
    source: BinaryIO,
    size: int,
    limits: Limits,
    *,
    now: datetime,
) -> Upload:
    """Take in a file that a plain form has sent. Raises what `announce` and `complete` raise."""
    upload, received = announce(session, actor, public_id, uploads, path, size, "", limits, now=now)
    put_whole(uploads, upload.session_import.folder, upload.stored_as, source, size)
    upload.found = upload.found if received == size else None
    complete(session, actor, upload, uploads, now=now)
    return upload


def put_whole(uploads: Uploads, folder: str, name: str, source: BinaryIO, size: int) -> None:
    """Keep a file of `size` bytes in a folder of uploads. Raises Refused where the disk is full."""
    _refuse_full_disk(uploads, size)
    with _room():
        uploads.write(folder, name, source)


def remove_upload(session: Session, actor: Actor, public_id: str, uploads: Uploads, *, now: datetime) -> SessionImport:
    """Take a file out of the draft. Raises NotFound, NotPermitted, Refused."""
    upload = upload_of(session, actor, public_id, now=now)
    draft = upload.session_import
    uploads.delete_file(draft.folder, upload.stored_as)
    draft.uploads.remove(upload)
    draft.changed_at, draft.result = now, None
    session.flush()
    return draft


def ask_for_check(session: Session, actor: Actor, draft: SessionImport, *, now: datetime) -> None:
    """Have the worker listen to the files, unless it is going to anyway."""
    waiting = [
        job
        for job in jobs.unfinished(session, draft.study_id, jobs.CHECK)
        if job.state == JobState.WAITING and job.asked == {"import": draft.id}
    ]
    if not waiting:
        jobs.add(session, actor, draft.study_id, jobs.CHECK, now=now, **{"import": draft.id})


def _refuse_path(path: str) -> None:
    parts = path.split("/")
    if not path or not path.isprintable() or "\\" in path or _DRIVE.match(path) or len(path) > LONGEST_PATH:
        raise BadInput(fault("{name} is no name of a file", "Rename the file", name=shown(path)))
    if any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts):
        raise BadInput(fault("{name} leads out of the folder", "Choose the folder itself", name=shown(path)))


def _refuse_size(
    session: Session,
    draft: SessionImport,
    known: Upload | None,
    path: str,
    size: int,
    limits: Limits,
    uploads: Uploads,
) -> None:
    others = Upload.import_id == draft.id, Upload.id != (known.id if known else 0)
    count, total = session.execute(select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(*others)).one()
    if size < 0:
        raise BadInput(fault("The size of {name} is not known", "Choose the file again", name=shown(path)))
    if size > limits.file:
        cause = "{name} has {size} MB, at most {most} MB are taken"
        raise BadInput(
            fault(
                cause,
                "Save it in a compressed format such as mp3, or in parts",
                name=shown(path),
                size=size // 10**6,
                most=limits.file // 10**6,
            )
        )
    if count >= MOST_FILES or total + size > limits.total:
        cause, remedy = "With {name} the import is too large", "Import in several steps"
        raise BadInput(fault(cause, remedy, name=shown(path)))
    _refuse_full_disk(uploads, size)


def _refuse_full_disk(uploads: Uploads, more: int) -> None:
    if uploads.free() - more < SPARED:
        raise _no_room()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise _no_room() from error


def _no_room() -> Refused:
    return Refused(Reason("The disk of the server is full. What has arrived is kept; tell your administrator"))
