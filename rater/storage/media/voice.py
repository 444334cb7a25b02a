"""Where nobody speaks in a recording, told by WebRTC's voice activity detection, a frame of 30 ms at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

import av
import av.error
import webrtcvad

from rater.errors import AudioError, fault

Silence = tuple[float, float]
"""From second to second, to 0.01 s."""

SHORTEST_S: Final = 1.0
_RATE: Final = 8000
_FRAME_S: Final = 0.03
_FRAME_BYTES: Final = round(_RATE * _FRAME_S) * 2
_STRICTNESS: Final = 2
_CLICK_S: Final = 0.1  # a shorter sound is no speech
_JOINED_S: Final = 0.3  # between the syllables of one breath
_AROUND_S: Final = 0.2  # soft beginnings and ends of words
CONTAINERS: Final = {"audio/mp4": "mp4", "audio/webm": "webm", "audio/wav": "wav"}


def silences_in(file: BinaryIO, mime: str, duration_s: float) -> list[Silence]:
    """The stretches of at least 1 s without speech in a stored recording of `duration_s` seconds, in order.

    Pauses between words belong to the speech. Memory does not grow with the length of the sound. Raises AudioError
    for a file that cannot be read.
    """
    return gaps(spoken(_voiced(_pcm(file, mime))), duration_s)


def spoken(frames: Iterable[bool]) -> list[Silence]:
    """Stretches of speech from the verdict on each frame: clicks left out, the pauses of a breath filled."""
    found: list[Silence] = []
    for start, stop in _runs(frames):
        if found and start - found[-1][1] < _JOINED_S:
            found[-1] = (found[-1][0], stop)
            continue
        if found and found[-1][1] - found[-1][0] < _CLICK_S:
            found.pop()
        found.append((start, stop))
    if found and found[-1][1] - found[-1][0] < _CLICK_S:
        found.pop()
    return found


def gaps(speech: Iterable[Silence], duration_s: float) -> list[Silence]:
    """What lies between stretches of speech and is long enough to be called a silence."""
    edges = [0.0]
    for start, stop in speech:
        edges += [start - _AROUND_S, stop + _AROUND_S]
    edges.append(duration_s)
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(round(start, 2), round(stop, 2)) for start, stop in pairs if stop - start >= SHORTEST_S]


def _runs(frames: Iterable[bool]) -> Iterator[Silence]:
    """Unbroken runs of voiced frames, in seconds."""
    begun: int | None = None
    at = 0
    for at, voiced in enumerate(frames, start=1):
        if voiced and begun is None:
            begun = at - 1
        elif not voiced and begun is not None:
            yield begun * _FRAME_S, (at - 1) * _FRAME_S
            begun = None
    if begun is not None:
        yield begun * _FRAME_S, at * _FRAME_S


def _voiced(sound: Iterable[bytes]) -> Iterator[bool]:
    judge = webrtcvad.Vad(_STRICTNESS)
    rest = b""
    for chunk in sound:
        rest += chunk
        whole = len(rest) - len(rest) % _FRAME_BYTES
        for at in range(0, whole, _FRAME_BYTES):
            yield judge.is_speech(rest[at : at + _FRAME_BYTES], _RATE)
        rest = rest[whole:]


def _pcm(file: BinaryIO, mime: str) -> Iterator[bytes]:
    """The sound as 16-bit mono samples at 8 kHz, a decoded frame at a time."""
    try:
        with av.open(file, "r", format=CONTAINERS[mime]) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
            for frame in container.decode(audio=0):
                frame.pts = None
                yield from map(_bytes, resampler.resample(frame))
            yield from map(_bytes, resampler.resample(None))
    except (av.error.FFmpegError, ValueError, IndexError, KeyError) as error:
        raise AudioError(
            fault("The stored recording cannot be read", "Restore the recording from a backup or import it again")
        ) from error


def _bytes(frame: Any) -> bytes:
    return bytes(memoryview(frame.planes[0]))[: frame.samples * 2]
