"""Sound that belongs to no therapy session: decoded, made canonical and stored as recordings are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from rater.errors import AudioError, Fault, fault
from rater.storage.media.places import Place
from rater.storage.media.store import MediaStore

if TYPE_CHECKING:
    from rater.storage.media.audio import IngestedAudio


@dataclass(frozen=True)
class KeptSound:
    """A sound in the media store; its bytes and seconds are those of the canonical file."""

    name: str
    mime: str
    size: int
    duration_s: float


@contextmanager
def kept_sound(store: MediaStore, source: IO[bytes], *, longest_s: float) -> Iterator[KeptSound]:
    """Take a sound in; if the body raises, it is deleted again.

    Raises AudioError for what holds no sound that can be kept, and for more than `longest_s` seconds.
    """
    given, made = store.temp(), store.temp()
    try:
        with given.open("wb") as file:
            shutil.copyfileobj(source, file)
        audio = _ingested(given, made)
        if audio.duration_s > longest_s:
            cause = "The sound is {minutes} minutes long; {most} are the most"
            minutes, most = round(audio.duration_s / 60), round(longest_s / 60)
            raise AudioError(fault(cause, "Choose a shorter stretch", column="sound", minutes=minutes, most=most))
        name = store.put(made)
    finally:
        given.unlink(missing_ok=True)
        made.unlink(missing_ok=True)
    try:
        yield KeptSound(name, audio.mime, audio.size, audio.duration_s)
    except BaseException:
        store.delete(name)
        raise


def _ingested(given: Place, made: Place) -> IngestedAudio:
    from rater.storage.media.audio import ingest

    try:
        return ingest([given], made)
    except AudioError as error:
        raise AudioError([Fault(each.cause, each.remedy, column="sound") for each in error.faults]) from error
