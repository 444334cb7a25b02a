"""Writes mono speech into the containers that recorders and browsers use, block by block, in memory that stays flat."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from numpy.typing import NDArray

RATE = 24_000
Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Format:
    """How one kind of file is written; `rate` in samples a second. Lossless ones ignore a bit rate."""

    container: str
    codec: str
    rate: int = RATE
    lossless: bool = False
    container_options: tuple[tuple[str, str], ...] = ()
    codec_options: tuple[tuple[str, str], ...] = ()


FORMATS = {
    "mp3": Format("mp3", "libmp3lame", codec_options=(("reservoir", "0"),)),
    "m4a": Format("ipod", "aac", container_options=(("movflags", "+faststart"),)),
    "opus": Format("ogg", "libopus", rate=48_000),
    "ogg": Format("ogg", "libopus", rate=48_000),
    "flac": Format("flac", "flac", lossless=True),
    "wav": Format("wav", "pcm_s16le", lossless=True),
}


def encode(path: Path, blocks: Iterable[Samples], name: str, bit_rate: int) -> float:
    """Write blocks of 16-bit mono samples at `RATE` to `path` and return the seconds written.

    `name` is a key of `FORMATS`, else `KeyError`; `bit_rate` in bits a second. The same samples give the same bytes.
    """
    written = 0

    def counted() -> Iterator[Samples]:
        nonlocal written
        for block in blocks:
            written += block.size
            yield block

    with opened(path, FORMATS[name], bit_rate) as (container, stream):
        for packet in packets(stream, counted()):
            container.mux(packet)
    return written / RATE


def encode_repeated(path: Path, passage: Iterable[Samples], seconds: float, name: str, bit_rate: int) -> float:
    """Write the passage again and again until `seconds` are full, encoding it once; return the seconds written.

    For the lossy formats, whose packets can be repeated; the end is exact to one packet (40 ms or less). The encoded
    passage is kept in memory. Raises `ValueError` for a lossless format.
    """
    form = FORMATS[name]
    if form.lossless:
        raise ValueError(f"{name} numbers its frames: encode the whole sound")
    with opened(path, form, bit_rate) as (container, stream):
        length = stream.codec_context.frame_size
        count = round(seconds * form.rate / length)
        encoded = [bytes(packet) for packet in packets(stream, passage)]
        for number, data in enumerate(islice(cycle(encoded), count)):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, form.rate)
            packet.pts = packet.dts = number * length
            packet.duration = length
            container.mux(packet)
    return count * length / form.rate


@contextmanager
def opened(path: Path, form: Format, bit_rate: int) -> Iterator[tuple[OutputContainer, AudioStream]]:
    """A file open for writing, with its one mono stream ready to encode; the file is complete when the block ends."""
    options = {"fflags": "+bitexact", **dict(form.container_options)}
    with av.open(str(path), "w", format=form.container, options=options) as container:
        made = container.add_stream(form.codec, rate=form.rate, layout="mono", options=dict(form.codec_options))
        stream = cast("AudioStream", made)
        if not form.lossless:
            stream.codec_context.bit_rate = bit_rate
        stream.codec_context.flags |= Flags.bitexact
        stream.codec_context.open()
        yield container, stream


def packets(stream: AudioStream, blocks: Iterable[Samples]) -> Iterator["av.Packet[AudioStream]"]:
    """The blocks, encoded: resampled to the codec's rate and cut to its frame size."""
    codec = stream.codec_context
    cut = av.AudioResampler(codec.format, "mono", codec.sample_rate, frame_size=codec.frame_size or None)
    for frame in resampled(cut, map(as_frame, blocks)):
        frame.pts = None
        yield from stream.encode(frame)
    yield from stream.encode(None)


def resampled(resampler: av.AudioResampler, frames: Iterable[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    """The frames through the resampler, and what it still holds at the end."""
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def as_frame(block: Samples) -> av.AudioFrame:
    """A block of samples as a frame at `RATE`."""
    frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = RATE
    return frame


def decode(path: Path) -> Iterator[Samples]:
    """Yield the recording's sound as blocks of 16-bit mono samples at `RATE`."""
    with av.open(str(path)) as container:
        for frame in resampled(av.AudioResampler("s16", "mono", RATE), container.decode(audio=0)):
            yield cast("Samples", frame.to_ndarray()).reshape(-1)
