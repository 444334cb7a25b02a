"""Ingest of a 43-minute recording against a bare decode of the same file to the same PCM.

Both run in processes of their own, in turn; a run's time is measured inside its process, after the imports. Prints one
JSON object: medians, minima and peak memory (MB) of each, and their ratios for mp3 and m4a; memory for 2 minutes too.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

LIMIT_RATIO = 2.0
LIMIT_MB = 80


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
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def measured(task: str, path: Path) -> dict[str, float]:
    """One run in a process of its own."""
    answer = subprocess.run(
        [sys.executable, __file__, "--task", task, str(path)], check=True, capture_output=True, text=True
    )
    result: dict[str, float] = json.loads(answer.stdout)
    return result


def compare(path: Path, runs: int) -> dict[str, Any]:
    """Ingest and bare decode of one file, in turn."""
    done: dict[str, list[dict[str, float]]] = {"ingest": [], "decode": []}
    for _ in range(runs):
        for task, results in done.items():
            results.append(measured(task, path))
    table: dict[str, Any] = {}
    for task, results in done.items():
        seconds = [each["seconds"] for each in results]
        table[f"{task}_median_s"] = round(statistics.median(seconds), 3)
        table[f"{task}_min_s"] = round(min(seconds), 3)
        table[f"{task}_mb"] = round(max(each["mb"] for each in results), 1)
    table["ratio_median"] = round(table["ingest_median_s"] / table["decode_median_s"], 2)
    table["ratio_min"] = round(table["ingest_min_s"] / table["decode_min_s"], 2)
    return table


def main() -> int:
    """The command; exits 1 where a minimum or the memory is beyond its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=43.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--task", choices=("ingest", "decode"))
    parser.add_argument("path", type=Path, nargs="?")
    given = parser.parse_args()
    if given.task:
        seconds = (run_ingest if given.task == "ingest" else run_decode)(given.path)
        print(json.dumps({"seconds": seconds, "mb": peak_mb()}))
        return 0
    from audio_samples.long_session import build_long_session

    table: dict[str, Any] = {"limit_ratio": LIMIT_RATIO, "limit_mb": LIMIT_MB, "minutes": given.minutes}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("mp3", "m4a"):
            long, short = Path(folder) / f"long.{kind}", Path(folder) / f"short.{kind}"
            build_long_session(long, given.minutes, format=kind)
            build_long_session(short, 2.0, format=kind)
            table[kind] = compare(long, given.runs)
            table[kind]["ingest_2_min_mb"] = round(measured("ingest", short)["mb"], 1)
    print(json.dumps(table, indent=2))
    kept = all(
        table[kind]["ratio_min"] <= LIMIT_RATIO and table[kind]["ingest_mb"] <= LIMIT_MB for kind in ("mp3", "m4a")
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
