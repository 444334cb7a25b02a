"""Taking a recording in: one pass over its parts gives the canonical file, the true duration and the peaks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from rater.errors import AudioError, Fault, fault
from rater.storage.media.meter import SILENT_BELOW
from rater.storage.media.peaks import Peaks
from rater.storage.media.places import Place, length
from rater.storage.media.source import MAX_HOURS, Part, Tally, inspect, judge, open_source, play
from rater.storage.media.writing import ConvertWriter, CopyWriter, NeedsConversion, copy_target


@dataclass(frozen=True)
class IngestedAudio:
    """What became of a recording's parts; seconds are those of decoded samples, hashes are hexadecimal SHA-256."""

    mime: str
    codec: str
    converted: bool
    duration_s: float
    sample_rate: int
    channels: int
    part_durations: tuple[float, ...]
    source_sha256: tuple[str, ...]
    sha256: str
    size: int
    loudness_dbfs: float | None
    silent: bool
    lost_s: float
    peaks: Peaks


@dataclass(frozen=True)
class MeasuredAudio:
    """What one file turned out to hold when it was decoded to its end."""

    codec: str
    duration_s: float
    sample_rate: int
    channels: int
    sha256: str


def measure(path: Place) -> MeasuredAudio:
    """Decode a file to its end and keep nothing. Raises AudioError where it holds no sound that can be kept."""
    part, tally = inspect(path), Tally()
    with open_source(path, part.demuxer) as container:
        for _ in play(part, container, tally):
            pass
    judge(part, tally)
    seconds = tally.samples / part.sample_rate
    return MeasuredAudio(part.codec, seconds, part.sample_rate, part.channels, _sha256(path))


def ingest(parts: Sequence[Place], into: Place) -> IngestedAudio:
    """Join the parts, in order, into one file at `into` that browsers play and seek exactly, without any tags.

    Every part is decoded once, to its end. Packets are copied where the parts share a codec that browsers play; else
    the sound is converted to Opus. Raises AudioError, with every part's fault, where a part holds no sound that can be
    kept; then there is no file at `into`.
    """
    if not parts:
        raise AudioError(fault("No file was given", "Choose the recording of the session"))
    sources = _inspected(parts)
    try:
        return _written(sources, into)
    except BaseException:
        into.unlink(missing_ok=True)
        raise


def _inspected(paths: Sequence[Place]) -> list[Part]:
    found: list[Part] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            found.append(inspect(path))
        except AudioError as error:
            faults += error.faults
    if faults:
        raise AudioError(faults)
    return found


def _written(sources: Sequence[Part], into: Place) -> IngestedAudio:
    target = copy_target(sources)
    if target is not None:
        try:
            return _run(sources, CopyWriter(into, target, sources[0]), into)
        except NeedsConversion:
            pass
    return _run(sources, ConvertWriter(into, max(part.channels for part in sources)), into)


def _run(sources: Sequence[Part], writer: CopyWriter | ConvertWriter, into: Place) -> IngestedAudio:
    """Play every part into the writer; the samples measured by its end are where it ends on the recording's clock."""
    lost_s = 0.0
    ends: list[int] = []
    faults: list[Fault] = []
    try:
        for part in sources:
            tally = Tally()
            try:
                _play_into(writer if not faults else None, part, tally, is_last=part is sources[-1])
            except AudioError as error:
                faults += error.faults
            ends.append(writer.samples)
            lost_s += tally.lost_s
        if not faults and writer.samples > MAX_HOURS * 3600 * writer.sample_rate:
            faults.append(_too_long(sources[0]))
        if faults:
            raise AudioError(faults)
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    return _summary(sources, writer, into, ends, lost_s)


def _play_into(writer: CopyWriter | ConvertWriter | None, part: Part, tally: Tally, *, is_last: bool) -> None:
    with open_source(part.path, part.demuxer) as container:
        if writer is not None:
            writer.begin(part, container.streams.audio[0])
        for played in play(part, container, tally, is_last=is_last):
            if writer is not None:
                writer.take(played)
    judge(part, tally)
    if writer is not None:
        writer.end_part()


def _summary(
    sources: Sequence[Part], writer: CopyWriter | ConvertWriter, into: Place, ends: Sequence[int], lost_s: float
) -> IngestedAudio:
    measured, rate = writer.meter.finish(), writer.sample_rate
    return IngestedAudio(
        mime=writer.target.mime,
        codec=writer.codec,
        converted=isinstance(writer, ConvertWriter),
        duration_s=measured.samples / rate,
        sample_rate=rate,
        channels=writer.channels,
        part_durations=tuple((end - start) / rate for start, end in zip((0, *ends), ends, strict=False)),
        source_sha256=tuple(_sha256(part.path) for part in sources),
        sha256=_sha256(into),
        size=length(into),
        loudness_dbfs=measured.loudness_dbfs,
        silent=measured.peaks.loudest < SILENT_BELOW,
        lost_s=lost_s,
        peaks=measured.peaks,
    )


def _too_long(part: Part) -> Fault:
    return fault(
        "The parts together are longer than {most} hours",
        "Choose the recording of one session, at most {most} hours",
        file=part.path.name,
        most=MAX_HOURS,
    )


def _sha256(path: Place) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
