"""One part of a recording as it was handed in: what it is, and its packets with the sound that each one decodes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import av
import av.error
import numpy as np

from rater.errors import AudioError, fault
from rater.storage.media.containers import container_of, mp3_frame_bytes, nothing_inside, ogg_breaks_off, wav_claim
from rater.storage.media.places import Place

MAX_HOURS: Final = 10
_RATES: Final = (4000, 192000)
_SHORTEST_S: Final = 0.1
_MISSING_S: Final = 0.25  # less than this may be absent of what the header promises
_PIECE: Final = 1024 * 1024
_GAP_S: Final = 0.05
_A_FRAME_A_PACKET: Final = ("flac", "alac")
_COMPRESSED: Final = ("mp3", "aac", "alac", "opus", "vorbis", "flac")


@dataclass(frozen=True)
class Part:
    """A file that holds sound of a known kind; `promised_s` is what its header claims, None where it claims nothing."""

    path: Place
    demuxer: str
    codec: str
    profile: str
    sample_rate: int
    channels: int
    extradata: bytes
    promised_s: float | None


@dataclass
class Tally:
    """What decoding a part came to: samples, and the seconds that could not be decoded."""

    samples: int = 0
    lost_s: float = 0.0
    first_lost_s: float | None = None
    broken_end: bool = False

    def lose(self, seconds: float, at: float) -> None:
        """Count sound that is not there."""
        self.lost_s += seconds
        self.first_lost_s = at if self.first_lost_s is None else self.first_lost_s


@dataclass
class Played:
    """A packet, its decoded frames, and the ticks of the stream's clock that were skipped before it."""

    packet: av.Packet[Any]
    frames: list[av.AudioFrame] = field(default_factory=list)
    skipped: int = 0


def inspect(path: Place) -> Part:
    """Tell from its bytes what a file is; raises AudioError unless it holds sound that can be taken."""
    demuxer = container_of(path)
    try:
        with open_source(path, demuxer) as container:
            part = _described(path, demuxer, container)
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise _unreadable(path) from error
    if demuxer == "wav":
        _check_wav(path)
    if demuxer == "ogg" and ogg_breaks_off(path):
        raise AudioError(_truncated_fault(path, "The file breaks off in the middle of a page"))
    return part


@contextmanager
def open_source(path: Place, demuxer: str) -> Iterator[av.container.InputContainer]:
    """Open a file with the demuxer given, with no way to any other file."""
    options = {"protocol_whitelist": "none", "format_whitelist": _whitelist(demuxer)}
    with (
        path.open("rb") as file,
        av.open(file, format=demuxer, options=options, metadata_errors="replace", io_open=_no_other) as container,
    ):
        yield container


def _no_other(*_: object) -> None:
    raise PermissionError("a recording opens no other file")


def _whitelist(demuxer: str) -> str:
    return {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}.get(demuxer, demuxer)


def play(part: Part, container: av.container.InputContainer, tally: Tally, *, is_last: bool = True) -> Iterator[Played]:
    """Decode a part once, packet by packet; what cannot be decoded is counted in `tally` and left out.

    Raises AudioError beyond `MAX_HOURS`.
    """
    stream = container.streams.audio[0]
    tick = float(stream.time_base or 0) or 1 / part.sample_rate
    gap, most = _GAP_S / tick, MAX_HOURS * 3600 * part.sample_rate
    expected: int | None = None
    last: Played | None = None
    skipped, pending, mean_size = 0, 0.0, 0.0
    is_mp3 = part.codec == "mp3"
    for packet in _packets(part, container, stream, tally):
        size, pts, duration = packet.size, packet.pts, packet.duration or 0
        try:
            frames = _decoded(part, packet)
            if is_mp3 and size:
                packet = _exact_frame(packet, tally)
        except (av.error.FFmpegError, ValueError):
            pending += duration * tick * (max(1.0, size / mean_size) if is_mp3 and mean_size else 1.0)
            skipped += duration
            expected = pts + duration if pts is not None else expected
            continue
        for frame in frames:
            tally.samples += frame.samples
        if tally.samples > most:
            raise _too_long(part.path)
        if not size:
            if last is not None:
                yield _trimmed(last, part, tick, tally) if is_last else last
            last = None
            yield Played(packet, frames)
            continue
        at = tally.samples / part.sample_rate
        if pending:
            tally.lose(pending, at)
            pending = 0.0
        if expected is not None and pts is not None and pts - expected > gap:
            tally.lose((pts - expected) * tick, at)
            skipped += pts - expected
        mean_size = size if not mean_size else mean_size + (size - mean_size) / 64
        expected = None if pts is None or not duration else pts + duration
        if last is not None:
            yield last
        last, skipped = Played(packet, frames, skipped), 0
    if last is not None:
        yield last


def judge(part: Part, tally: Tally) -> None:
    """Raise AudioError where a part, decoded to its end, holds too little of what it should."""
    name, held = part.path.name, tally.samples / part.sample_rate
    if (held < _SHORTEST_S or tally.lost_s > held) and part.demuxer == "mov" and _is_encrypted(part.path):
        raise AudioError(
            fault("The sound is encrypted", "Export the recording without copy protection and choose it", file=name)
        )
    if not tally.samples:
        raise nothing_inside(name)
    if held < _SHORTEST_S:
        raise AudioError(
            fault(
                "The file holds only {held:.3f} s of sound",
                "Choose the file that holds the session",
                file=name,
                held=held,
            )
        )
    promised, binding = part.promised_s, part.demuxer != "mp3" or tally.broken_end
    if promised is not None and binding and held + tally.lost_s < promised - _MISSING_S:
        raise _truncated(part.path, promised, held)
    if part.codec == "flac" and promised is not None and promised > held + tally.lost_s:
        tally.lose(promised - held - tally.lost_s, held)
    if tally.lost_s > max(0.1, min(1.0, 0.005 * held)):
        raise AudioError(
            fault(
                "{lost:.1f} s of sound cannot be decoded, the first at {at}",
                "Copy the file from the recorder again; if it is damaged there too, repair it with an audio editor",
                file=name,
                lost=tally.lost_s,
                at=clock(tally.first_lost_s or 0.0),
            )
        )


def clock(seconds: float) -> str:
    """Seconds as people read them off a player: 12:31, 1:02:03; tenths below a minute."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def packet_of(data: bytes, like: av.Packet[Any]) -> av.Packet[Any]:
    """A packet with other bytes at the same place of the same clock, and without side data."""
    packet: av.Packet[Any] = av.Packet(data)
    packet.pts, packet.dts, packet.duration = like.pts, like.dts, like.duration
    packet.time_base, packet.is_keyframe = like.time_base, like.is_keyframe
    return packet


def _packets(part: Part, container: av.container.InputContainer, stream: Any, tally: Tally) -> Iterator[av.Packet[Any]]:
    try:
        yield from container.demux(stream)
    except (av.error.InvalidDataError, av.error.EOFError) as error:
        if not tally.samples:
            raise _unreadable(part.path) from error
        tally.broken_end = True


def _trimmed(last: Played, part: Part, tick: float, tally: Tally) -> Played:
    """The last packet of an AAC track sounds for as long as the track says, and the encoder's padding does not."""
    if part.codec != "aac" or not last.packet.duration or len(last.frames) != 1:
        return last
    frame, samples = last.frames[0], round(last.packet.duration * tick * part.sample_rate)
    if not 0 < samples < frame.samples:
        return last
    kept: Any = np.ascontiguousarray(frame.to_ndarray()[:, :samples])
    short = av.AudioFrame.from_ndarray(kept, format=frame.format.name, layout=frame.layout.name)
    short.sample_rate, short.time_base = frame.sample_rate, frame.time_base
    tally.samples -= frame.samples - samples
    return replace(last, frames=[short])


def _decoded(part: Part, packet: av.Packet[Any]) -> list[av.AudioFrame]:
    frames: Any = packet.decode()
    if not frames and packet.size and part.codec in _A_FRAME_A_PACKET:
        raise ValueError("a packet without sound")
    return list(frames)


def _exact_frame(packet: av.Packet[Any], tally: Tally) -> av.Packet[Any]:
    length = mp3_frame_bytes(bytes(memoryview(packet)[:4]))
    tally.broken_end = length > packet.size
    if not length or length >= packet.size:
        return packet
    return packet_of(bytes(memoryview(packet)[:length]), packet)


def _described(path: Place, demuxer: str, container: av.container.InputContainer) -> Part:
    if not container.streams.audio:
        if container.streams.video:
            raise AudioError(
                fault("The file holds a picture but no sound", "Choose the sound recording", file=path.name)
            )
        raise nothing_inside(path.name)
    stream = container.streams.audio[0]
    context = stream.codec_context
    codec = _codec(path, context)
    rate, channels = context.sample_rate, context.channels
    if not _RATES[0] <= rate <= _RATES[1]:
        raise AudioError(
            fault(
                "The sample rate is {rate} Hz; recordings have {low} to {high} Hz",
                "Export the recording at 44100 or 48000 Hz",
                file=path.name, rate=rate, low=_RATES[0], high=_RATES[1],
            )
        )  # fmt: skip
    if channels < 1:
        raise _unreadable(path)
    promised = _promised(stream, container, demuxer)
    if promised is not None and demuxer != "mp3" and promised > MAX_HOURS * 3600:
        raise _too_long(path, promised)
    return Part(path, demuxer, codec, context.profile or "", rate, channels, context.extradata or b"", promised)


def _codec(path: Place, context: Any) -> str:
    codec: str = context.codec.canonical_name if context is not None else "none"
    if codec in _COMPRESSED or codec.startswith(("pcm_", "adpcm_")):
        return codec
    raise AudioError(
        fault(
            "The sound is coded as {codec}, which cannot be taken",
            "Export the recording as mp3, m4a or wav and choose that file",
            file=path.name,
            codec=codec,
        )
    )


def _promised(stream: Any, container: av.container.InputContainer, demuxer: str) -> float | None:
    if demuxer == "ogg":
        return None
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration and demuxer == "matroska" else None


def _check_wav(path: Place) -> None:
    claim = wav_claim(path)
    if claim is None:
        return
    claimed, room = claim
    if room <= 0:
        raise nothing_inside(path.name)
    if claimed > room + _MISSING_S:
        raise _truncated(path, claimed, room)


def _truncated(path: Place, promised: float, held: float) -> AudioError:
    cause = "The file breaks off: its header promises {promised}, but it holds {held}"
    return AudioError(_truncated_fault(path, cause, promised=clock(promised), held=clock(held)))


def _truncated_fault(path: Place, cause: str, **params: Any) -> Any:
    return fault(cause, "Copy it from the recorder again and choose the complete copy", file=path.name, **params)


def _too_long(path: Place, seconds: float | None = None) -> AudioError:
    cause = "The recording is longer than {most} hours" if seconds is None else "The recording claims to last {seconds}"
    remedy = "Choose the recording of one session, at most {most} hours"
    return AudioError(fault(cause, remedy, file=path.name, most=MAX_HOURS, seconds=clock(seconds or 0)))


def _unreadable(path: Place) -> AudioError:
    return AudioError(
        fault(
            "The file cannot be read as a recording: its header is damaged or incomplete",
            "Copy it from the recorder again, listen to the copy and choose it",
            file=path.name,
        )
    )


def _is_encrypted(path: Place) -> bool:
    wanted, tail = {b"enca", b"schm"}, b""
    with path.open("rb") as file:
        while wanted and (piece := file.read(_PIECE)):
            wanted -= {each for each in wanted if each in tail + piece}
            tail = piece[-3:]
    return not wanted
