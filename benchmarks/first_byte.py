"""First byte at the end of a 20 MB recording against the first byte at its start, asked in turn."""

from __future__ import annotations

import statistics
import sys
import time

from benchmarks.bench import Bench, alone
from benchmarks.client import Connection, request_bytes
from benchmarks.table import Measured, Row

ROUNDS = 7
EACH = 30
LENGTH = 64 * 1024


def measure(bench: Bench) -> list[Row]:
    """Milliseconds from the request to the first byte of the answer."""
    study, who = bench.study, bench.raters[0]
    path = f"/recordings/{study.recording}/audio"
    places = {"start": 0, "end": study.size - LENGTH}
    requests = {
        name: request_bytes("GET", path, {**who.headers, "Range": f"bytes={start}-{start + LENGTH - 1}"})
        for name, start in places.items()
    }
    connection = Connection(bench.rater)
    taken: dict[str, list[float]] = {name: [] for name in places}
    for _ in range(ROUNDS):
        round_taken: dict[str, list[float]] = {name: [] for name in places}
        for _ in range(EACH):
            for name, request in requests.items():
                round_taken[name].append(_first_byte(connection, request))
        for name, values in round_taken.items():
            taken[name].append(statistics.median(values) * 1000)
    return [
        Row(
            f"first byte at the end of {study.size / 1e6:.0f} MB",
            "ms",
            Measured(taken["end"]),
            1.3,
            "first byte at its start",
            Measured(taken["start"]),
        )
    ]


def _first_byte(connection: Connection, request: bytes) -> float:
    start = time.perf_counter()
    connection.socket.sendall(request)
    connection.socket.recv(1, 2)  # MSG_PEEK: look at the first byte, leave it
    taken = time.perf_counter() - start
    status, body = connection.ask(b"")
    if status != 206 or len(body) != LENGTH:
        raise ValueError(f"{status} with {len(body)} bytes where 206 with {LENGTH} was due")
    return taken


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
