"""The one canonical file of a recording: packets copied where browsers play the codec, converted to Opus otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO, Final, cast

import av
import av.error
from av.container.core import Flags

from rater.storage.media.meter import Meter
from rater.storage.media.places import Place, length
from rater.storage.media.source import Part, Played, packet_of

OPUS_RATE: Final = 48000
_OPUS_FRAME: Final = 960
_OPUS_BIT_RATE: Final = {1: 64_000, 2: 112_000}
_DRIFT_S: Final = 0.1
_PADDING_PACKETS: Final = 2
_BARE_VORBIS_COMMENT: Final = b"\x03vorbis" + bytes(8) + b"\x01"


@dataclass(frozen=True)
class Target:
    """A container that browsers play and seek exactly."""

    container: str
    mime: str
    options: tuple[tuple[str, str], ...] = ()


MP4: Final = Target("mp4", "audio/mp4", (("movflags", "+faststart"), ("strict", "-1")))
WEBM: Final = Target("webm", "audio/webm", (("cues_to_front", "1"),))
WAV: Final = Target("wav", "audio/wav")

_PLAYED: Final = {
    "mp3": MP4,
    "aac": MP4,
    "flac": MP4,
    "opus": WEBM,
    "vorbis": WEBM,
    **dict.fromkeys(("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"), WAV),
}
_JOINED_BY_COPY: Final = ("mp3", "aac", "opus")
_LARGEST_WAV: Final = 2**31


class NeedsConversion(Exception):
    """The packets cannot be copied as they are."""


def copy_target(parts: Sequence[Part]) -> Target | None:
    """Where the packets of these parts can be copied to as they are; None where they have to be converted."""
    first = parts[0]
    target = _PLAYED.get(first.codec)
    if target is None or first.channels > 2 or any(_kind(part) != _kind(first) for part in parts):
        return None
    if first.codec == "aac" and first.profile not in ("LC", "HE-AAC", "HE-AACv2"):
        return None
    if target is WAV:
        return target if sum(length(part.path) for part in parts) < _LARGEST_WAV else None
    return target if len(parts) == 1 or first.codec in _JOINED_BY_COPY else None


def _kind(part: Part) -> tuple[Any, ...]:
    return part.codec, part.profile, part.sample_rate, part.channels, part.extradata


class Output:
    """A container in the making at some place, which the muxer writes, and reads again where it moves its index."""

    def __init__(self, into: Place, target: Target) -> None:
        self._file = into.open("w+b")
        self._again: list[BinaryIO] = []
        self.container = av.open(
            self._file,
            "w",
            format=target.container,
            options=dict(target.options),
            io_open=lambda *_: self._reading(into),
        )
        self.container.flags |= cast("int", Flags.bitexact.value)

    def close(self) -> None:
        """Complete the file."""
        self.container.close()
        self._let_go()

    def abandon(self) -> None:
        """Let go of the incomplete file."""
        with suppress(av.error.FFmpegError, ValueError, OSError):
            self.container.close()
        self._let_go()

    def _reading(self, into: Place) -> BinaryIO:
        self._file.flush()
        self._again.append(into.open("rb"))
        return self._again[-1]

    def _let_go(self) -> None:
        for each in (*self._again, self._file):
            each.close()


class CopyWriter:
    """Copies packets onto one clock without gaps; raises NeedsConversion where that would not be true to the sound."""

    def __init__(self, into: Place, target: Target, first: Part) -> None:
        self.target, self.codec = target, first.codec
        self.sample_rate, self.channels = first.sample_rate, first.channels
        self.meter = Meter(self.sample_rate)
        self._out = Output(into, target)
        self._stream: Any = None
        self._held: av.Packet[Any] | None = None
        self._tick = Fraction(1, first.sample_rate)
        self._start = self._end = self._step = 0
        self._base: int | None = None
        self._surplus = 0

    def begin(self, part: Part, stream: Any) -> None:
        """The next part starts."""
        if self._stream is None:
            self._stream = self._out.container.add_stream_from_template(stream)
            self._stream.metadata.clear()
            if part.codec == "vorbis":
                self._stream.codec_context.extradata = without_comments(part.extradata)
        if self._held is not None:
            self._join()
        self._end = round(self._end * self._tick / stream.time_base)
        self._tick = stream.time_base
        self._whole_packets = part.codec in ("mp3", "aac")
        self._start, self._base = stream.start_time or 0, None

    @property
    def samples(self) -> int:
        """Where the parts so far end, in samples of the recording."""
        return self.meter.samples

    def take(self, played: Played) -> None:
        """Mux one packet and measure its sound."""
        if played.packet.size:
            self._place(played.packet, played.skipped)
        try:
            for frame in played.frames:
                self.meter.feed(frame)
        except ValueError as error:
            raise NeedsConversion from error

    def end_part(self) -> None:
        """Compare the clock with the sound that was decoded; raises NeedsConversion where they part."""
        surplus = self._end * self._tick - Fraction(self.meter.samples, self.sample_rate)
        if abs(surplus) > _DRIFT_S + _PADDING_PACKETS * self._step * self._tick:
            raise NeedsConversion
        self._surplus = max(0, round(surplus / self._tick))

    def close(self) -> None:
        """Complete the file."""
        if self._held is not None:
            if self.target is MP4 and self._held.duration:
                self._held.duration = max(1, self._held.duration - self._surplus)
            self._mux(_without_tail_tags(self._held) if self.codec == "flac" else self._held)
        self._out.close()

    def abandon(self) -> None:
        """Let go of the incomplete file."""
        self._out.abandon()

    def _join(self) -> None:
        """Between two parts the padding of the one and the priming of the other are heard, as silence."""
        held = self._held
        if held is not None and self._whole_packets:
            self._end += self._step - (held.duration or 0)
            held.duration = self._step
        self.meter.pad(round(self._surplus * self._tick * self.sample_rate))
        if held is not None and held.has_sidedata("skip_samples"):
            self._held = packet_of(bytes(held), held)

    def _place(self, packet: av.Packet[Any], skipped: int) -> None:
        pts, self._step = packet.pts, max(packet.duration or 0, self._step)
        if pts is None or packet.has_sidedata("new_extradata"):
            raise NeedsConversion
        if self._base is None:
            self._base = self._aligned(pts)
        else:
            self._base += skipped
        if self._held is not None:
            self._mux(self._held)
        packet.pts = packet.dts = pts - self._base
        self._end = pts - self._base + (packet.duration or 0)
        self._held = packet

    def _aligned(self, pts: int) -> int:
        """The tick of a part's own clock that is zero on the recording's.

        The first part's priming lies before zero, in whole packets: Chromium skips a part of a packet twice.
        """
        lead = max(0, self._start - pts)
        if self._whole_packets and self._step:
            lead = round(lead / self._step) * self._step
        if not self.meter.samples:
            return pts + lead
        self.meter.pad(round(lead * self._tick * self.sample_rate))
        return pts - self._end

    def _mux(self, packet: av.Packet[Any]) -> None:
        packet.stream = self._stream
        try:
            self._out.container.mux_one(packet)
        except (av.error.FFmpegError, ValueError) as error:
            raise NeedsConversion from error


class ConvertWriter:
    """Encodes the sound of all parts once, as Opus; more than two channels are mixed down to two."""

    def __init__(self, into: Place, channels: int) -> None:
        self.target, self.codec = WEBM, "opus"
        self.sample_rate, self.channels = OPUS_RATE, min(2, channels)
        self.meter = Meter(OPUS_RATE)
        self._layout = "mono" if self.channels == 1 else "stereo"
        self._out = Output(into, WEBM)
        self._stream = self._out.container.add_stream("libopus", rate=OPUS_RATE, layout=self._layout)
        self._stream.bit_rate = _OPUS_BIT_RATE[self.channels]
        self._fifo = av.AudioFifo()
        self._resampler: av.AudioResampler | None = None
        self._heard: tuple[str, str, int] | None = None
        self._written = 0

    def begin(self, part: Part, stream: Any) -> None:
        """The next part starts."""

    @property
    def samples(self) -> int:
        """Where the parts so far end, in samples of the recording."""
        return self.meter.samples + (self._fifo.samples if self._written else 0)

    def take(self, played: Played) -> None:
        """Encode and measure the sound of one packet."""
        for frame in played.frames:
            heard = (frame.format.name, frame.layout.name, frame.sample_rate)
            if heard != self._heard:
                self.end_part()
                self._heard = heard
                self._resampler = av.AudioResampler(format="flt", layout=self._layout, rate=OPUS_RATE)
            frame.pts = None
            if self._resampler is not None:
                self._keep(self._resampler.resample(frame))

    def end_part(self) -> None:
        """Bring out what the resampler still holds."""
        if self._resampler is not None:
            self._keep(self._resampler.resample(None))
        self._resampler = self._heard = None

    def close(self) -> None:
        """Complete the file."""
        self._encode(self._fifo.read(0))
        self._out.container.mux(self._stream.encode(None))
        self._out.close()

    def abandon(self) -> None:
        """Let go of the incomplete file."""
        self._out.abandon()

    def _keep(self, frames: Sequence[av.AudioFrame | None]) -> None:
        for frame in frames:
            if frame is not None and frame.samples:
                frame.pts = None
                self._fifo.write(frame)
        while self._fifo.samples >= _OPUS_FRAME:
            self._encode(self._fifo.read(_OPUS_FRAME))

    def _encode(self, frame: av.AudioFrame | None) -> None:
        if frame is None:
            return
        self.meter.feed(frame)
        frame.pts, frame.time_base = self._written, Fraction(1, OPUS_RATE)
        self._written += frame.samples
        self._out.container.mux(self._stream.encode(frame))


def without_comments(extradata: bytes) -> bytes:
    """Vorbis headers with an empty comment header; raises NeedsConversion where they are not three laced packets."""
    if extradata[:1] != b"\x02":
        raise NeedsConversion
    lengths, at = [], 1
    for _ in range(2):
        length = 0
        while extradata[at : at + 1] == b"\xff":
            length, at = length + 255, at + 1
        if at >= len(extradata):
            raise NeedsConversion
        lengths.append(length + extradata[at])
        at += 1
    identification, setup = extradata[at : at + lengths[0]], extradata[at + sum(lengths) :]
    lacing = bytes([255] * (lengths[0] // 255) + [lengths[0] % 255, len(_BARE_VORBIS_COMMENT)])
    return b"\x02" + lacing + identification + _BARE_VORBIS_COMMENT + setup


def _without_tail_tags(packet: av.Packet[Any]) -> av.Packet[Any]:
    """A last packet without the ID3v1 or APE tag that a parser takes for a part of it."""
    data = bytes(packet)
    ends = [at for at in (data.find(b"APETAGEX"), len(data) - 128 if data[-128:-125] == b"TAG" else -1) if at >= 0]
    return packet_of(data[: min(ends)], packet) if ends else packet
