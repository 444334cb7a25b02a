"""How even an allocation is, margin by margin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from rater.allocation.constraints import able_raters
from rater.allocation.plans import Plan, PlannedSession, SessionToRate, Settings, number_to_double

STRATA: dict[str, Callable[[SessionToRate], str]] = {
    "therapist": lambda session: session.therapist,
    "patient": lambda session: session.patient,
    "phase": lambda session: session.phase,
    "therapist_phase": lambda session: f"{session.therapist} {session.phase}",
}


@dataclass(frozen=True)
class Margin:
    """Counts over the cells that may hold units."""

    counts: Mapping[str, int]

    @property
    def spread(self) -> int:
        """Largest count less smallest; 0 without cells."""
        return max(self.counts.values()) - min(self.counts.values()) if self.counts else 0

    @property
    def least_spread(self) -> int:
        """The smallest spread that whole numbers allow: 0 where the units divide evenly, else 1."""
        return int(bool(self.counts) and sum(self.counts.values()) % len(self.counts) > 0)

    @property
    def excess(self) -> int:
        """Sum of (count - mean)^2 beyond what whole numbers force; 0 means as even as can be."""
        return excess(self.counts.values())

    def as_dict(self) -> dict[str, Any]:
        """The figures of the margin, counts by cell included."""
        values = self.counts.values()
        return {
            "min": min(values, default=0),
            "max": max(values, default=0),
            "spread": self.spread,
            "least_spread": self.least_spread,
            "excess": self.excess,
            "counts": dict(self.counts),
        }


def excess(counts: Iterable[int]) -> int:
    """Sum (count - mean)^2 - r(m - r)/m for m cells that hold mq + r units: a whole number, never negative."""
    values = list(counts)
    if not values:
        return 0
    q, r = divmod(sum(values), len(values))
    return sum(value * value for value in values) - (len(values) - r) * q * q - r * (q + 1) * (q + 1)


def balance(plan: Plan, sessions: Sequence[SessionToRate], settings: Settings) -> dict[str, Any]:
    """Every margin of the plan with its spread and excess.

    Keys: `double` {count, required}, `pairs`, `main_load`, `total_load`, and `by` {therapist, patient, phase,
    therapist_phase}. A margin runs over the raters of the settings that may rate something in it; raters who appear
    in kept rows alone are counted under `outside`.
    """
    raters = sorted(settings.raters)
    names: dict[tuple[int, ...], tuple[str, ...]] = {}
    eligible = {
        session.id: names.setdefault(able, tuple(raters[place] for place in able))
        for session, able in zip(sessions, able_raters(raters, sessions, settings.bars), strict=True)
    }
    rows = plan.sessions
    main = Counter(row.main_rater for row in rows)
    second = Counter(row.second_rater for row in rows if row.second_rater is not None)
    open_to_some = [rater for rater in raters if any(rater in able for able in eligible.values())]
    total = main + second
    doubled = [row for row in rows if row.second_rater is not None]
    found: dict[str, Any] = {
        "double": {"count": len(doubled), "required": number_to_double(settings.double, len(sessions))},
        "pairs": _pairs(doubled, eligible.values()).as_dict(),
        "main_load": Margin({rater: main[rater] for rater in open_to_some}).as_dict(),
        "total_load": Margin({rater: total[rater] for rater in open_to_some}).as_dict(),
        "by": {name: _by(stratum, rows, sessions, eligible) for name, stratum in STRATA.items()},
    }
    outside = {rater: count for rater, count in sorted(total.items()) if rater not in raters}
    return found | ({"outside": outside} if outside else {})


def _pairs(doubled: Sequence[PlannedSession], eligible: Iterable[Sequence[str]]) -> Margin:
    able = {pair for raters in set(map(tuple, eligible)) for pair in combinations(sorted(raters), 2)}
    seen = Counter(tuple(sorted((row.main_rater, row.second_rater or ""))) for row in doubled)
    return Margin({"-".join(pair): seen[pair] for pair in sorted(able)})


def _by(
    stratum: Callable[[SessionToRate], str],
    rows: Sequence[PlannedSession],
    sessions: Sequence[SessionToRate],
    eligible: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    row_of = {row.session_id: row for row in rows}
    members: dict[str, list[SessionToRate]] = {}
    for session in sorted(sessions, key=lambda session: (stratum(session), session.id)):
        members.setdefault(stratum(session), []).append(session)
    doubles = sum(row.second_rater is not None for row in rows)
    cells: dict[str, dict[str, Any]] = {}
    for name, inside in members.items():
        mine = [row_of[session.id] for session in inside]
        main = Counter(row.main_rater for row in mine)
        able = sorted(set().union(*{eligible[session.id] for session in inside}))
        share = Fraction(doubles * len(inside), len(sessions))
        cells[name] = {
            "sessions": len(inside),
            "main": Margin({rater: main[rater] for rater in able}).as_dict(),
            "double": _double(sum(row.second_rater is not None for row in mine), share),
        }
    return {
        "spread": max((cell["main"]["spread"] for cell in cells.values()), default=0),
        "excess": sum(cell["main"]["excess"] for cell in cells.values()),
        "double_beyond": sum(cell["double"]["beyond"] for cell in cells.values()),
        "cells": cells,
    }


def _double(count: int, share: Fraction) -> dict[str, Any]:
    floor = share.numerator // share.denominator
    ceiling = -(-share.numerator // share.denominator)
    beyond = max(0, floor - count, count - ceiling)
    return {"count": count, "share": float(share), "floor": floor, "ceiling": ceiling, "beyond": beyond}
