"""A recording with some of its seconds silent: decoded, silenced and encoded anew, so that nothing of them is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import av
import av.error
import numpy as np

from rater.errors import AudioError, fault
from rater.storage.media.peaks import Peaks
from rater.storage.media.places import Place, length
from rater.storage.media.source import Played
from rater.storage.media.voice import CONTAINERS
from rater.storage.media.writing import OPUS_RATE, ConvertWriter

_FRAME: Final = 960  # samples of a packet of the version
_FADE: Final = 480  # 10 ms
_WINDOW: Final = 4096  # samples of the source that the windows of a lossy codec can spread sound over
_LEAST_S: Final = 0.05


@dataclass(frozen=True)
class SilencedAudio:
    """A file made by `silence_stretches`, and its peaks."""

    mime: str
    peaks: Peaks
    size: int


def silence_stretches(
    file: BinaryIO, mime: str, duration_s: float, stretches: Sequence[tuple[float, float]], into: Place
) -> SilencedAudio:
    """Write the sound of a stored recording to `into`, with the stretches silent and everything else in its time.

    What is silent reaches outward over the codec's windows and to whole packets, and the fades lie in that margin: of
    the stretches themselves no sample enters the encoder, so that what is written does not depend on them. Raises
    AudioError for a file that cannot be read.
    """
    try:
        with av.open(file, "r", format=CONTAINERS[mime]) as container:
            context = container.streams.audio[0].codec_context
            silent = widened(stretches, context.sample_rate)
            writer = SilencingWriter(into, context.channels, silent, round(duration_s * OPUS_RATE))
            try:
                for packet in container.demux(audio=0):
                    writer.take(Played(packet, list(packet.decode())))
                writer.end_part()
                writer.close()
            except BaseException:
                writer.abandon()
                raise
    except (av.error.FFmpegError, ValueError, IndexError, KeyError) as error:
        raise AudioError(
            fault("The stored recording cannot be read", "Restore the recording from a backup or import it again")
        ) from error
    return SilencedAudio(writer.target.mime, writer.meter.finish().peaks, length(into))


def widened(stretches: Sequence[tuple[float, float]], rate: int) -> list[tuple[int, int]]:
    """The stretches in samples of the version, reaching outward over a window of the source and to whole packets."""
    margin = max(_LEAST_S, _WINDOW / 2 / rate)
    return [
        (
            max(0, int((start - margin) * OPUS_RATE) // _FRAME * _FRAME),
            -(-int((stop + margin) * OPUS_RATE) // _FRAME) * _FRAME,
        )
        for start, stop in stretches
    ]


class SilencingWriter(ConvertWriter):
    """Encodes the first `total` samples of a sound as Opus, with stretches of samples silent."""

    def __init__(self, into: Place, channels: int, stretches: Sequence[tuple[int, int]], total: int) -> None:
        super().__init__(into, channels)
        self._stretches, self._total = stretches, total

    def _encode(self, frame: av.AudioFrame | None) -> None:
        left = self._total - self._written
        if frame is not None and left > 0:
            super()._encode(self._silenced(frame if frame.samples <= left else self._made(frame.to_ndarray(), left)))

    def _silenced(self, frame: av.AudioFrame) -> av.AudioFrame:
        first = self._written
        touching = [each for each in self._stretches if each[0] < first + frame.samples and first < each[1]]
        if not touching:
            return frame
        at = np.arange(first, first + frame.samples)
        gain = np.minimum.reduce([_gain(at, start, stop) for start, stop in touching])
        return self._made(frame.to_ndarray() * np.repeat(gain, self.channels)[None, :], frame.samples)

    def _made(self, sound: np.ndarray[Any, Any], samples: int) -> av.AudioFrame:
        kept: Any = np.ascontiguousarray(sound[:, : samples * self.channels], np.float32)
        made = av.AudioFrame.from_ndarray(kept, format="flt", layout=self._layout)
        made.sample_rate = OPUS_RATE
        return made


def _gain(at: np.ndarray[Any, Any], start: int, stop: int) -> np.ndarray[Any, Any]:
    """1 outside a stretch, 0 inside, with the fades just inside its edges; none at the start of the recording."""
    out = np.full(len(at), -1.0) if start == 0 else 1.0 - (at - start) / _FADE
    back = (at - (stop - 1 - _FADE)) / _FADE
    gain: np.ndarray[Any, Any] = np.clip(np.maximum(out, back), 0.0, 1.0)
    return gain
