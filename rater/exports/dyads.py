"""Tables for reliability elsewhere, from what is analysed of the main wave: long, stacked, wide, a matrix per item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rater.exports.contents import StudyData
from rater.exports.resource import Column, Resource, item_column, score_column
from rater.scales.schema import Scale, Score
from rater.scales.scoring import scores_of

if TYPE_CHECKING:
    import pandas as pd

SESSION = Column("session_id", "string", "Therapy session")
SCORE = Column("score", "string", "Score of one session")
RATER = Column("rater_id", "string", "Rater")


def dyad_tables(data: StudyData) -> list[Resource]:
    """`gstudy_long.csv`, `stacked.csv`, `wide_<score>_<A>-<B>.csv` and `matrix_<item>.csv`.

    Scores are each rater's own, on keyed values; scores that take items of the previous session have no raters of
    their own and are left out. Stacked and wide tables keep shared sessions of which a rater has no score.
    """
    scores = _score_frame(data)
    pairs = _pairs(scores)
    parts = tuple(score_column(scale, score, "value") for scale, score in _scores(data))
    valued = scores.dropna(subset="value")
    return [
        Resource(
            "gstudy_long.csv",
            "Scores of each rating",
            (SCORE, SESSION, RATER, Column("value", "number", "The rater's score")),
            _rows(valued[["score", "session_id", "rater_id", "value"]]),
            parts,
        ),
        Resource(
            "stacked.csv",
            "Scores of double-coded sessions, dyad below dyad",
            (
                SCORE,
                Column("dyad", "string", "The two raters' codes in sorted order"),
                SESSION,
                Column("a", "number", "Score of the first rater of the dyad"),
                Column("b", "number", "Score of the second rater of the dyad"),
            ),
            _rows(pairs.assign(dyad=_dyad_keys(pairs))[["score", "dyad", "session_id", "value_a", "value_b"]]),
        ),
        *_wide(data, pairs),
        *_matrices(data),
    ]


def _scores(data: StudyData) -> list[tuple[Scale, Score]]:
    return [(scale, each) for scale in data.observer_scales for each in scale.scores.values() if not each.lagged]


def _score_frame(data: StudyData) -> pd.DataFrame:
    """Score (in the scales' order), session, rater and value, by score and then as the ratings stand."""
    import pandas as pd

    rows = [
        (name, rating.session_id, rating.rater_id, value)
        for rating in data.analysed_ratings
        for scale in data.observer_scales
        for name, value in scores_of(scale, rating.points).items()
    ]
    frame = pd.DataFrame(rows, columns=["score", "session_id", "rater_id", "value"])
    names = [score.name for _, score in _scores(data)]
    frame = frame.assign(score=pd.Categorical(frame["score"], names), value=frame["value"].astype("float64"))
    return frame.sort_values("score", kind="stable")


def _pairs(scores: pd.DataFrame) -> pd.DataFrame:
    """Both raters' values side by side for every score, dyad and shared session."""
    both = scores.merge(scores, on=["score", "session_id"], suffixes=("_a", "_b"))
    both = both[both["rater_id_a"] < both["rater_id_b"]]
    return both.sort_values(["score", "rater_id_a", "rater_id_b", "session_id"], kind="stable")


def _dyad_keys(pairs: pd.DataFrame) -> pd.Series[str]:
    return pairs["rater_id_a"].astype(str).str.cat(pairs["rater_id_b"].astype(str), sep="-")


def _wide(data: StudyData, pairs: pd.DataFrame) -> Iterator[Resource]:
    known = {score.name: (scale, score) for scale, score in _scores(data)}
    for key, rows in pairs.groupby(["score", "rater_id_a", "rater_id_b"], observed=True):
        name, first, second = (str(each) for each in key)
        scale, score = known[name]
        columns = (SESSION, *(score_column(scale, score, rater) for rater in (first, second)))
        title = f"{name} of sessions that {first} and {second} rated"
        table = rows[["session_id", "value_a", "value_b"]]
        yield Resource(f"wide_{name}_{first}-{second}.csv", title, columns, _rows(table))


def _matrices(data: StudyData) -> Iterator[Resource]:
    """Sessions x raters, raw points of one item; empty where the rater gave none or did not rate the session."""
    import pandas as pd

    ratings = data.analysed_ratings
    cells = [(each.session_id, each.rater_id) for each in ratings]
    index = pd.MultiIndex.from_tuples(cells, names=["session_id", "rater_id"]) if cells else None
    for scale, item in data.rated_items:
        raters: list[str] = []
        table = pd.DataFrame()
        if index is not None:
            points = pd.Series([each.points.get(item.id) for each in ratings], index, dtype="float64")
            table = points.unstack("rater_id").sort_index().sort_index(axis=1)
            raters = [str(each) for each in table.columns]
        columns = (SESSION, *(item_column(scale, item, rater, rule="as rated; never reversed") for rater in raters))
        title = f"Points of {item.id}, sessions by raters"
        yield Resource(f"matrix_{item.id}.csv", title, columns, _rows(table.reset_index() if raters else table))


def _rows(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    return iter(frame.itertuples(index=False, name=None))
