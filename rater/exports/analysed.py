"""`analysis.csv`: a row per session that is analysed, with the means over its ratings and the outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from rater.analysis.sessions import ListedSession, analysed_sessions
from rater.analysis.taking import Given
from rater.exports.contents import StudyData
from rater.exports.resource import Column, Resource, item_column, score_column
from rater.terms import AnalysisRule

LEAD = (
    Column("session_id", "string", "Therapy session"),
    Column("patient_id", "string", "Patient"),
    Column("therapist_id", "string", "Therapist"),
    Column("session_no", "integer", "Running number of the patient's session"),
    Column("time", "integer", "session_no - 1"),
    Column("phase", "string", "Phase of the therapy"),
    Column("n_ratings", "integer", "Ratings that the session has in the main wave"),
)
TAKEN = {
    AnalysisRule.MEAN: "mean of the raters' points as rated; never reversed",
    AnalysisRule.CONSENSUS: "what the raters agreed on when they met, else the mean of their points; never reversed",
    AnalysisRule.MAIN: "the main rater's point as rated; never reversed",
}
FROM_ITEMS = {
    AnalysisRule.MEAN: "from the items' means over raters",
    AnalysisRule.CONSENSUS: "from the items' consensus, else their means over raters",
    AnalysisRule.MAIN: "from the main rater's items",
}


def analysis(data: StudyData) -> Resource:
    """The table of the main wave; items as rated, scores on keyed values.

    An item whose id is also the name of a score or of another column bears the suffix `_item`.
    """
    columns, by = [*LEAD], data.analysis_rule
    taken = {column.name for column in LEAD} | {name for scale in data.scales for name in scale.scores}
    for scale in data.scales:
        rule, base = (TAKEN[by], FROM_ITEMS[by]) if scale.observer else ("as answered", "")
        items = [item for item in scale.items if item.scorable]
        columns += [item_column(scale, item, _free(item.id, taken), rule=rule) for item in items]
        columns += [score_column(scale, each, each.name, rule=base) for each in scale.scores.values()]
    return Resource("analysis.csv", "Sessions with items, scores and outcomes", tuple(columns), _rows(data))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_item"
    return name


def _rows(data: StudyData) -> Iterator[tuple[object, ...]]:
    ratings: dict[str, list[Given]] = {}
    for rating in data.main_ratings:
        ratings.setdefault(rating.session_id, []).append((rating.role, rating.points))
    for each in analysed_sessions(data.scales, data.sessions, ratings, data.outcomes, data.taking):
        row: list[object] = [*_lead(each.session), each.n_ratings]
        for scale in data.scales:
            row += [each.points.get(item.id) for item in scale.items if item.scorable]
            row += [each.scores[name] for name in scale.scores]
        yield tuple(row)


def _lead(each: ListedSession) -> tuple[object, ...]:
    lead = (each.session_id, each.patient_id, each.therapist_id, each.session_no, each.session_no - 1)
    return (*lead, each.phase)
