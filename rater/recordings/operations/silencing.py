"""Make the versions of recordings in which masked spans are silent, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.recordings.masking import Mask, Stretch, version_key, versions_needed
from rater.storage.media.store import MediaStore
from rater.storage.models import MaskedSpan, Recording, SilencedVersion, Study, TherapySession
from rater.storage.queries import jobs
from rater.storage.queries.masking import (
    RecordedSession,
    begun_version,
    forget_versions,
    recorded_session,
    recorded_sessions,
    retire_versions,
    retired_versions,
    standing_spans,
    versions_made,
)
from rater.storage.queries.sessions import hold_study
from rater.terms import Actor, Role

LONGEST_WORK = timedelta(days=1)


@dataclass(frozen=True)
class BegunVersion:
    """A silenced version to be made, and the names under which its files will be stored."""

    key: str
    stretches: tuple[Stretch, ...]
    audio_name: str
    peaks_name: str


@dataclass(frozen=True)
class MadeVersion:
    """A silenced version in the media store that nobody is given yet."""

    key: str
    audio_name: str
    mime: str
    size: int


def ask_for_silenced(
    session: Session, actor: Actor, study: Study, recordings: Sequence[Recording], *, now: datetime
) -> int:
    """Queue a job for each recording that lacks a version its spans need; the number of jobs queued.

    Versions that no span needs any more are handed out no longer.
    """
    session.flush()
    asked = [job.asked for job in jobs.unfinished(session, study.id, jobs.MASK)]
    spans = standing_spans(session, [each.id for each in recordings])
    made = versions_made(session, [each.id for each in recordings])
    fresh = 0
    for recording in recordings:
        needed = _needed(recording, spans.get(recording.id, []))
        old = made.get(recording.id, set())
        if old - set(needed):
            retire_versions(session, recording.id, needed)
        wanted = {"recording": recording.public_id, "keys": sorted(needed)}
        if (set(needed) - old or old - set(needed)) and wanted not in asked:
            jobs.add(session, actor, study.id, jobs.MASK, now=now, **wanted)
            fresh += 1
    return fresh


def ask_in_study(session: Session, actor: Actor, study: Study, *, now: datetime) -> int:
    """Queue what the recordings of a study lack, for instance after one was replaced."""
    return ask_for_silenced(
        session, actor, study, [each.recording for each in recorded_sessions(session, study.id)], now=now
    )


def ask_everywhere(session: Session, actor: Actor, *, now: datetime) -> int:
    """Queue what every study lacks: work that failed, or that no worker was there for."""
    masked = select(TherapySession.study_id).join(Recording, Recording.session_id == TherapySession.id)
    masked = masked.join(MaskedSpan, MaskedSpan.recording_id == Recording.id)
    studies = session.scalars(select(Study).where(Study.id.in_(masked))).all()
    return sum(ask_in_study(session, actor, study, now=now) for study in studies)


def is_ready(session: Session, recordings: Sequence[Recording]) -> set[int]:
    """Those of the recordings, by id, that lack no version."""
    spans = standing_spans(session, [each.id for each in recordings])
    made = versions_made(session, [each.id for each in recordings])
    return {each.id for each in recordings if set(_needed(each, spans.get(each.id, []))) <= made.get(each.id, set())}


def begin_silenced(session: Session, store: MediaStore, public_id: str, *, now: datetime) -> list[BegunVersion]:
    """Write down the names of the versions that a recording lacks, to be committed before a file is stored under them.

    Raises NotFound where the recording is gone.
    """
    recording = _found(session, public_id).recording
    needed = _needed(recording, standing_spans(session, [recording.id]).get(recording.id, []))
    lacking = set(needed) - versions_made(session, [recording.id]).get(recording.id, set())
    begun = [BegunVersion(key, needed[key], store.fresh_name(), store.fresh_name()) for key in sorted(lacking)]
    for each in begun:
        names = {"audio_name": each.audio_name, "peaks_name": each.peaks_name}
        session.add(SilencedVersion(recording_id=recording.id, made_at=now, mime="", size=0, **names))
    session.flush()
    return begun


def make_silenced(
    session: Session, store: MediaStore, public_id: str, begun: Sequence[BegunVersion]
) -> list[MadeVersion]:
    """Store the versions that were begun. Raises NotFound where the recording is gone, AudioError where unreadable.

    The encoder is loaded here, so that pages do without it.
    """
    recording = _found(session, public_id).recording
    return [_made(store, recording, each) for each in begun]


def _found(session: Session, public_id: str) -> RecordedSession:
    found = recorded_session(session, public_id)
    if found is None:
        raise NotFound
    return found


def _made(store: MediaStore, recording: Recording, begun: BegunVersion) -> MadeVersion:
    from rater.storage.media.silencing import silence_stretches

    into = store.temp()
    try:
        with store.open(recording.audio_name) as file:
            audio = silence_stretches(file, recording.mime, recording.duration_s, begun.stretches, into)
        store.put_bytes(audio.peaks.to_bytes(), begun.peaks_name)
        store.put(into, begun.audio_name)
        return MadeVersion(begun.key, begun.audio_name, audio.mime, audio.size)
    finally:
        into.unlink(missing_ok=True)


def keep_silenced(
    session: Session, study: Study, public_id: str, made: Sequence[MadeVersion], *, now: datetime
) -> None:
    """Hand out the versions made from now on; one that is not needed any more is kept only to be deleted."""
    hold_study(session, study.id)
    found = recorded_session(session, public_id)
    if found is None:
        return
    recording = found.recording
    needed = _needed(recording, standing_spans(session, [recording.id]).get(recording.id, []))
    there = versions_made(session, [recording.id]).get(recording.id, set())
    retire_versions(session, recording.id, needed)
    for each in made:
        version = begun_version(session, each.audio_name)
        if version is not None:
            version.key = each.key if each.key in needed and each.key not in there else None
            version.mime, version.size, version.made_at = each.mime, each.size, now
    session.flush()


def retired(session: Session, *, now: datetime) -> list[tuple[int, str, str]]:
    """Versions whose files may go: those that nobody is given any more, and those that a worker left half made.

    What was begun within a day may still be in the making. Ids and names.
    """
    return retired_versions(session, now - LONGEST_WORK)


def delete_files(store: MediaStore, versions: Sequence[tuple[int, str, str]]) -> list[int]:
    """Delete the files of retired versions, after the commit that retired them; their ids, to be forgotten then.

    Cut off in between, it is done again when the next worker starts.
    """
    for _, audio, peaks in versions:
        store.delete(audio)
        store.delete(peaks)
    return [version for version, _, _ in versions]


def forget(session: Session, ids: Sequence[int]) -> None:
    """Drop what is known of versions whose files are gone."""
    forget_versions(session, ids)


def from_result(result: dict[str, Any]) -> list[MadeVersion]:
    """The versions that a job has made, from its result."""
    return [MadeVersion(**each) for each in result["versions"]]


def _needed(recording: Recording, spans: Sequence[MaskedSpan]) -> dict[str, tuple[Stretch, ...]]:
    masks = [Mask(each.start_s, each.stop_s, frozenset(Role(role) for role in each.roles)) for each in spans]
    return {version_key(recording.audio_name, stretches): stretches for stretches in versions_needed(masks)}
