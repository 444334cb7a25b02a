"""A study whose raters have submitted for twelve weeks: simulated, imported as any other, with or without drift."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rater.cli.demo_files import sessions_csv
from rater.cli.simulation import (
    HIGHEST,
    ITEMS,
    sessions_with_homework,
    simulate_rating,
    simulate_sessions,
    simulate_tasks,
)
from rater.tables import write_table
from tests.builders.command import Command, new_study
from tests.builders.figures import statistic

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEKS, CHANGED = 12, 7
"""How long they rate, and after how many weeks R1 becomes stricter, if at all."""
RATERS = ("R1", "R2", "R3", "R4", "R5")
COLUMNS = ("rating_id", "version", "session_id", "rater_id", "role", "item", "value", "missing_code", "submitted_at")


def rated_for_weeks(home: Path, *, stricter: float = 0.0, seed: int = 8) -> Command:
    """The study `pilot` with 197 rated sessions; from the eighth week on R1 gives so many points less on each item."""
    rater = new_study(home, slug="pilot")
    sessions = simulate_sessions(seed, date(2026, 1, 5))
    (home / "sessions.csv").write_bytes(sessions_csv(sessions))
    (home / "ratings.csv").write_bytes(ratings_csv(stricter=stricter, seed=seed))
    rater("sessions", "import", "pilot", home / "sessions.csv")
    rater("ratings", "import", "pilot", home / "ratings.csv", "--wave", "main")
    return rater


def ratings_csv(*, stricter: float, seed: int) -> bytes:
    """Three of five sessions are rated by two raters; the weeks do not follow the numbers of the sessions."""
    sessions = simulate_sessions(seed, date(2026, 1, 5))
    due, assigned = sessions_with_homework(simulate_tasks(sessions, seed))
    pairs = [(one, other) for one in RATERS for other in RATERS if one < other]
    rows: list[tuple[object, ...]] = []
    for place, each in enumerate(each for each in sessions if not each.excluded):
        week = place * 7919 % WEEKS
        at = BEGIN + timedelta(weeks=week, days=place % 5)
        who = pairs[place // 5 % len(pairs)] if place % 5 < 3 else (RATERS[place // 2 % 5],)
        for rater, role in zip(who, ("main", "second"), strict=False):
            points = simulate_rating(each, rater, seed, due=each.id in due, assigned=each.id in assigned)
            less = stricter if rater == "R1" and week >= CHANGED else 0.0
            head = (f"{each.id}-{rater}", 1, each.id, rater, role)
            for item, point in points.items():
                turned = -1 if ITEMS[item].loading < 0 else 1
                cells = ("", point) if isinstance(point, str) else (clip(round(point - turned * less)), "")
                rows.append((*head, item, *cells, at.isoformat()))
    return write_table(COLUMNS, rows)


def clip(point: int) -> int:
    """The point of the scale that lies nearest."""
    return min(max(point, 0), HIGHEST)


LONG_CODE = "R_with_a_code_that_is_long"


def drift_told() -> dict[str, Any]:
    """A drift document of three scores, twenty weeks, two raters who drift, and the agreement of all."""
    weeks = [(date(2026, 3, 2) + timedelta(weeks=number)).isoformat() for number in range(20)]
    codes = ("R1", "R2", LONG_CODE)
    scores = {name: _score_told(weeks, codes) for name in ("GHES", "StH_A", "StHAR_same")}
    shared = {"n": 9, "days_between": 61.0, "items": {}}
    names = ("difference", "icc", "exact", "within_one", "item_mean", "item_median")
    own = {name: {"n": 9} | {each: statistic(0.12, (-0.2, 0.5)) for each in names} for name in scores}
    return {
        "study": "pilot",
        "wave": "main",
        "policy": {"weeks": 2, "sigma": 3.0, "smallest_shift": 0.25, "least_ratings": 5},
        "n_ratings": 276,
        "scores": scores,
        "alerts": [
            {"score": name, "rater": rater or None, **each}
            for name, told in scores.items()
            for rater, given in {**told["by_week"], "": told["agreement"]}.items()
            for each in given
            if each["drifted"]
        ],
        "repeats": {"R1": {"rater": "R1", "scores": own, **shared}},
        "not_drawn": ["shifts-StHAR_same"],
    }


def _score_told(weeks: list[str], codes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "severity": {code: statistic(-0.1, (-0.4, 0.2), n=90) for code in codes},
        "difference": {code: statistic(-0.2, (-0.6, 0.2), n=90) for code in codes},
        "by_week": {
            code: [_week(week, code != "R2" and place > 15) for place, week in enumerate(weeks)] for code in codes
        },
        "agreement": [_week(week, place == 17) for place, week in enumerate(weeks)],
        "reason": None,
    }


def _week(week: str, drifted: bool) -> dict[str, Any]:
    if week < "2026-03-10":
        return {"week": week, "n": 3, "shift": None, "low": None, "high": None, "drifted": False,
                "reason": "too few earlier ratings"}  # fmt: skip
    shift = -0.9 if drifted else 0.1
    return {"week": week, "n": 9, "shift": shift, "low": -0.6, "high": 0.6, "drifted": drifted, "reason": None}
