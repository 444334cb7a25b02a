"""Some seconds of a stored recording as a file of their own, with what is masked in them silent."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, Final

import av
import av.error
import numpy as np

from rater.errors import AudioError, fault
from rater.storage.media.places import Place
from rater.storage.media.silencing import widened
from rater.storage.media.source import Played
from rater.storage.media.voice import CONTAINERS
from rater.storage.media.writing import OPUS_RATE, WEBM, ConvertWriter

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for ffmpeg, which is not needed here
    from pydub import AudioSegment

MIME: Final = WEBM.mime
_WIDTH: Final = 2  # bytes of a sample
_PER_MS: Final = OPUS_RATE // 1000
_FADE_MS: Final = 10
_MISSING_MS: Final = 250  # a recording may end this much before it says
_STEP: Final = OPUS_RATE // 10
Tell = Callable[[int, int], None]


def cut_excerpt(
    file: BinaryIO,
    mime: str,
    seconds: tuple[float, float],
    silent: Sequence[tuple[float, float]],
    into: Place,
    tell: Tell | None = None,
) -> None:
    """Write the sound between two seconds of a stored recording to `into`, as Opus in WebM without any tags.

    Seconds are those of the decoded sound from its beginning. Of the `silent` stretches, in seconds of the recording,
    no sample enters the encoder. `tell` hears how many seconds of how many are read. Raises AudioError for a recording
    that cannot be read that far.
    """
    start, stop = (round(each * 1000) for each in seconds)
    try:
        with av.open(file, "r", format=CONTAINERS[mime]) as container:
            context = container.streams.audio[0].codec_context
            hushed = widened(silent, context.sample_rate)
            sound = _between(container, min(2, context.channels), start, stop, tell)
    except (av.error.FFmpegError, ValueError, IndexError, KeyError) as error:
        raise _unreadable() from error
    if len(sound) < stop - start - _MISSING_MS:
        raise _unreadable()
    for first, last in hushed:
        sound = _hushed(sound, first // _PER_MS - start, math.ceil(last / _PER_MS) - start)
    _write(_faded(sound), into)


def _between(container: Any, channels: int, start: int, stop: int, tell: Tell | None) -> AudioSegment:
    """The sound between two milliseconds; what comes later is not decoded."""
    data, begins, at = bytearray(), 0, 0
    for frame in _frames(container, "mono" if channels == 1 else "stereo"):
        if at + frame.samples > start * _PER_MS:
            begins = begins if data else at
            data += bytes(memoryview(frame.planes[0]))[: frame.samples * _WIDTH * channels]
        at += frame.samples
        if tell is not None:
            tell(at // OPUS_RATE, math.ceil(stop / 1000))
        if at >= stop * _PER_MS:
            break
    sound = AudioSegment(bytes(data), sample_width=_WIDTH, frame_rate=OPUS_RATE, channels=channels)
    return sound[max(0, start - begins / _PER_MS) : max(0, stop - begins / _PER_MS)]


def _frames(container: Any, layout: str) -> Iterator[Any]:
    resampler = av.AudioResampler(format="s16", layout=layout, rate=OPUS_RATE)
    for frame in container.decode(audio=0):
        frame.pts = None
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _hushed(sound: AudioSegment, start: int, stop: int) -> AudioSegment:
    """The sound with the milliseconds between silent; the fades lie outside them."""
    start, stop = max(0, start), min(len(sound), stop)
    if start >= stop:
        return sound
    silence = AudioSegment.silent(stop - start, frame_rate=OPUS_RATE).set_channels(sound.channels)
    return _faded(sound[:start]) + silence + _faded(sound[stop:])


def _faded(sound: AudioSegment) -> AudioSegment:
    fade = min(_FADE_MS, len(sound))
    return sound.fade_in(fade).fade_out(fade) if fade else sound


def _write(sound: AudioSegment, into: Place) -> None:
    writer = ConvertWriter(into, sound.channels)
    samples = np.frombuffer(sound.raw_data, np.int16)
    try:
        for at in range(0, len(samples), _STEP * sound.channels):
            part: Any = samples[None, at : at + _STEP * sound.channels]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono" if sound.channels == 1 else "stereo")
            frame.sample_rate = OPUS_RATE
            writer.take(Played(av.Packet(), [frame]))
        writer.end_part()
        writer.close()
    except BaseException:
        writer.abandon()
        raise


def _unreadable() -> AudioError:
    return AudioError(
        fault("The stored recording cannot be read", "Restore the recording from a backup or import it again")
    )
