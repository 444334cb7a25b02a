"""The measure of evenness as it is defined, counted cell by cell from the rows of a plan alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import combinations

from rater.allocation.plans import Plan, SessionToRate, Settings

STRATA: dict[str, Callable[[SessionToRate], object]] = {
    "therapist": lambda session: session.therapist,
    "phase": lambda session: session.phase,
    "patient": lambda session: session.patient,
    "therapist_phase": lambda session: (session.therapist, session.phase),
}


def excess(counts: Iterable[int]) -> Fraction:
    """Sum of (count - mean)^2 over m cells that hold N = mq + r units, less r(m - r)/m; 0 without cells."""
    values = list(counts)
    if not values:
        return Fraction(0)
    m, units = len(values), sum(values)
    mean, r = Fraction(units, m), units % m
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) - Fraction(r * (m - r), m)


def measured(plan: Plan, sessions: list[SessionToRate], settings: Settings) -> dict[str, Fraction]:
    """The excess of every margin over the cells that bars leave open; strata are added up."""
    rows = {row.session_id: row for row in plan.sessions}
    open_to = {
        session.id: {
            rater for rater in settings.raters
            if not any(bar.rater == rater and bar.covers(session) for bar in settings.bars)
        }
        for session in sessions
    }  # fmt: skip
    raters = set().union(*open_to.values())
    dyads = {frozenset(pair) for able in open_to.values() for pair in combinations(sorted(able), 2)}
    mains = [row.main_rater for row in rows.values()]
    seconds = [row.second_rater for row in rows.values() if row.second_rater]
    met = [frozenset((row.main_rater, row.second_rater)) for row in rows.values() if row.second_rater]
    found = {
        "total_load": excess((mains + seconds).count(rater) for rater in raters),
        "pairs": excess(met.count(dyad) for dyad in dyads),
        "main_load": excess(mains.count(rater) for rater in raters),
    }
    for name, stratum in STRATA.items():
        inside: dict[object, list[SessionToRate]] = {}
        for session in sessions:
            inside.setdefault(stratum(session), []).append(session)
        found[name] = sum((
            excess([rows[session.id].main_rater for session in each].count(rater)
                   for rater in set().union(*(open_to[session.id] for session in each)))
            for each in inside.values()
        ), Fraction(0))  # fmt: skip
    return found
