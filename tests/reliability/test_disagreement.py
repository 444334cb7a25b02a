"""Tables of disagreement: every pair of points once, in the right cell."""

from __future__ import annotations

import numpy as np

from rater.reliability.disagreement import disagreement
from rater.reliability.report import report
from tests.builders.reliability import example_ratings, example_rows, shipped_scales

NAN = np.nan


def test_rows_are_the_first_column_and_what_is_missing_is_not_counted() -> None:
    values = np.array([[0, 2], [0, 2], [2, 0], [1, 1], [NAN, 1], [2, NAN]])
    told = disagreement(values, range(3), by_position=True)
    assert told == {
        "points": [0, 1, 2],
        "counts": [[0, 0, 2], [0, 1, 0], [1, 0, 0]],
        "n": 4,
        "by_position": True,
        "outside": 0,
    }


def test_three_raters_give_three_pairs_a_session() -> None:
    told = disagreement(np.array([[0, 1, 1], [1, NAN, 1]]), range(2), by_position=False)
    assert told is not None
    assert told["counts"] == [[0, 2], [0, 2]]
    assert (told["n"], told["by_position"]) == (4, False)


def test_a_value_that_is_no_point_is_told_apart() -> None:
    told = disagreement(np.array([[0.5, 1], [1, 1]]), range(2), by_position=True)
    assert told is not None
    assert (told["n"], told["outside"]) == (1, 1)


def test_an_item_without_points_has_no_table() -> None:
    assert disagreement(np.array([[0.5, 1.0]]), range(0), by_position=True) is None


def test_the_example_study_s_tables_are_those_of_its_file() -> None:
    told = report("example", "main", example_ratings(), shipped_scales())
    rows = example_rows()
    for item in ("ghes5", "sta2"):
        wide = rows[rows["item"] == item].pivot(index="session_id", columns="role", values="value")
        pairs = wide[["main", "second"]].dropna()
        counts = pairs.groupby(["main", "second"]).size()
        table = told["items"][item]["disagreement"]
        expected = [[int(counts.get((a, b), 0)) for b in range(5)] for a in range(5)]
        assert table["counts"] == expected
        assert expected != [list(line) for line in zip(*expected, strict=True)], "rows and columns could be exchanged"
        assert table["n"] == len(pairs) == told["items"][item]["n"]
