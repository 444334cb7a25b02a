"""256 KiB ranges of one recording to 8 listeners: Rater, and Rater behind nginx, against nginx on the same file."""

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
    path = f"/recordings/{study.recording}/audio"
    listeners = {
        "nginx": [{"port": bench.nginx, "path": f"/{study.audio}", "headers": {}}] * CLIENTS,
        "rater": [{"port": bench.rater, "path": path, "headers": who.headers} for who in bench.raters[:CLIENTS]],
        "x_accel": [
            {"port": bench.before_rater, "path": path, "headers": who.headers} for who in bench.raters[:CLIENTS]
        ],
    }
    rates: dict[str, list[float]] = {name: [] for name in listeners}
    for _ in range(ROUNDS):
        for name, each in listeners.items():
            job = {"kind": "ranges", "length": LENGTH, "size": study.size, "seconds": SECONDS}
            answers = together([{**job, **one, "seed": seed} for seed, one in enumerate(each)])
            rates[name].append(sum(answer["count"] / answer["elapsed_s"] for answer in answers))
    empty = [{"kind": "saves", "port": bench.bare, "path": "/", "headers": {}, "seconds": SECONDS}] * CLIENTS
    ceiling = max(sum(each["count"] / each["elapsed_s"] for each in together(empty)) for _ in range(2))
    note = f"{ceiling:,.0f} empty answers a second from bare Flask under the same gunicorn"
    nginx = Measured(rates["nginx"], larger_is_better=True)
    return [
        Row(
            quantity,
            "/s",
            Measured(rates[name], larger_is_better=True),
            target,
            "nginx, static file",
            nginx,
            at_least=True,
            notes=notes,
        )
        for quantity, name, target, notes in (
            ("256 KiB ranges, 8 clients", "rater", 0.45, [note]),
            ("256 KiB ranges, through X-Accel", "x_accel", 0.7, []),
        )
    ]


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
