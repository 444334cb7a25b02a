"""Ingest of a 43-minute recording against a bare decode of the same file to the same PCM, in turn.

Masking a minute of it is compared with decoding and encoding alone, to Opus of the same rate and bit rate. All run in
processes of their own; a run's time is measured inside its process, after the imports.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

from benchmarks.bench import MINUTES, Bench, show
from benchmarks.servers import ROOT
from benchmarks.table import Measured, Row

RUNS = 3
LIMIT_RATIO = 2.0
LIMIT_MB = 80
LIMIT_RECODING = 1.5
MASKED = [(5.0, 65.0)]
SHORT_MINUTES = 2.0


def measure(bench: Bench) -> list[Row]:
    """Seconds and peak memory for mp3 and m4a; the memory beside that of a two-minute recording."""
    from audio_samples.long_session import build_long_session

    rows: list[Row] = []
    for kind in ("mp3", "m4a"):
        long, short = bench.folder / f"long.{kind}", bench.folder / f"short.{kind}"
        if not long.exists():
            build_long_session(long, MINUTES, format=kind)
        build_long_session(short, SHORT_MINUTES, format=kind)
        rows += compare(kind, long, short)
    silenced, encoded = (Measured([measured(task, bench.folder / "long.mp3")["seconds"]]) for task in RECODING)
    name = f"masking a minute of {MINUTES:.0f} min mp3"
    return [*rows, Row(name, "s", silenced, LIMIT_RECODING, "bare decode + encode", encoded)]


def compare(kind: str, long: Path, short: Path) -> list[Row]:
    """Ingest and bare decode of one file."""
    done: dict[str, list[dict[str, float]]] = {"ingest": [], "decode": []}
    for _ in range(RUNS):
        for task, results in done.items():
            results.append(measured(task, long))
    taken = {task: Measured([each["seconds"] for each in results]) for task, results in done.items()}
    memory = Measured([max(each["mb"] for each in done["ingest"])])
    of_short = Measured([measured("ingest", short)["mb"]])
    name = f"ingest of {MINUTES:.0f} min {kind}"
    return [
        Row(name, "s", taken["ingest"], LIMIT_RATIO, "bare decode", taken["decode"]),
        Row(f"{name}, memory", "MB", memory, LIMIT_MB, f"{SHORT_MINUTES:.0f} min", of_short, absolute=True),
    ]


def measured(task: str, path: Path) -> dict[str, float]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--task", task, str(path)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    result: dict[str, float] = json.loads(answer.stdout)
    return result


def run_ingest(path: Path) -> float:
    """Seconds that the whole ingest takes."""
    from rater.storage.media.audio import ingest
    from rater.storage.media.places import MakingPlace

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        start = time.perf_counter()
        ingest([path], MakingPlace(Path(folder) / "kept"))
        return time.perf_counter() - start


def run_decode(path: Path) -> float:
    """Seconds that decoding alone takes; every frame's samples are brought to one array, and no more."""
    import av

    start = time.perf_counter()
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            frame.to_ndarray()
    return time.perf_counter() - start


def run_silence(path: Path) -> float:
    """Seconds from the stored recording to the version with a minute silent."""
    from rater.storage.media.audio import ingest
    from rater.storage.media.silencing import silence_stretches

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        kept = Path(folder) / "kept"
        audio = ingest([path], kept)
        start = time.perf_counter()
        with kept.open("rb") as file:
            silence_stretches(file, audio.mime, audio.duration_s, MASKED, Path(folder) / "silenced")
        return time.perf_counter() - start


def run_encode(path: Path) -> float:
    """Seconds that decoding and encoding alone take."""
    import av

    start = time.perf_counter()
    with (
        tempfile.TemporaryFile(dir=path.parent) as into,
        av.open(str(path)) as container,
        av.open(into, "w", format="webm") as out,
    ):
        stream = out.add_stream("libopus", rate=48000, layout="mono")
        stream.bit_rate = 64_000
        resampler = av.AudioResampler(format="flt", layout="mono", rate=48000, frame_size=960)
        for frame in chain(container.decode(audio=0), [None]):
            for piece in resampler.resample(frame):
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return time.perf_counter() - start


RECODING = ("silence", "encode")
TASKS = {"ingest": run_ingest, "decode": run_decode, "silence": run_silence, "encode": run_encode}


def peak_mb() -> float:
    """Peak memory of this process in MB, without what it inherits from the one that started it where that is known."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def main() -> int:
    """The command; with `--task`, one run and its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=tuple(TASKS))
    parser.add_argument("path", type=Path, nargs="?")
    given = parser.parse_args()
    if not given.task:
        return show([measure])
    seconds = TASKS[given.task](given.path)
    print(json.dumps({"seconds": seconds, "mb": peak_mb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
