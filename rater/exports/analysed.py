"""`analysis.csv`: a row per session that is analysed, with the means over its ratings and the outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rater.exports.contents import ListedSession, Points, StudyData
from rater.exports.resource import Column, Resource, item_column, score_column
from rater.scales.schema import Scale
from rater.scales.scoring import lagged_score, mean_points, score

LEAD = (
    Column("session_id", "string", "Therapy session"),
    Column("patient_id", "string", "Patient"),
    Column("therapist_id", "string", "Therapist"),
    Column("session_no", "integer", "Running number of the patient's session"),
    Column("time", "integer", "session_no - 1"),
    Column("phase", "string", "Phase of the therapy"),
    Column("n_ratings", "integer", "Ratings of the main wave that the row rests on"),
)
MEAN_OF_POINTS = "mean of the raters' points as rated; never reversed"
FROM_MEANS = "from the items' means over raters"


def analysis(data: StudyData) -> Resource:
    """The table of the main wave; items as rated, scores on keyed values.

    An item whose id is also the name of a score or of another column bears the suffix `_item`.
    """
    columns = [*LEAD]
    taken = {column.name for column in LEAD} | {name for scale in data.scales for name in scale.scores}
    for scale in data.scales:
        rule, base = (MEAN_OF_POINTS, FROM_MEANS) if scale.observer else ("as answered", "")
        items = [item for item in scale.items if item.scorable]
        columns += [item_column(scale, item, _free(item.id, taken), rule=rule) for item in items]
        columns += [score_column(scale, each, each.name, rule=base) for each in scale.scores.values()]
    return Resource(
        "analysis.csv", "Sessions with means over ratings, scores and outcomes", tuple(columns), _rows(data)
    )


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_item"
    return name


def _rows(data: StudyData) -> Iterator[tuple[object, ...]]:
    ratings: dict[str, list[Points]] = {}
    for rating in data.main_ratings:
        ratings.setdefault(rating.session_id, []).append(rating.points)
    analysed = [each for each in data.sessions if each.analysed]
    means = {each.session_id: mean_points(ratings.get(each.session_id, [])) for each in analysed}
    previous = {(each.patient_id, each.session_no + 1): each.session_id for each in analysed}
    for each in analysed:
        before = means.get(previous.get((each.patient_id, each.session_no), ""))
        row: list[object] = [*_lead(each), len(ratings.get(each.session_id, []))]
        for scale in data.scales:
            points = means[each.session_id] if scale.observer else data.outcomes.get(each.session_id, {})
            row += [points.get(item.id) for item in scale.items if item.scorable]
            row += _scores(scale, points, before)
        yield tuple(row)


def _lead(each: ListedSession) -> tuple[object, ...]:
    lead = (each.session_id, each.patient_id, each.therapist_id, each.session_no, each.session_no - 1)
    return (*lead, each.phase)


def _scores(scale: Scale, points: Points, before: Mapping[str, float | None] | None) -> list[float | None]:
    return [
        lagged_score(scale, name, points, before) if wanted.lagged else score(scale, name, points)
        for name, wanted in scale.scores.items()
    ]
