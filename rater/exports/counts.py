"""The counts that a bundle prints, so that nothing can go missing on the way without being seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rater.exports.contents import ListedSession, StudyData


def counts(data: StudyData) -> dict[str, Any]:
    """From sessions listed to sessions analysed, and from assignments to rows, wave by wave.

    `ratings` and `double_coded` are those of the main wave; `rows` are the rows of `ratings_long.csv`, `unsure` those
    of them that are marked so, and `coverage_known` the ratings of all waves that have a coverage.
    """
    held = [each for each in data.sessions if each.held]
    eligible = {each.session_id for each in held if each.eligible}
    analysed = {each.session_id for each in held if each.analysed}
    per_session = Counter(each.session_id for each in data.main_ratings)
    names = dict.fromkeys([*data.assignments, *(each.wave for each in data.ratings)])
    return {
        "sessions_listed": len(data.sessions),
        "sessions_held": len(held),
        "excluded": _by_reason(each for each in held if each.session_id not in eligible),
        "sessions_eligible": len(eligible),
        "excluded_from_analysis": _by_reason(each for each in held if each.session_id in eligible - analysed),
        "sessions_for_analysis": len(analysed),
        "patients": len({each.patient_id for each in held}),
        "therapists": len({each.therapist_id for each in held}),
        "ratings": len(data.main_ratings),
        "double_coded": sum(count > 1 for count in per_session.values()),
        "sessions_rated": len(per_session),
        "ratings_analysed": sum(count for session, count in per_session.items() if session in analysed),
        "rows": sum(len(each.points) for each in data.ratings),
        "coverage_known": sum(each.coverage is not None for each in data.ratings),
        "unsure": sum(len(each.unsure) for each in data.ratings),
        "waves": {name: _wave(data, name) for name in names},
    }


def _by_reason(sessions: Iterable[ListedSession]) -> dict[str, int]:
    return dict(sorted(Counter(each.left_out.reason for each in sessions if each.left_out).items()))


def _wave(data: StudyData, name: str) -> dict[str, int]:
    ratings = [each for each in data.ratings if each.wave == name]
    return {
        "assignments": data.assignments.get(name, 0),
        "ratings": len(ratings),
        "not_submitted": data.assignments.get(name, 0) - len(ratings),
        "rows": sum(len(each.points) for each in ratings),
    }
