"""Ingest of a 43-minute recording against a bare decode of the same file to the same PCM, in turn.

Both run in processes of their own; a run's time is measured inside its process, after the imports.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bench import MINUTES, Bench, show
from benchmarks.servers import ROOT
from benchmarks.table import Measured, Row

RUNS = 3
LIMIT_RATIO = 2.0
LIMIT_MB = 80
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
    return rows


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

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        start = time.perf_counter()
        ingest([path], Path(folder) / "kept")
        return time.perf_counter() - start


def run_decode(path: Path) -> float:
    """Seconds that decoding alone takes; every frame's samples are brought to one array, and no more."""
    import av

    start = time.perf_counter()
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            frame.to_ndarray()
    return time.perf_counter() - start


def peak_mb() -> float:
    """Peak memory of this process in MB, without what it inherits from the one that started it where that is known."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def main() -> int:
    """The command; with `--task`, one run and its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=("ingest", "decode"))
    parser.add_argument("path", type=Path, nargs="?")
    given = parser.parse_args()
    if not given.task:
        return show([measure])
    seconds = (run_ingest if given.task == "ingest" else run_decode)(given.path)
    print(json.dumps({"seconds": seconds, "mb": peak_mb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
