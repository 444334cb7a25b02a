"""Find out once where nobody speaks in a recording, in the background, and tell it to those who may hear it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.recordings.masking import quiet_in
from rater.recordings.operations.hearing import sound_for
from rater.storage.media.store import MediaStore
from rater.storage.models import Recording, Study, TherapySession
from rater.storage.queries import jobs
from rater.terms import Actor

if TYPE_CHECKING:
    from rater.storage.media.voice import Silence

VOICE = jobs.VOICE
"""The kind of these jobs; `asked` names the stored file, which several sessions may share."""


def ask_for_silences(session: Session, actor: Actor, study: Study, *, now: datetime) -> int:
    """Queue one job for each stored file of the study that was not listened through; the number of files queued."""
    session.flush()
    here = select(TherapySession.id).where(TherapySession.study_id == study.id)
    files = session.scalars(
        select(Recording.audio_name)
        .where(Recording.session_id.in_(here), Recording.silences.is_(None))
        .distinct()
        .order_by(Recording.audio_name)
    )
    fresh = set(files) - {str(job.asked["audio"]) for job in jobs.unfinished(session, study.id, VOICE)}
    for name in sorted(fresh):
        jobs.add(session, actor, study.id, VOICE, now=now, audio=name)
    return len(fresh)


def ask_everywhere(session: Session, actor: Actor, *, now: datetime) -> int:
    """Queue what no import has queued: recordings of before silences were looked for, and work that failed."""
    return sum(ask_for_silences(session, actor, study, now=now) for study in session.scalars(select(Study)).all())


def listen_through(session: Session, store: MediaStore, audio_name: str) -> list[Silence]:
    """The silences of a stored file. Raises NotFound where no recording has it, AudioError where it is unreadable.

    The decoder is loaded here, so that pages, which only read what was found, do without it.
    """
    from rater.storage.media.voice import silences_in

    recording = session.scalars(select(Recording).where(Recording.audio_name == audio_name).limit(1)).first()
    if recording is None:
        raise NotFound
    with store.open(audio_name) as file:
        return silences_in(file, recording.mime, recording.duration_s)


def keep_silences(session: Session, study: Study, audio_name: str, silences: list[Silence]) -> None:
    """Keep what was found with each recording of the study that still has this file and knows nothing yet."""
    here = select(TherapySession.id).where(TherapySession.study_id == study.id)
    session.execute(
        update(Recording)
        .where(Recording.audio_name == audio_name, Recording.session_id.in_(here), Recording.silences.is_(None))
        .values(silences=[list(each) for each in silences])
        .execution_options(synchronize_session=False)
    )


def silences_for(session: Session, actor: Actor, public_id: str, *, now: datetime) -> list[Silence] | None:
    """The silences of what the actor hears, masked spans among them; None where they are not known yet.

    Raises NotFound and Refused as `sound_for` does.
    """
    sound = sound_for(session, actor, public_id, now=now)
    kept = session.get_one(Recording, sound.recording_id).silences
    return quiet_in(kept, sound.hidden) if sound.hidden else kept
