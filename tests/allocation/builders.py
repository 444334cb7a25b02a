"""Studies to allocate, and the hard rules of a plan spelled out one by one."""

from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path

from rater.allocation.plans import BegunSession, Plan, PlannedSession, SessionToRate, Settings

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study" / "sessions.csv"
FIVE = ("R1", "R2", "R3", "R4", "R5")


def make_sessions(patients: int = 6, therapists: int = 2, each: int = 8, first_phase: int = 4) -> list[SessionToRate]:
    """Patients in turn with one of the therapists, `each` sessions long."""
    return [
        SessionToRate(
            f"P{patient:02d}-S{number:02d}",
            f"T{patient % therapists + 1}",
            f"P{patient:02d}",
            "I" if number <= first_phase else "II",
        )
        for patient in range(1, patients + 1)
        for number in range(1, each + 1)
    ]


def example_sessions() -> list[SessionToRate]:
    """The 197 eligible sessions of the example study."""
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        return [
            SessionToRate(row["session_id"], row["therapist_id"], row["patient_id"], row["phase"])
            for row in csv.DictReader(file)
            if row["use"] == "main" and not row["excluded"]
        ]


def broken_rules(plan: Plan, sessions: list[SessionToRate], settings: Settings) -> set[str]:
    """The names of the hard rules that the plan breaks."""
    rows = {row.session_id: row for row in plan.sessions}
    broken = set()
    if sorted(rows) != sorted(session.id for session in sessions) or len(rows) != len(plan.sessions):
        broken.add("one row per session")
    required = math.floor(round(settings.double * len(sessions), 9) + 0.5)
    if sum(row.second_rater is not None for row in plan.sessions) != required:
        broken.add("number double-coded")
    if any(row.main_rater == row.second_rater for row in plan.sessions):
        broken.add("two different raters")
    kept = {row.session_id: row for row in settings.kept}
    if any(rows.get(session_id) != row for session_id, row in kept.items()):
        broken.add("kept")
    given = [(row.session_id, rater) for row in plan.sessions for rater in (row.main_rater, row.second_rater) if rater]
    begun = {each.session_id: each for each in settings.begun}
    if any(not _stands(rows[session_id], each) for session_id, each in begun.items() if session_id in rows):
        broken.add("begun")
    held = {(each.session_id, rater) for each in begun.values() for rater in (each.main_rater, each.second_rater)}
    if any(rater not in settings.raters for session_id, rater in given
           if session_id not in kept and (session_id, rater) not in held):  # fmt: skip
        broken.add("raters")
    load = Counter(rater for _, rater in given)
    if any(load[rater] > cap for rater, cap in settings.caps.items()):
        broken.add("caps")
    session_of = {session.id: session for session in sessions}
    if any(bar.rater == rater and bar.covers(session_of[session_id]) for session_id, rater in given
           for bar in settings.bars if session_id in session_of):  # fmt: skip
        broken.add("bars")
    return broken


def _stands(planned: PlannedSession, begun: BegunSession) -> bool:
    """Whether those who have begun a session still have it, in the same place."""
    places = [(begun.main_rater, planned.main_rater), (begun.second_rater, planned.second_rater)]
    return all(before in (None, after) for before, after in places)


def row(session_id: str, main: str, second: str | None = None) -> PlannedSession:
    """One line of an allocation."""
    return PlannedSession(session_id, main, second)
