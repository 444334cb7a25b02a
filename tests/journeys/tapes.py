"""Thirty short recordings in folders of patients, and the list that names them as German Excel saves it."""

from __future__ import annotations

import shutil
from pathlib import Path

import av

from rater.config import data_folder

SAMPLES = ("en-1.mp3", "en-2.m4a", "en-3.opus", "de-2.ogg", "en-6.mp3")
HEADER = "session_id;patient_id;therapist_id;session_no;date;duration_min;audio_file\r\n"


def record_thirty(folder: Path) -> Path:
    """Sessions S01 to S30 of the patients P00 to P04, some seconds each; the last one is long."""
    for number in range(1, 31):
        source = data_folder("audio_samples") / SAMPLES[number % len(SAMPLES)]
        target = folder / f"P{number % 5:02}" / f"S{number:02}{source.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        clip(source, target, number * 5, 2 + number % 3)
    shutil.copy(data_folder("audio_samples") / "en-4.mp3", folder / "P00" / "S30.mp3")
    return folder


def clip(source: Path, target: Path, start: float, seconds: float) -> None:
    """A stretch of a sample, its packets as they are."""
    with av.open(str(source)) as held, av.open(str(target), "w") as out:
        stream = held.streams.audio[0]
        copy = out.add_stream_from_template(stream)
        first: int | None = None
        held.seek(int(start * 1_000_000))
        for packet in held.demux(stream):
            if packet.pts is None or packet.dts is None:
                continue
            first = packet.pts if first is None else first
            if float((packet.pts - first) * stream.time_base) > seconds:
                break
            packet.pts, packet.dts, packet.stream = packet.pts - first, packet.pts - first, copy
            out.mux(packet)


def listed(folder: Path, *more: str) -> bytes:
    """The list as German Excel saves it."""
    rows = []
    for number in range(1, 31):
        path = next(folder.glob(f"*/S{number:02}.*")) if number != 30 else folder / "P00" / "S30.mp3"
        name = path.relative_to(folder).as_posix()
        rows.append(f"S{number:02};P{number % 5:02};T{number % 3};{number};0{1 + number % 9}.02.2018;43,5;{name}\r\n")
    return (HEADER + "".join(rows) + "".join(each + "\r\n" for each in more)).encode("cp1252")
