"""Rated sessions: from long rows, and from the example study's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from rater.reliability.matrix import RatedSession
from rater.scales.loading import load_scale
from rater.scales.schema import Item, Rule, Scale, Score, Text
from rater.terms import Position, ScaleKind

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study"
SHIPPED = Path(__file__).parents[2] / "scales"


def make_scale(
    items: Sequence[str] = ("a1", "a2"), reverse: Iterable[str] = (), min_valid: int = 1, lagged: Sequence[str] = ()
) -> Scale:
    """A scale with items from 0 to 4 and their mean `A`; with `lagged` items also a score `A_lagged`."""
    turned = set(reverse)
    scores = {"A": Score("A", tuple(items), Rule.MEAN, min_valid)}
    if lagged:
        scores["A_lagged"] = Score("A_lagged", tuple(items), Rule.MEAN, min_valid, from_previous_session=tuple(lagged))
    return Scale(
        "a", 1, ScaleKind.OBSERVER, Text("A"),
        tuple(Item(each, Text(each), reverse=each in turned, minimum=0, maximum=4) for each in items),
        scores=scores,
    )  # fmt: skip


def make_rated(
    session: str,
    rater: str,
    position: Position,
    points: Mapping[str, float | None],
    missing: Mapping[str, str] | None = None,
) -> RatedSession:
    """One rater's rating of one session."""
    return RatedSession(session, rater, position, points, missing or {})


def example_rows(file: str = "ratings.csv") -> pd.DataFrame:
    """The example study's ratings in long form, the highest version of each."""
    rows = pd.read_csv(EXAMPLE / file, dtype={"missing_code": str})
    return rows[rows["version"] == rows.groupby("rating_id")["version"].transform("max")]


def example_ratings(file: str = "ratings.csv") -> list[RatedSession]:
    """The example study's ratings of one wave."""
    found = []
    for (session, rater, role), rows in example_rows(file).groupby(["session_id", "rater_id", "role"]):
        values = {row.item: None if pd.isna(row.value) else float(row.value) for row in rows.itertuples()}
        codes = {row.item: row.missing_code for row in rows.itertuples() if not pd.isna(row.missing_code)}
        position = Position.ALL if role == "calibration" else Position(role)
        found.append(RatedSession(session, rater, position, values, codes))
    return found


def shipped_scales() -> list[Scale]:
    """GHES, StHAR and PHQ-9 as they are shipped."""
    return [load_scale((SHIPPED / f"{name}.yaml").read_bytes()) for name in ("ghes", "sthar", "phq9")]
