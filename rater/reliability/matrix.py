"""From the ratings of a wave to the tables that coefficients are computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from rater.scales.schema import Scale
from rater.scales.scoring import keyed
from rater.statistics.result import Floats
from rater.terms import Position

Dyad = tuple[str, str]
Cells = Mapping[tuple[str, str], float | None]


@dataclass(frozen=True)
class RatedSession:
    """One rater's rating of one session: raw points and missing codes by item id, over all sheets of the wave."""

    session_id: str
    rater_id: str
    position: Position
    points: Mapping[str, float | None]
    missing: Mapping[str, str] = field(default_factory=dict)


def dyad_key(dyad: Dyad) -> str:
    """The two codes joined by a hyphen."""
    return "-".join(dyad)


def by_session(ratings: Iterable[RatedSession]) -> dict[str, list[RatedSession]]:
    """The ratings of each session, main before second before all, then by code; sessions in order of their id.

    Raises `ValueError` where one rater's rating of a session comes twice.
    """
    places = list(Position)
    found: dict[str, list[RatedSession]] = {}
    for rating in sorted(ratings, key=lambda each: (each.session_id, places.index(each.position), each.rater_id)):
        found.setdefault(rating.session_id, []).append(rating)
    for session, given in found.items():
        if len({each.rater_id for each in given}) < len(given):
            raise ValueError(f"two ratings of {session} by one rater")
    return found


def shared_sessions(sessions: Mapping[str, Sequence[RatedSession]]) -> dict[Dyad, list[str]]:
    """For every pair of raters, codes in sorted order, the sessions that both rated; empty where there are none."""
    raters = sorted({each.rater_id for given in sessions.values() for each in given})
    found: dict[Dyad, list[str]] = {pair: [] for pair in combinations(raters, 2)}
    for session, given in sessions.items():
        for pair in combinations(sorted(each.rater_id for each in given), 2):
            found[pair].append(session)
    return found


def stacked(tables: Sequence[Sequence[Sequence[float | None]]], columns: int = 2) -> Floats:
    """Tables of unequal length as one array, tables x rows x columns, with NaN for missing values and spare rows."""
    rows = max((len(table) for table in tables), default=0)
    cube = np.full((len(tables), rows, columns), np.nan)
    for place, table in enumerate(tables):
        if table:
            cube[place, : len(table)] = np.array(table, dtype=float)
    return cube


def score_tables(shared: Mapping[Dyad, Sequence[str]], scores: Cells) -> Floats:
    """Dyads x shared sessions x 2: one score of both raters."""
    return stacked(
        [
            [[scores.get((session, rater)) for rater in dyad] for session in sessions]
            for dyad, sessions in shared.items()
        ]
    )


def item_row_tables(
    shared: Mapping[Dyad, Sequence[str]], items: Sequence[str], values: Mapping[str, Cells]
) -> tuple[Floats, list[int]]:
    """Dyads x (shared sessions x items) x 2, item below item, and how many sessions give each dyad a complete row."""
    tables, counts = [], []
    for dyad, sessions in shared.items():
        rows, used = [], set()
        for session in sessions:
            for item in items:
                row = [values[item].get((session, rater)) for rater in dyad]
                rows.append(row)
                if None not in row:
                    used.add(session)
        tables.append(rows)
        counts.append(len(used))
    return stacked(tables), counts


def keyed_values(scale: Scale, ratings: Iterable[RatedSession]) -> dict[str, Cells]:
    """Keyed values (reversed items turned) of every scorable item by session and rater; missing ones are None."""
    kept, given = [item for item in scale.items if item.scorable], list(ratings)
    return {
        item.id: {
            (each.session_id, each.rater_id): None if (value := _value(each, item.id)) is None else keyed(item, value)
            for each in given
        }
        for item in kept
    }


def _value(rating: RatedSession, item: str) -> float | None:
    value = rating.points.get(item)
    return None if value is None or np.isnan(value) else float(value)


def _columns(given: Sequence[RatedSession], raters: Sequence[str]) -> list[RatedSession | None]:
    """A double-coded session's ratings by column: main and second, or one column per rater where all rate all."""
    if not raters:
        return [*given[:2]]
    named = {each.rater_id: each for each in given}
    return [named.get(rater) for rater in raters]


def common_raters(sessions: Mapping[str, Sequence[RatedSession]]) -> list[str]:
    """The raters as columns where every rater rates every session; none where sessions have a main and a second."""
    given = [each for ratings in sessions.values() for each in ratings]
    everyone = bool(given) and all(each.position == Position.ALL for each in given)
    return sorted({each.rater_id for each in given}) if everyone else []


def item_table(double: Mapping[str, Sequence[RatedSession]], raters: Sequence[str], item: str) -> tuple[Floats, Floats]:
    """Raw values of one item over double-coded sessions, and whether it was rated: 1 a point, 0 a missing code.

    Both are sessions x columns (see `common_raters`); NaN where there is neither a point nor a code.
    """
    values, rated = [], []
    for given in double.values():
        row = _columns(given, raters)
        points = [None if each is None else _value(each, item) for each in row]
        coded = [each is not None and bool(each.missing.get(item)) for each in row]
        values.append(points)
        rated.append([1.0 if p is not None else 0.0 if c else None for p, c in zip(points, coded, strict=True)])
    width = len(raters) or 2
    return stacked([values], width)[0], stacked([rated], width)[0]
