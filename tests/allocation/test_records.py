"""A record of a draw gives the same plan again, and a record that was tampered with does not pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rater.allocation.designs import allocate
from rater.allocation.plans import ALGORITHM, Bar, BarOn, PlannedSession, Settings, plan_digest
from rater.allocation.records import DrawnAgain, compare, inputs_of, read_inputs, read_rows, rows_of
from tests.allocation.builders import example_sessions

SESSIONS = example_sessions()[:40]
SETTINGS = Settings(
    0.4,
    7,
    ("R1", "R2", "R3"),
    (Bar("R1", BarOn.THERAPIST, SESSIONS[0].therapist),),
    {"R2": 30},
    (PlannedSession(SESSIONS[0].id, "R2", "R3"),),
)


def record() -> dict[str, Any]:
    """What is kept of the draw, through JSON and back."""
    kept = {
        "inputs": inputs_of(SESSIONS, SETTINGS),
        "plan": rows_of(allocate(SESSIONS, SETTINGS).sessions),
        "algorithm": ALGORITHM,
        "digest": plan_digest(SESSIONS, SETTINGS),
    }
    read: dict[str, Any] = json.loads(json.dumps(kept))
    return read


def again(kept: dict[str, Any]) -> DrawnAgain:
    inputs = read_inputs(kept["inputs"])
    rows = allocate(*inputs).sessions
    return compare(read_rows(kept["plan"]), rows, algorithm=kept["algorithm"], digest=kept["digest"], inputs=inputs)


def test_inputs_come_back_as_they_were() -> None:
    sessions, settings = read_inputs(record()["inputs"])
    assert (sessions, settings) == (list(SESSIONS), SETTINGS)


def test_the_record_gives_the_same_plan() -> None:
    assert again(record()) == DrawnAgain(same_algorithm=True, same_inputs=True, differing=())
    assert again(record()).is_same


def _swap_raters(kept: dict[str, Any]) -> None:
    row = next(row for row in kept["plan"] if row[2])
    row[1], row[2] = row[2], row[1]


@pytest.mark.parametrize(
    "tamper",
    [
        _swap_raters,
        lambda kept: kept["plan"].pop(),
        lambda kept: kept["inputs"].update(seed=8),
        lambda kept: kept["inputs"]["bars"].clear(),
        lambda kept: kept["inputs"]["caps"].update(R2=31),
        lambda kept: kept["inputs"]["sessions"].pop(),
        lambda kept: kept.update(algorithm="another one"),
        lambda kept: kept.update(digest="0" * 64),
    ],
)
def test_a_record_that_was_tampered_with_does_not_pass(tamper: Callable[[dict[str, Any]], None]) -> None:
    kept = record()
    tamper(kept)
    assert not again(kept).is_same
