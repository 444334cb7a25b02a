"""The number to double and the fingerprint of the inputs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rater.allocation.plans import Bar, BarOn, BegunSession, Settings, number_to_double, plan_digest
from tests.allocation.builders import make_sessions, row

SESSIONS = make_sessions(2, 2, 3)
SETTINGS = Settings(0.4, 7, ("R1", "R2"), (Bar("R1", BarOn.SESSION, "P01-S01"),), {"R1": 5}, (row("P01-S02", "R2"),))


@pytest.mark.parametrize(
    ("share", "sessions", "number"),
    [(0.4, 197, 79), (0.5, 5, 3), (0.0, 9, 0), (1.0, 9, 9), (0.145, 100, 15), (0.29, 50, 15), (1, 3, 3), (1.2, 10, 12)],
)
def test_half_a_session_is_rounded_up(share: float, sessions: int, number: int) -> None:
    assert number_to_double(share, sessions) == number


def test_the_digest_ignores_the_order_of_lists() -> None:
    turned = replace(SETTINGS, raters=("R2", "R1"))
    assert plan_digest(SESSIONS[::-1], turned) == plan_digest(SESSIONS, SETTINGS)
    assert len(plan_digest(SESSIONS, SETTINGS)) == 64


@pytest.mark.parametrize(
    "changed",
    [
        replace(SETTINGS, double=0.5),
        replace(SETTINGS, seed=8),
        replace(SETTINGS, raters=("R1", "R3")),
        replace(SETTINGS, bars=()),
        replace(SETTINGS, caps={"R1": 6}),
        replace(SETTINGS, kept=(row("P01-S02", "R2", "R1"),)),
        replace(SETTINGS, begun=(BegunSession("P01-S03", "R2"),)),
    ],
)
def test_every_setting_changes_the_digest(changed: Settings) -> None:
    assert plan_digest(SESSIONS, changed) != plan_digest(SESSIONS, SETTINGS)


@pytest.mark.parametrize("field", ["id", "therapist", "patient", "phase"])
def test_every_fact_of_a_session_changes_the_digest(field: str) -> None:
    changed = [replace(SESSIONS[0], **{field: "other"}), *SESSIONS[1:]]
    assert plan_digest(changed, SETTINGS) != plan_digest(SESSIONS, SETTINGS)
