"""The masked spans of recordings, and the versions of them in which these are silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from rater.storage.database import table_of
from rater.storage.models import MaskedSpan, Person, Recording, SilencedVersion, TherapySession
from rater.terms import Role

_SPANS, _RECORDINGS = table_of(MaskedSpan), table_of(Recording)
_OF_RECORDING = select(_SPANS.c.start_s, _SPANS.c.stop_s, _SPANS.c.roles).where(
    _SPANS.c.recording_id == bindparam("of_recording"), _SPANS.c.removed_at.is_(None)
)
IS_MASKED = (_SPANS.c.recording_id == _RECORDINGS.c.id) & _SPANS.c.removed_at.is_(None)
"""How the spans that stand join their recording."""


def spans_of(connection: Connection, recording_id: int) -> list[tuple[float, float, list[str]]]:
    """The spans of a recording that stand: start, stop and the roles that do not hear them."""
    return [
        (start, stop, roles) for start, stop, roles in connection.execute(_OF_RECORDING, {"of_recording": recording_id})
    ]


def masked_for_raters(connection: Connection, recording_id: int) -> list[tuple[float, float]]:
    """The seconds of a recording that raters do not hear."""
    return [(start, stop) for start, stop, roles in spans_of(connection, recording_id) if Role.RATER in roles]


def standing_spans(session: Session, recording_ids: Iterable[int]) -> dict[int, list[MaskedSpan]]:
    """The spans that stand, in the order of the recording, by recording."""
    found: dict[int, list[MaskedSpan]] = {}
    rows = session.scalars(
        select(MaskedSpan)
        .where(MaskedSpan.recording_id.in_(list(recording_ids)), MaskedSpan.removed_at.is_(None))
        .order_by(MaskedSpan.start_s, MaskedSpan.id)
    )
    for row in rows:
        found.setdefault(row.recording_id, []).append(row)
    return found


def span_by_id(session: Session, recording_id: int, public_id: str) -> MaskedSpan | None:
    """The span with this id, if it is one of the recording's and stands."""
    return session.scalar(
        select(MaskedSpan).where(
            MaskedSpan.public_id == public_id,
            MaskedSpan.recording_id == recording_id,
            MaskedSpan.removed_at.is_(None),
        )
    )


def names_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """The names of people by id."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(list(person_ids))))
    return {person.id: person.name for person in rows}


@dataclass(frozen=True)
class RecordedSession:
    """A therapy session of a study and its recording."""

    session: TherapySession
    recording: Recording


def recorded_sessions(session: Session, study_id: int) -> list[RecordedSession]:
    """The sessions of a study that have a recording, by their codes."""
    rows = session.execute(
        select(TherapySession, Recording)
        .join(Recording, Recording.session_id == TherapySession.id)
        .where(TherapySession.study_id == study_id)
        .order_by(TherapySession.code)
    )
    return [RecordedSession(*row) for row in rows]


def recorded_session(session: Session, public_id: str) -> RecordedSession | None:
    """The recording with this id and its session."""
    row = session.execute(
        select(TherapySession, Recording)
        .join(Recording, Recording.session_id == TherapySession.id)
        .where(Recording.public_id == public_id)
    ).one_or_none()
    return None if row is None else RecordedSession(*row)


def version_of(session: Session, recording_id: int, key: str) -> SilencedVersion | None:
    """The version of a recording under this key, if it is made."""
    return session.scalar(
        select(SilencedVersion).where(SilencedVersion.recording_id == recording_id, SilencedVersion.key == key)
    )


def versions_made(session: Session, recording_ids: Iterable[int]) -> dict[int, set[str]]:
    """The keys of the versions that are handed out, by recording."""
    found: dict[int, set[str]] = {}
    rows = session.execute(
        select(SilencedVersion.recording_id, SilencedVersion.key).where(
            SilencedVersion.recording_id.in_(list(recording_ids)), SilencedVersion.key.is_not(None)
        )
    )
    for recording_id, key in rows:
        found.setdefault(recording_id, set()).add(str(key))
    return found


def retire_versions(session: Session, recording_id: int, needed: Iterable[str]) -> None:
    """Hand out no version of a recording but those needed; the files of the others go with `retired_versions`."""
    session.execute(
        update(SilencedVersion)
        .where(
            SilencedVersion.recording_id == recording_id,
            SilencedVersion.key.is_not(None),
            SilencedVersion.key.not_in(list(needed)),
        )
        .values(key=None)
        .execution_options(synchronize_session=False)
    )


def begun_version(session: Session, audio_name: str) -> SilencedVersion | None:
    """The version in the making under this name."""
    return session.scalar(select(SilencedVersion).where(SilencedVersion.audio_name == audio_name))


def retired_versions(session: Session, begun_before: datetime) -> list[tuple[int, str, str]]:
    """Versions that are not handed out: id, and the names of sound and peaks; of those in the making only old ones."""
    rows: Any = session.execute(
        select(SilencedVersion.id, SilencedVersion.audio_name, SilencedVersion.peaks_name).where(
            SilencedVersion.key.is_(None), or_(SilencedVersion.size > 0, SilencedVersion.made_at < begun_before)
        )
    )
    return [(version, audio, peaks) for version, audio, peaks in rows]


def forget_versions(session: Session, ids: Iterable[int]) -> None:
    """Drop the rows of versions whose files are gone."""
    session.execute(delete(SilencedVersion).where(SilencedVersion.id.in_(list(ids))))
