"""Bars and caps as they are written, and each refusal with its size."""

from __future__ import annotations

import pytest

from rater.allocation.constraints import parse_bars, parse_caps, unknown_in_bars
from rater.allocation.designs import allocate
from rater.allocation.plans import Bar, BarOn, PlannedSession, Settings
from rater.errors import BadInput, NoFeasibleAllocation
from tests.allocation.builders import make_sessions, row

SESSIONS = make_sessions(patients=2, therapists=2, each=5)
PAIR = ("R1", "R2")


def test_bars_are_read_on_therapists_patients_and_sessions() -> None:
    assert parse_bars(["R1=therapist:T1", "R2=patient:P 03", "R3=session:P01=a:b"]) == (
        Bar("R1", BarOn.THERAPIST, "T1"),
        Bar("R2", BarOn.PATIENT, "P 03"),
        Bar("R3", BarOn.SESSION, "P01=a:b"),
    )


def test_caps_are_read() -> None:
    assert parse_caps(["R2=40", " R3=0 "]) == {"R2": 40, "R3": 0}


def test_every_faulty_bar_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        parse_bars(["R1=T1", "R1=therapist:T1", "R-1=patient:P1", "R1=phase:I", "R1=session:"])
    assert [each.cause.params["text"] for each in refused.value.faults] == [
        "'R1=T1'", "'R-1=patient:P1'", "'R1=phase:I'", "'R1=session:'",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["R1", "R1=-3", "R1=4.5", "R1=many", "R 1=4", "R1=", "R1=٤"])
def test_faulty_caps_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_caps([text])


def test_a_rater_has_one_cap() -> None:
    with pytest.raises(BadInput, match="R1 has more than one cap"):
        parse_caps(["R1=4", "R1=4"])


def test_bars_on_what_the_study_does_not_have_are_faults() -> None:
    bars = parse_bars(["R1=therapist:T1", "R9=therapist:T9", "R1=patient:T1"])
    faults = unknown_in_bars(bars, {BarOn.THERAPIST: ["T1"], BarOn.PATIENT: ["P1"]})
    assert [str(each.cause) for each in faults] == ["The study has no therapist T9", "The study has no patient T1"]


@pytest.mark.parametrize(
    ("settings", "reason", "short_by"),
    [
        (Settings(1.2, 1, PAIR), "there are only 10", 2),
        (Settings(0.0, 1, ()), "No eligible rater", 10),
        (Settings(0.0, 1, PAIR, parse_bars(["R1=patient:P01", "R2=patient:P01"])), "No eligible rater", 5),
        (Settings(0.8, 1, PAIR, parse_bars(["R1=patient:P01"])), "only 5 have two eligible raters", 3),
        (Settings(0.1, 1, ("R1",)), "only 0 have two eligible raters", 1),
        (Settings(0.4, 1, PAIR, caps={"R1": 4, "R2": 6}), "caps are too small", 4),
        (Settings(0.0, 1, PAIR, parse_bars(["R1=patient:P01"]), {"R2": 3}), "caps are too small", 2),
        (Settings(0.1, 1, PAIR, kept=(row("P01-S01", *PAIR), row("P01-S02", *PAIR))), "already have 2", 1),
        (Settings(1.0, 1, PAIR, kept=(row("P01-S01", "R1"),)), "leave only 9", 1),
        (Settings(0.1, 1, PAIR, caps={"R1": 1}, kept=(row("P01-S01", "R1"), row("P01-S02", "R1"))), "exceed", 1),
        (Settings(0.1, 1, PAIR, parse_bars(["R1=patient:P01"]), kept=(row("P01-S01", "R1"),)), "barred", 1),
    ],
)
def test_each_refusal_names_its_reason_and_size(settings: Settings, reason: str, short_by: int) -> None:
    with pytest.raises(NoFeasibleAllocation, match=reason) as refused:
        allocate(SESSIONS, settings)
    assert refused.value.short_by == short_by


@pytest.mark.parametrize("caps", [{"R1": 7, "R2": 7}, {"R1": 4, "R2": 10}])
def test_caps_that_just_suffice_are_used_up(caps: dict[str, int]) -> None:
    plan = allocate(SESSIONS, Settings(0.4, 1, PAIR, caps=caps))
    load = [rater for each in plan.sessions for rater in (each.main_rater, each.second_rater)]
    assert {rater: load.count(rater) for rater in PAIR} == caps


def test_room_is_made_by_shifting_others() -> None:
    bars = [f"R1=session:P01-S0{number}" for number in (1, 2)] + ["R2=patient:P02", "R3=session:P01-S01"]
    caps = {"R1": 5, "R2": 3, "R3": 2}
    plan = allocate(SESSIONS, Settings(0.0, 1, ("R1", "R2", "R3"), parse_bars(bars), caps))
    assert PlannedSession("P01-S01", "R2") in plan.sessions
