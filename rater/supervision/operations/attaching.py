"""What a trainee attaches to a task: a text, or a sound, heard by the trainee and the present supervisor alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import Fault, NotFound, Refused
from rater.recordings.operations.excerpts import discard
from rater.recordings.operations.keeping import KeptSound
from rater.storage.audit import record
from rater.storage.models import SupervisionTask, TaskAttachment
from rater.storage.queries.supervision_tasks import attachment_by_id, task_by_id, was_played
from rater.supervision.operations.asking import SeenTrainee
from rater.supervision.operations.pairing import pair_for, side_of
from rater.supervision.operations.tasks import NOT_AGREED, ONLY_THE_TRAINEE
from rater.supervision.tasks import Side
from rater.supervision.written import Written
from rater.terms import Actor, Reason, SupervisionTaskState

MOST = 8
"""Attachments of one task."""
LONGEST_S = 15 * 60
"""Seconds of one sound: it is decoded while its sender waits, so that a fault is told at once."""
MOST_BYTES = 32 * 1024 * 1024
"""Bytes of one file, for which an hour of speech is decoded in seconds."""
TRACED_FOR = timedelta(minutes=15)
FULL = Reason("A task has at most {most} attachments", {"most": MOST})
_NO_TITLE = Fault(Reason("The attachment has no title"), Reason("Say in a few words what it is"), column="title")
_EMPTY = Fault(
    Reason("There is neither a text nor a sound"), Reason("Write something or choose a file"), column="text"
)  # fmt: skip


@dataclass(frozen=True)
class AttachedSound:
    """What is needed to send an attached sound."""

    name: str
    mime: str
    size: int
    study_id: int
    is_traced: bool


def ask_to_attach(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, *, now: datetime
) -> tuple[SeenTrainee, SupervisionTask]:
    """The task, if the actor may attach something to it: asked before anything is decoded.

    Raises NotFound, NotPermitted, and Refused for the supervisor, for a task that is not agreed, reviewed or dropped,
    and where it has enough attachments.
    """
    seen, task = _task(session, actor, slug, trainee_id, task_id, now=now)
    if side_of(seen) is not Side.TRAINEE:
        raise Refused(ONLY_THE_TRAINEE)
    if task.state not in (SupervisionTaskState.AGREED, SupervisionTaskState.DONE):
        raise Refused(NOT_AGREED)
    if len(task.attachments) >= MOST:
        raise Refused(FULL)
    return seen, task


def read_attachment(title: str, text: str, *, has_sound: bool) -> tuple[str, str]:
    """Title and text as typed. Raises BadInput."""
    written = Written({"title": title, "text": text})
    named = written.text("title", longest=200, missing=_NO_TITLE)
    words = written.text("text")
    if not words.strip() and not has_sound:
        written.faults.append(_EMPTY)
    written.settle()
    return named, words


def attach(
    session: Session,
    actor: Actor,
    slug: str,
    trainee_id: str,
    task_id: str,
    title: str,
    text: str,
    sound: KeptSound | None,
    *,
    now: datetime,
) -> TaskAttachment:
    """Attach a text, a sound, or both. Raises what `ask_to_attach` does, and BadInput."""
    seen, task = ask_to_attach(session, actor, slug, trainee_id, task_id, now=now)
    named, words = read_attachment(title, text, has_sound=sound is not None)
    made = TaskAttachment(task_id=task.id, title=named, text=words, added_at=now, by_id=actor.person_id)
    if sound is not None:
        made.stored_as, made.mime, made.size, made.duration_s = sound.name, sound.mime, sound.size, sound.duration_s
    session.add(made)
    session.flush()
    session.expire(task, ["attachments"])
    told: dict[str, Any] = {"task": task.public_id, "sound": sound is not None}
    record(session, actor, "attachment.added", _subject(made), now=now, study_id=seen.study.id, **told)
    return made


def remove_attachment(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, attachment_id: str, *, now: datetime
) -> None:
    """Remove one's own attachment until the task is reviewed; its sound is deleted in the background.

    Raises NotFound, NotPermitted, Refused.
    """
    seen, task = _task(session, actor, slug, trainee_id, task_id, now=now)
    found = attachment_by_id(session, task.id, attachment_id)
    if found is None:
        raise NotFound
    if found.by_id != actor.person_id:
        raise Refused(ONLY_THE_TRAINEE)
    if task.state not in (SupervisionTaskState.AGREED, SupervisionTaskState.DONE):
        raise Refused(NOT_AGREED)
    if found.stored_as:
        discard(session, seen.study.id, [found.stored_as], now=now)
    record(session, actor, "attachment.removed", _subject(found), now=now, study_id=seen.study.id)
    session.delete(found)
    session.flush()
    session.expire(task, ["attachments"])


def attached_sound(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, attachment_id: str, *, now: datetime
) -> AttachedSound:
    """A sound, to the trainee and the present supervisor; `is_traced`: the audit shows this hearing already.

    Raises NotFound, NotPermitted.
    """
    seen, task = _task(session, actor, slug, trainee_id, task_id, now=now)
    found = attachment_by_id(session, task.id, attachment_id)
    if found is None or found.stored_as is None:
        raise NotFound
    traced = was_played(session, actor.person_id, _subject(found), since=now - TRACED_FOR)
    return AttachedSound(found.stored_as, found.mime, found.size, seen.study.id, traced)


def trace_attachment(
    session: Session, actor: Actor, attachment_id: str, sound: AttachedSound, *, now: datetime
) -> None:
    """Write that the actor hears this sound; committed before the first byte leaves."""
    record(session, actor, "attachment.played", f"attachment:{attachment_id}", now=now, study_id=sound.study_id)


def _task(
    session: Session, actor: Actor, slug: str, trainee_id: str, task_id: str, *, now: datetime
) -> tuple[SeenTrainee, SupervisionTask]:
    seen = pair_for(session, actor, slug, trainee_id, now=now)
    task = task_by_id(session, seen.trainee.id, task_id)
    if task is None:
        raise NotFound
    return seen, task


def _subject(attachment: TaskAttachment) -> str:
    return f"attachment:{attachment.public_id}"
