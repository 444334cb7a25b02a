"""Memory of an idle web worker after its first requests, beside a worker of bare Flask under the same gunicorn."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.bench import Bench, alone, ask
from benchmarks.servers import web_workers
from benchmarks.table import Measured, Row

REQUESTS = 12


def measure(bench: Bench) -> list[Row]:
    """Proportional set size in MB of the larger worker."""
    who = bench.raters[0]
    for _ in range(REQUESTS):
        ask(bench.rater, "GET", f"/ratings/{who.assignment}", who.headers)
        ask(bench.bare, "GET", "/", {})
    time.sleep(0.5)
    rater, bare = (
        max(pss_mb(worker) for worker in web_workers(bench.process[port])) for port in (bench.rater, bench.bare)
    )
    return [
        Row("one web worker, idle", "MB", Measured([rater]), 100, "bare Flask", Measured([bare]), absolute=True),
    ]


def pss_mb(process: int) -> float:
    """The memory of a process, pages shared with others divided among them (Linux)."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(rollup.split("\nPss:")[1].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
