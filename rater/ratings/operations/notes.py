"""A rater's private notes, each at a second of the recording."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound
from rater.ratings.operations.replaying import replay_of
from rater.ratings.operations.saving import draft, open_for_change
from rater.storage.audit import record
from rater.storage.models import Assignment, Note
from rater.terms import Actor, Reason

LONGEST_NOTE = 10_000


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise BadInput(Fault(Reason("The note is empty"), Reason("Write something, or delete it")))
    if len(text) > LONGEST_NOTE:
        longest = Reason("The note has more than {longest} characters", {"longest": LONGEST_NOTE})
        raise BadInput(Fault(longest, Reason("Shorten it")))
    if "\x00" in text or any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise BadInput(Fault(Reason("The note holds signs that cannot be kept"), Reason("Take them out")))
    return text


def write_note(
    session: Session,
    actor: Actor,
    public_id: str,
    second: float,
    text: str,
    *,
    now: datetime,
    operation_id: str | None = None,
) -> Note:
    """A note at `second`, counted from the start of the recording. Raises NotFound, Refused, BadInput."""
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    text = _checked(text)
    if not 0 <= second <= 48 * 3600:
        place = Reason("{second} is no place in a recording", {"second": second})
        raise BadInput(Fault(place, Reason("Give seconds from the start")))
    replayed = replay_of(session, actor, operation_id, "note.written", assignment)
    if replayed is not None:
        return _own(session, assignment, str(replayed["note"]))
    draft(session, assignment, now=now)
    note = Note(assignment_id=assignment.id, second=second, text=text, written_at=now)
    session.add(note)
    session.flush()
    _record(session, actor, assignment, note, "note.written", now, operation_id)
    return note


def change_note(
    session: Session,
    actor: Actor,
    public_id: str,
    note_id: str,
    text: str,
    *,
    now: datetime,
    operation_id: str | None = None,
) -> Note:
    """Other words for a note; its second stays. Raises NotFound, Refused, BadInput."""
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    note = _own(session, assignment, note_id)
    text = _checked(text)
    if replay_of(session, actor, operation_id, "note.changed", assignment, note=note_id) is None:
        note.text = text
        _record(session, actor, assignment, note, "note.changed", now, operation_id)
    return note


def delete_note(
    session: Session, actor: Actor, public_id: str, note_id: str, *, now: datetime, operation_id: str | None = None
) -> None:
    """Take a note away; asked again, nothing happens. Raises NotFound, Refused."""
    assignment = open_for_change(session, actor, public_id, now=now, operation_id=operation_id)
    if replay_of(session, actor, operation_id, "note.deleted", assignment, note=note_id) is not None:
        return
    note = _own(session, assignment, note_id)
    session.delete(note)
    _record(session, actor, assignment, note, "note.deleted", now, operation_id)


def _own(session: Session, assignment: Assignment, note_id: str) -> Note:
    note = session.scalar(select(Note).where(Note.public_id == note_id, Note.assignment_id == assignment.id))
    if note is None:
        raise NotFound
    return note


def _record(
    session: Session,
    actor: Actor,
    assignment: Assignment,
    note: Note,
    action: str,
    now: datetime,
    operation_id: str | None,
) -> None:
    record(
        session,
        actor,
        action,
        f"assignment:{assignment.id}",
        now=now,
        study_id=assignment.wave.study_id,
        operation_id=operation_id,
        note=note.public_id,
        second=note.second,
    )
