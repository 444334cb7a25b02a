"""Who may hear a recording, and the trace that each hearing leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rater.errors import NotFound, Refused
from rater.recordings.masking import Mask, Stretch, hidden_from, version_key
from rater.storage.audit import record
from rater.storage.models import Recording
from rater.storage.queries.hearing import led_sound_of, sound_of
from rater.storage.queries.masking import spans_of, version_of
from rater.storage.queries.studies import has_open_ratings, roles_in
from rater.terms import Actor, Reason, Role

TRACED_FOR = timedelta(minutes=15)
PREPARED = Reason("This recording is being prepared: a part of it is made silent. Try again in a minute")


@dataclass(frozen=True)
class Sound:
    """What is needed to send a recording: the names in the media store, the type and the bytes in all.

    `hidden` are the seconds that are silent in what this person gets.
    """

    recording_id: int
    study_id: int
    audio_name: str
    peaks_name: str
    mime: str
    size: int
    is_traced: bool
    is_masked: bool
    hidden: tuple[Stretch, ...] = ()


def sound_for(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Sound:
    """A recording that the actor may hear now: raters those assigned to them, coordinators those of their study.

    In a supervision programme trainees hear their own sessions and supervisors those of their trainees, all of them
    and the coordinator only while the patient's consent to supervision stands; a consent to research that is noted and
    has ended closes the recording to raters and trainers.
    A rater's right ends at once where the assignment is withdrawn or its session is left out of its wave; whoever
    coordinates hears the recording still, to decide about it. Who leads training hears the sessions that may have a
    criterion, and those rated in a wave from its reveal on, but not while he or she has sessions to rate in the study.
    Nobody hears a session in which he or she knows somebody, once that is said. Raises NotFound for any other.
    `is_traced` tells whether the audit already shows this hearing. Who may not hear some seconds gets the version in
    which they are silent; Refused is raised until that is made, and the recording itself is never given instead.
    """
    session.flush()
    asked = {"now": now, "traced_since": now - TRACED_FOR}
    row = sound_of(session, actor.person_id, public_id, **asked)
    if row is None:
        row = led_sound_of(session, actor.person_id, public_id, **asked)
        if row is None or has_open_ratings(session, actor.person_id, row[1]):
            raise NotFound
    sound = Sound(*row)
    return _silenced(session, actor, sound, now=now) if sound.is_masked else sound


def hidden_seconds(
    session: Session, person_id: int | None, recording_id: int, study_id: int, *, now: datetime
) -> tuple[Stretch, ...]:
    """The seconds of a recording that a person does not hear in any of the roles held in its study."""
    spans = spans_of(session.connection(), recording_id)
    masks = [Mask(start, stop, frozenset(map(Role, roles))) for start, stop, roles in spans]
    return hidden_from(masks, roles_in(session, person_id, study_id, now=now)) if masks else ()


def _silenced(session: Session, actor: Actor, sound: Sound, *, now: datetime) -> Sound:
    hidden = hidden_seconds(session, actor.person_id, sound.recording_id, sound.study_id, now=now)
    if not hidden:
        return sound
    made = version_of(session, sound.recording_id, version_key(sound.audio_name, hidden))
    if made is None:
        raise Refused(PREPARED)
    return replace(
        sound,
        audio_name=made.audio_name,
        peaks_name=made.peaks_name,
        mime=made.mime,
        size=made.size,
        hidden=hidden,
    )


def is_prepared(session: Session, recording: Recording, hidden: tuple[Stretch, ...]) -> bool:
    """Whether a person who does not hear these seconds can hear the rest by now."""
    return not hidden or version_of(session, recording.id, version_key(recording.audio_name, hidden)) is not None


def hears(session: Session, actor: Actor, recording: Recording, *, now: datetime) -> bool | None:
    """Whether the actor may hear a recording now; None where he or she may, once it is prepared."""
    try:
        sound_for(session, actor, recording.public_id, now=now)
    except NotFound:
        return False
    except Refused:
        return None
    return True


def trace_hearing(session: Session, actor: Actor, public_id: str, sound: Sound, *, now: datetime) -> None:
    """Write that the actor hears this recording; committed before the first byte leaves."""
    record(session, actor, "recording.played", f"recording:{public_id}", now=now, study_id=sound.study_id)
