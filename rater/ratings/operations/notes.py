"""A rater's private notes, each at a second of the recording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound
from rater.ratings.operations.replaying import replay_of
from rater.ratings.operations.saving import draft, open_for_change
from rater.ratings.texts import checked_text
from rater.ratings.versions import next_version
from rater.storage.audit import record
from rater.storage.models import Assignment, Note
from rater.terms import Actor, Reason

LONGEST_NOTE = 10_000
NO_NOTE, DELETE_IT = Reason("The note is empty"), Reason("Write something, or delete it")
LONGEST_RECORDING_S = 48 * 3600
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{22,32}")


@dataclass(frozen=True)
class SavedNote:
    """What the rating screen is told of a note: its text, its second, and the version that the change made."""

    public_id: str
    second: float
    text: str
    version: int


def save_note(
    session: Session,
    actor: Actor,
    public_id: str,
    note_id: str,
    second: float,
    text: str,
    *,
    now: datetime,
    seen: int | None = None,
    operation_id: str | None = None,
) -> SavedNote:
    """Make or change the note with an id of the browser's making; `second` counts from the start of the recording.

    `seen` is the version that was changed, 0 for a new note. Raises NotFound, Refused, BadInput, and Stale with
    second, text and version where another window has changed the note since.
    """
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    if not CLIENT_ID.fullmatch(note_id):
        raise NotFound
    text = checked_text(text, LONGEST_NOTE, empty=NO_NOTE, remedy=DELETE_IT, is_own=True)
    second = _checked_second(second)
    replayed = replay_of(session, actor, operation_id, "note.saved", assignment, note=note_id)
    if replayed is not None:
        return SavedNote(note_id, second, text, int(replayed["version"]))
    note = _own(session, assignment, note_id)
    wanted = {"second": second, "text": text}
    current = {"second": note.second, "text": note.text} if note else {}
    version = next_version(seen, note.version if note else None, current, wanted)
    draft(session, assignment, now=now)
    if note is None:
        note = Note(assignment_id=assignment.id, public_id=note_id, written_at=now)
        session.add(note)
    note.second, note.text, note.version = second, text, version
    _record(session, actor, assignment, "note.saved", now, operation_id, note=note_id, second=second, version=version)
    return SavedNote(note_id, second, text, version)


def delete_note(
    session: Session, actor: Actor, public_id: str, note_id: str, *, now: datetime, operation_id: str | None = None
) -> None:
    """Take a note away; where there is none nothing happens. Raises NotFound for another's rating, Refused."""
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    if replay_of(session, actor, operation_id, "note.deleted", assignment, note=note_id) is not None:
        return
    note = _own(session, assignment, note_id)
    if note is not None:
        session.delete(note)
        second = note.second
        _record(session, actor, assignment, "note.deleted", now, operation_id, note=note_id, second=second)


def _checked_second(second: float) -> float:
    if not 0 <= second <= LONGEST_RECORDING_S:
        place = Reason("{second} is no place in a recording", {"second": second})
        raise BadInput(Fault(place, Reason("Give seconds from the start")))
    return float(second)


def _own(session: Session, assignment: Assignment, note_id: str) -> Note | None:
    return session.scalar(select(Note).where(Note.public_id == note_id, Note.assignment_id == assignment.id))


def _record(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    action: str,
    now: datetime,
    operation_id: str | None,
    **detail: Any,
) -> None:
    study_id = assignment.wave.study_id
    subject = f"assignment:{assignment.id}"
    record(session, actor, action, subject, now=now, study_id=study_id, operation_id=operation_id, **detail)
