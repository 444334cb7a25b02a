"""Small studies whose tables can be written down by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rater.exports.analysed import analysis
from rater.exports.contents import Asked, Assigned, StudyData
from rater.exports.counts import counts
from rater.exports.dyads import calibration_tables, dyad_tables
from rater.exports.readme import readme
from rater.exports.registers import allocation
from rater.exports.resource import Resource
from rater.exports.writing import write_table
from rater.scales.schema import Item, Rule, Scale, Score, Text
from rater.terms import ScaleKind
from tests.builders.reliability import make_scale
from tests.exports.builders import make_counted, make_data, make_listed


def text_of(resource: Resource, folder: Path) -> list[str]:
    """The lines of the resource as it is written."""
    write_table(resource, folder)
    return (folder / resource.name).read_text().splitlines()


def named(resources: Iterable[Resource]) -> dict[str, Resource]:
    return {each.name: each for each in resources}


def small() -> StudyData:
    """Two double-coded sessions of two dyads, one without points by R3, and one session rated once."""
    return make_data(
        make_counted("S1", "R2", {"a1": 1.0, "a2": 2.0}),
        make_counted("S1", "R1", {"a1": 4.0, "a2": None}, role="second", missing={"a2": "X"}),
        make_counted("S2", "R1", {"a1": 0.0, "a2": 0.0}),
        make_counted("S2", "R3", {"a1": None, "a2": None}, role="second"),
        make_counted("S3", "R3", {"a1": 2.0, "a2": 3.0}),
        make_counted("S3", "R1", {"a1": 0.0, "a2": 0.0}, wave="training"),
    )


def test_a_calibration_wave_has_a_table_of_its_own_and_no_part_in_the_others(tmp_path: Path) -> None:
    apart = make_counted("S3", "R2", {"a1": 4.0, "a2": 3.0}, role="all", wave="calibration-2")
    data = make_data(*small().ratings, apart)
    (found,) = calibration_tables(data)
    assert (found.name, calibration_tables(small())) == ("scores_calibration-2.csv", [])
    assert text_of(found, tmp_path) == ["score,session_id,rater_id,value", "A,S3,R2,1.5"]
    before, after = (named(dyad_tables(each)) for each in (small(), data))
    assert text_of(before["gstudy_long.csv"], tmp_path) == text_of(after["gstudy_long.csv"], tmp_path)


def test_tables_for_reliability(tmp_path: Path) -> None:
    """a1 is reversed: R2's score of S1 is the mean of 3 and 2, R1's rests on a1 alone."""
    found = named(dyad_tables(small()))
    assert set(found) == {
        "gstudy_long.csv", "stacked.csv", "wide_A_R1-R2.csv", "wide_A_R1-R3.csv", "matrix_a1.csv", "matrix_a2.csv",
    }  # fmt: skip
    lines = {name: text_of(each, tmp_path) for name, each in found.items()}
    assert lines["gstudy_long.csv"] == [
        "score,session_id,rater_id,value", "A,S1,R2,2.5", "A,S1,R1,0", "A,S2,R1,2", "A,S3,R3,2.5",
    ]  # fmt: skip
    assert lines["stacked.csv"] == ["score,dyad,session_id,a,b", "A,R1-R2,S1,0,2.5", "A,R1-R3,S2,2,"]
    assert lines["wide_A_R1-R2.csv"] == ["session_id,R1,R2", "S1,0,2.5"]
    assert lines["wide_A_R1-R3.csv"] == ["session_id,R1,R3", "S2,2,"]
    assert lines["matrix_a1.csv"] == ["session_id,R1,R2,R3", "S1,4,1,", "S2,0,,", "S3,,,2"]


def test_the_order_of_ratings_does_not_pair_anybody(tmp_path: Path) -> None:
    """Pairs are made by session: turned about, the ratings give the same stacked table."""
    data = small()
    turned = replace(data, ratings=tuple(reversed(data.ratings)))
    first, second = (named(dyad_tables(each))["stacked.csv"] for each in (data, turned))
    assert text_of(first, tmp_path) == text_of(second, tmp_path)


def test_a_lagged_score_takes_the_session_before() -> None:
    scale = make_scale(("a1", "a2"), lagged=("a1",), min_valid=2)
    sessions = (make_listed("S1", number=1), make_listed("S2", number=2), make_listed("S3", number=3, excluded="x"),
                make_listed("S4", number=4), make_listed("T2", "P2", number=2))  # fmt: skip
    ratings = [make_counted(each.session_id, "R1", {"a1": float(each.session_no), "a2": 0.0}) for each in sessions]
    data = make_data(*ratings, sessions=sessions, scale=scale)
    table = analysis(data)
    place = [column.name for column in table.columns].index("A_lagged")
    found = {str(row[0]): row[place] for row in table.rows}
    assert found == {"S1": None, "S2": 0.5, "S4": None, "T2": None}


def test_a_double_coded_session_has_item_means_and_scores_from_them() -> None:
    table = analysis(small())
    rows = {str(row[0]): dict(zip([each.name for each in table.columns], row, strict=True)) for row in table.rows}
    assert rows["S1"]["n_ratings"] == 2
    assert (rows["S1"]["a1"], rows["S1"]["a2"], rows["S1"]["A"]) == (2.5, 2.0, 1.75)
    assert (rows["S3"]["n_ratings"], rows["S3"]["a1"], rows["S3"]["time"]) == (1, 2.0, 2)


def test_an_item_with_the_name_of_a_score_gives_way() -> None:
    scores = {"mood": Score("mood", ("mood",), Rule.SUM, 1)}
    scale = Scale(
        "m", 1, ScaleKind.OUTCOME, Text("M"), (Item("mood", Text("Mood"), minimum=0, maximum=3),), scores=scores
    )
    data = replace(small(), scales=(scale,), outcomes={"S1": {"mood": 2.0}}, ratings=())
    table = analysis(data)
    assert [each.name for each in table.columns][-2:] == ["mood_item", "mood"]
    assert [row[-2:] for row in table.rows] == [(2.0, 2.0), (None, None), (None, None)]


def test_sessions_that_only_a_second_rater_has_are_not_in_the_allocation() -> None:
    rows = [
        Assigned("S2", "R1", "main"),
        Assigned("S1", "R2", "second"),
        Assigned("S1", "R1", "main"),
        Assigned("S3", "R1", "all"),
    ]
    assert list(allocation(replace(small(), allocation=tuple(rows))).rows) == [("S1", "R1", "R2"), ("S2", "R1", None)]


def test_made_up_data_say_so() -> None:
    for synthetic in (True, False):
        data = replace(small(), synthetic=synthetic)
        assert ("synthetic" in readme(data, Asked(), counts(data), [])) is synthetic


def test_rows_are_written_as_they_come(tmp_path: Path) -> None:
    """The writer keeps nothing: the file grows while rows are still being made."""
    sizes = []
    data = small()
    resource = named(dyad_tables(data))["stacked.csv"]

    def rows() -> Iterable[tuple[object, ...]]:
        for number in range(20_000):
            sizes.append((tmp_path / "stacked.csv").stat().st_size)
            yield ("A", "R1-R2", f"S{number}", 1.0, 2.0)

    write_table(replace(resource, rows=rows()), tmp_path)
    assert sizes[-1] > sizes[0]
    assert len(list(csv.reader(io.StringIO((tmp_path / "stacked.csv").read_text())))) == 20_001
