"""Tables for reliability elsewhere, from what is analysed of the main wave: long, stacked, wide, a matrix per item."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rater.exports.contents import StudyData
from rater.exports.rated import CountedRating
from rater.exports.resource import Column, NotGiven, Resource, item_column, score_column
from rater.scales.schema import Scale, Score
from rater.scales.scoring import scores_of
from rater.terms import WaveKind, kind_of_wave

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
    scores = _score_frame(data, data.analysed_ratings)
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


def calibration_tables(data: StudyData) -> list[Resource]:
    """`scores_<wave>.csv`: scores of each rating of a calibration wave, which never stand among the main ones."""
    waves = dict.fromkeys(each.wave for each in data.ratings)
    parts = tuple(score_column(scale, score, "value") for scale, score in _scores(data))
    tables = []
    for wave in (each for each in waves if kind_of_wave(each) is WaveKind.CALIBRATION):
        scores = _score_frame(data, (each for each in data.ratings if each.wave == wave)).dropna(subset="value")
        rows = _rows(scores[["score", "session_id", "rater_id", "value"]])
        title = f"Scores of each rating of the wave {wave}"
        columns = (SCORE, SESSION, RATER, Column("value", "number", "The rater's score"))
        tables.append(Resource(f"scores_{wave}.csv", title, columns, rows, parts))
    return tables


def _score_frame(data: StudyData, ratings: Iterable[CountedRating]) -> pd.DataFrame:
    """Score (in the scales' order), session, rater and value, by score and then as the ratings stand."""
    import pandas as pd

    rows = [
        (name, rating.session_id, rating.rater_id, value)
        for rating in ratings
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
    places, columns = _columns(data)
    sessions, raters = (sorted({key[part] for key in places}) for part in (0, 1))
    for scale, item in data.rated_items:
        heads = (SESSION, *(item_column(scale, item, rater, rule="as rated; never reversed") for rater in raters))
        rows = _matrix_rows(columns[item.id], places, sessions, raters)
        yield Resource(f"matrix_{item.id}.csv", f"Points of {item.id}, sessions by raters", heads, rows)


class _Given:
    """One item's points in the order of the ratings, NaN for none, and the missing codes by place."""

    def __init__(self) -> None:
        self.values = array("d")
        self.codes: dict[int, NotGiven] = {}

    def at(self, place: int | None) -> float | NotGiven | None:
        if place is None:
            return None
        value = self.values[place]
        return self.codes.get(place) if math.isnan(value) else value


def _columns(data: StudyData) -> tuple[dict[tuple[str, str], int], dict[str, _Given]]:
    """The place of each session and rater, and each item's points."""
    places: dict[tuple[str, str], int] = {}
    columns = {item.id: _Given() for _, item in data.rated_items}
    for place, rating in enumerate(data.analysed_ratings):
        places[rating.session_id, rating.rater_id] = place
        for item, given in columns.items():
            value = rating.points.get(item)
            given.values.append(math.nan if value is None else value)
            if item in rating.missing:
                given.codes[place] = NotGiven(rating.missing[item])
    return places, columns


def _matrix_rows(
    given: _Given, places: Mapping[tuple[str, str], int], sessions: Sequence[str], raters: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    for session in sessions:
        yield (session, *(given.at(places.get((session, rater))) for rater in raters))


def _rows(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    return iter(frame.itertuples(index=False, name=None))
