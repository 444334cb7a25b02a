"""A durable save against the least it can cost: a request that does nothing and a bare SQLite commit, in turn."""

from __future__ import annotations

import statistics
import sys
from typing import Any

from benchmarks.bench import ITEM, Bench, alone
from benchmarks.client import together
from benchmarks.table import Measured, Row

ROUNDS = 5
SECONDS = 1.5
CLIENTS = 20
MANY = 200


def measure(bench: Bench) -> list[Row]:
    """One rater alone (p50), twenty at once (rate, and p99 to p50), and one who has rated much against a new one."""
    return [_one(bench), *_twenty(bench), _long_after(bench)]


def _one(bench: Bench) -> Row:
    taken: dict[str, list[float]] = {"least": [], "no-op": [], "save": []}
    for _ in range(ROUNDS):
        taken["least"].append(_p50(together(_least(bench))))
        taken["no-op"].append(_p50(together(_no_op(bench, 1))))
        taken["save"].append(_p50(together(_save(bench, 1))))
    return Row(
        "durable save, 1 client, p50",
        "ms",
        Measured(taken["save"]),
        2.5,
        "no-op request + bare commit",
        Measured(taken["least"]),
        notes=[f"the request alone {statistics.median(taken['no-op']):.2f} ms (median)"],
    )


def _twenty(bench: Bench) -> list[Row]:
    rates: dict[str, list[float]] = {"no-op": [], "save": []}
    spread: list[float] = []
    slowest: list[float] = []
    for _ in range(ROUNDS):
        for name, jobs in (("no-op", _no_op(bench, CLIENTS)), ("save", _save(bench, CLIENTS))):
            answers = together(jobs)
            rates[name].append(sum(each["count"] / each["elapsed_s"] for each in answers))
            if name == "save":
                times = sorted(each for answer in answers for each in answer["taken_s"])
                slowest.append(times[-1] * 1000)
                spread.append(times[int(len(times) * 0.99)] / statistics.median(times))
    no_op, save = (Measured(rates[name], larger_is_better=True) for name in ("no-op", "save"))
    return [
        Row("durable save, 20 clients, rate", "/s", save, 0.2, "no-op request, 20 clients", no_op, at_least=True),
        Row(
            "durable save, 20 clients, p99 : p50",
            "x",
            Measured(spread),
            5,
            absolute=True,
            notes=[f"the slowest of all {statistics.median(slowest):.0f} ms (median of {len(slowest)} turns)"],
        ),
    ]


def _long_after(bench: Bench) -> Row:
    raters = {rated: bench.after(rated) for rated in (1, MANY)}
    taken: dict[int, list[float]] = {rated: [] for rated in raters}
    for _ in range(ROUNDS):
        for rated, (port, who) in raters.items():
            job = _job(port, who.assignment, who.writing)
            taken[rated].append(_p50(together([job])))
    return Row(
        f"durable save after {MANY} rated sessions",
        "ms",
        Measured(taken[MANY]),
        1.2,
        "after 1 rated session",
        Measured(taken[1]),
    )


def _save(bench: Bench, count: int) -> list[dict[str, Any]]:
    return [_job(bench.rater, who.assignment, who.writing) for who in bench.raters[:count]]


def _job(port: int, assignment: str, headers: dict[str, str]) -> dict[str, Any]:
    path = f"/ratings/{assignment}/items/{ITEM}"
    return {"kind": "saves", "port": port, "path": path, "headers": headers, "seconds": SECONDS}


def _no_op(bench: Bench, count: int) -> list[dict[str, Any]]:
    who = bench.raters[0].writing
    return [{"kind": "saves", "port": bench.bare, "path": "/", "headers": who, "seconds": SECONDS}] * count


def _least(bench: Bench) -> list[dict[str, Any]]:
    return [{**job, "kind": "least", "database": str(bench.folder / "bare.sqlite")} for job in _no_op(bench, 1)]


def _p50(answers: list[dict[str, Any]]) -> float:
    taken: list[float] = [each for answer in answers for each in answer["taken_s"]]
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
