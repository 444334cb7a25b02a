"""256 KiB ranges of one recording to 8 listeners: Rater without nginx against nginx on the same file, in turn."""

from __future__ import annotations

import sys

from benchmarks.bench import Bench, alone
from benchmarks.client import together
from benchmarks.table import Measured, Row

LENGTH = 256 * 1024
CLIENTS = 8
ROUNDS = 5
SECONDS = 2.0


def measure(bench: Bench) -> list[Row]:
    """Ranges a second, all listeners together."""
    study = bench.study
    through_nginx = {"port": bench.nginx, "path": f"/{study.audio}", "headers": {}}
    listeners = [{**through_nginx, "seed": each} for each in range(CLIENTS)]
    signed_in = [
        {"port": bench.rater, "path": f"/recordings/{study.recording}/audio", "headers": who.headers, "seed": seed}
        for seed, who in enumerate(bench.raters[:CLIENTS])
    ]
    rates: dict[str, list[float]] = {"nginx": [], "rater": []}
    for _ in range(ROUNDS):
        for name, jobs in (("nginx", listeners), ("rater", signed_in)):
            job = {"kind": "ranges", "length": LENGTH, "size": study.size, "seconds": SECONDS}
            answers = together([{**job, **each} for each in jobs])
            rates[name].append(sum(each["count"] / each["elapsed_s"] for each in answers))
    empty = [{"kind": "saves", "port": bench.bare, "path": "/", "headers": {}, "seconds": SECONDS}] * CLIENTS
    ceiling = max(sum(each["count"] / each["elapsed_s"] for each in together(empty)) for _ in range(2))
    return [
        Row(
            "256 KiB ranges, 8 clients",
            "/s",
            Measured(rates["rater"], larger_is_better=True),
            0.45,
            "nginx, static file",
            Measured(rates["nginx"], larger_is_better=True),
            at_least=True,
            notes=[f"{ceiling:,.0f} empty answers a second from bare Flask under the same gunicorn"],
        )
    ]


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
