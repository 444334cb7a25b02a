"""The counts that a bundle prints, so that nothing can go missing on the way without being seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rater.analysis.sessions import ListedSession
from rater.exports.contents import StudyData
from rater.exports.rated import CountedRating
from rater.terms import WaveKind


def counts(data: StudyData) -> dict[str, Any]:
    """From sessions listed to sessions analysed, and from assignments to rows, wave by wave.

    `ratings` and `double_coded` are those of the main wave; `rows` are the rows of `ratings_long.csv`, `unsure` those
    of them that are marked so, and `coverage_known` the ratings of all waves that have a coverage.
    """
    held = [each for each in data.sessions if each.held]
    eligible = {each.session_id for each in held if each.eligible}
    analysed = {each.session_id for each in held if each.analysed}
    rated = _Rated()
    for each in data.ratings:
        rated.take(each)
    per_session = rated.main_of_session
    names = dict.fromkeys([*data.assignments, *rated.ratings])
    return {
        "sessions_listed": len(data.sessions),
        "sessions_held": len(held),
        "excluded": _by_reason(each for each in held if each.session_id not in eligible),
        "sessions_eligible": len(eligible),
        "excluded_from_analysis": _by_reason(each for each in held if each.session_id in eligible - analysed),
        "sessions_for_analysis": len(analysed),
        "patients": len({each.patient_id for each in held}),
        "therapists": len({each.therapist_id for each in held}),
        "ratings": per_session.total(),
        "double_coded": sum(count > 1 for count in per_session.values()),
        "sessions_rated": len(per_session),
        "ratings_analysed": sum(count for session, count in per_session.items() if session in analysed),
        "rows": rated.rows.total(),
        "coverage_known": rated.coverage_known,
        "unsure": rated.unsure,
        "waves": {
            name: {
                "assignments": data.assignments.get(name, 0),
                "ratings": rated.ratings[name],
                "not_submitted": data.assignments.get(name, 0) - rated.ratings[name],
                "rows": rated.rows[name],
            }
            for name in names
        },
    }


class _Rated:
    """What is counted of ratings, in one go through them; `ratings` and `rows` are by wave."""

    def __init__(self) -> None:
        self.ratings: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.main_of_session: Counter[str] = Counter()
        self.coverage_known = self.unsure = 0

    def take(self, rating: CountedRating) -> None:
        self.ratings[rating.wave] += 1
        self.rows[rating.wave] += len(rating.points)
        self.coverage_known += rating.coverage is not None
        self.unsure += len(rating.unsure)
        if rating.wave == WaveKind.MAIN:
            self.main_of_session[rating.session_id] += 1


def _by_reason(sessions: Iterable[ListedSession]) -> dict[str, int]:
    return dict(sorted(Counter(each.left_out.reason for each in sessions if each.left_out).items()))
