"""How many sessions, ratings and points the analysis rests on, in counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rater.analysis.sessions import ListedSession
from rater.reliability.matrix import RatedSession, by_session, dyad_key, shared_sessions
from rater.terms import Position


def counts(sessions: Iterable[ListedSession], ratings: Sequence[RatedSession]) -> dict[str, Any]:
    """From the sessions held to the points given, for the main wave; `ratings` are those that count.

    `excluded` are the sessions left out of the main wave by reason, `excluded_from_analysis` the eligible ones left
    out of analysis alone; `missing_codes` counts cells (rating x item). Raters and pairs stand in sorted order.
    """
    held = [each for each in sessions if each.held]
    eligible = [each for each in held if each.eligible]
    given = by_session(ratings)
    total = Counter(each.rater_id for each in ratings)
    main = Counter(each.rater_id for each in ratings if each.position == Position.MAIN)
    codes = Counter(code for each in ratings for code in each.missing.values())
    return {
        "sessions_held": len(held),
        "sessions_eligible": len(eligible),
        "excluded": _by_reason(each for each in held if not each.eligible),
        "excluded_from_analysis": _by_reason(each for each in eligible if not each.analysed),
        "sessions_rated": len(given),
        "sessions_analysed": sum(each.analysed for each in held),
        "patients": len({each.patient_id for each in held}),
        "therapists": len({each.therapist_id for each in held}),
        "ratings": len(ratings),
        "double_coded": sum(len(each) > 1 for each in given.values()),
        "main_per_rater": {rater: main[rater] for rater in sorted(total)},
        "total_per_rater": dict(sorted(total.items())),
        "pairs": {dyad_key(pair): len(shared) for pair, shared in shared_sessions(given).items()},
        "points": sum(value is not None for each in ratings for value in each.points.values()),
        "missing_codes": dict(sorted(codes.items())),
    }


def missingness(ratings: Iterable[RatedSession], items: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each item, how many ratings gave a point, each missing code, or nothing."""
    told: dict[str, Counter[str]] = {item: Counter() for item in items}
    n = 0
    for rating in ratings:
        n += 1
        for item, found in told.items():
            found[rating.missing.get(item, "" if rating.points.get(item) is None else "point")] += 1
    return {
        item: {
            "ratings": n,
            "points": found["point"],
            "codes": {code: count for code, count in sorted(found.items()) if code not in ("", "point")},
            "not_given": found[""],
        }
        for item, found in told.items()
    }


def _by_reason(sessions: Iterable[ListedSession]) -> dict[str, int]:
    return dict(sorted(Counter(each.left_out.reason for each in sessions if each.left_out).items()))
