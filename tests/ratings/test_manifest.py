"""Ratings made elsewhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from rater.ratings.manifest import ItemRule, RatingsFile, read_ratings
from rater.terms import Position
from tests.builders.tables import faults_of, make_csv, places

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study"
CODES = frozenset({"NOT_RATABLE", "NA_NO_PREVIOUS_HOMEWORK", "NA_NO_NEW_HOMEWORK"})
GHES = {f"ghes{number}": ItemRule(range(5), CODES, "ghes") for number in range(1, 8)}
STHAR = {
    name: ItemRule(range(5), CODES, "sthar")
    for name in [*(f"sta{n}" for n in range(1, 6)), *(f"str{n}" for n in range(1, 4))]
}
ITEMS = GHES | STHAR
HEADER = "rating_id,version,session_id,rater_id,role,item,value,missing_code,scale\n"
FIRST = "A,1,S1,R1,main,ghes1,3,,\n"


def read(text: str, wave: str | None = None) -> RatingsFile:
    return read_ratings(text.encode(), items=ITEMS, wave=wave)


def broken(text: str, wave: str | None = None) -> list[tuple[int | None, str | int | None]]:
    return places(faults_of(lambda: read(text, wave)))


@pytest.mark.parametrize("wave", [None, "main"])
def test_the_example_study_reads(wave: str | None) -> None:
    ratings = read_ratings((EXAMPLE / "ratings.csv").read_bytes(), items=ITEMS, wave=wave)
    assert (len(ratings.rows), ratings.notes, ratings.unknown_columns) == (276, (), ())
    assert Counter(row.position for row in ratings.rows) == {Position.MAIN: 197, Position.SECOND: 79}
    assert Counter(len(row.versions) for row in ratings.rows) == {1: 271, 2: 5}
    assert all(len(version.values) == 15 for row in ratings.rows for version in row.versions)
    assert {row.wave for row in ratings.rows} == {"main"}
    first = ratings.rows[0]
    assert (first.rating_id, first.session_id, first.rater_id, first.line) == ("RT0001", "P01-S01", "R1", 2)
    assert (first.latest.values[0].value, first.latest.values[0].missing_code) == (None, "NA_NO_PREVIOUS_HOMEWORK")


def test_calibration_ratings_need_their_wave() -> None:
    data = (EXAMPLE / "ratings_calibration.csv").read_bytes()
    ratings = read_ratings(data, items=ITEMS, wave="calibration")
    assert len(ratings.rows) == 15
    assert {row.position for row in ratings.rows} == {Position.ALL}
    for wave in (None, "main", "training"):
        faults = faults_of(lambda wave=wave: read_ratings(data, items=ITEMS, wave=wave))  # type: ignore[misc]  # a lambda with a default
        assert len(faults) == 225
        assert "--wave calibration" in str(faults[0].remedy)
    main = (EXAMPLE / "ratings.csv").read_bytes()
    faults = faults_of(lambda: read_ratings(main, items=ITEMS, wave="calibration"))
    assert {each.column for each in faults} == {"role"}


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ("A,1,S1,R1,main,ghes2,0,,ghes\n", []),
        ("A,1,S1,R1,,ghes2,,NOT_RATABLE,ghes@1\n", []),
        ("A,2,S1,R1,main,ghes1,4,,\n", []),
        ("B,1,S1,R2,second,ghes1,4,,\n", []),
        ("A,1,S1,R1,main,ghes1,3,,\n", [(3, "item")]),
        ("A,,S1,R1,main,ghes1,3,,\n", [(3, "item")]),
        ("A,1,S1,R1,main,ghes2,3,NOT_RATABLE,\n", [(3, "missing_code")]),
        ("A,1,S1,R1,main,ghes2,x,NOT_RATABLE,\n", [(3, "value"), (3, "missing_code")]),
        ("A,1,S1,R1,main,ghes2,5,,\n", [(3, "value")]),
        ("A,1,S1,R1,main,ghes2,-1,,\n", [(3, "value")]),
        ("A,1,S1,R1,main,ghes2,2.5,,\n", [(3, "value")]),
        ("A,1,S1,R1,main,ghes2,NA,,\n", [(3, "value")]),
        ("A,1,S1,R1,main,ghes2,,NOT_RATEABLE,\n", [(3, "missing_code")]),
        ("A,1,S1,R1,main,he1,3,,\n", [(3, "item")]),
        ("A,1,S1,R1,main,ghes2,3,,sthar\n", [(3, "scale")]),
        ("A,0,S1,R1,main,ghes2,3,,\n", [(3, "version")]),
        ("A,1,S1,R1,second,ghes2,3,,\n", [(3, "role")]),
        ("A,1,S1,R1,third,ghes2,3,,\n", [(3, "role")]),
        ("A,1,S1,R1,training,ghes2,3,,\n", [(3, "role")]),
        ("A,1,S1,R2,main,ghes2,3,,\n", [(3, "rating_id")]),
        ("A,1,S2,R1,main,ghes2,3,,\n", [(3, "rating_id")]),
        ("B,1,S1,R1,main,ghes2,3,,\n", [(3, "rating_id")]),
        (",1,S1,R1,main,ghes2,3,,\n", [(3, "rating_id")]),
        ("B,1,S1,R2,main,ghes1,4,,\n", [(3, "role")]),
        ("B,1,S1,R 2,second,ghes1,4,,\n", [(3, "rater_id")]),
        ("B,1,,,second,,4,,\n", [(3, "session_id"), (3, "rater_id"), (3, "item")]),
    ],
)
def test_each_fault_has_its_line_and_column(rows: str, where: list[tuple[int, str]]) -> None:
    assert broken(HEADER + FIRST + rows) == where


@pytest.mark.parametrize("separator", [";", "\t"])
def test_faults_stand_in_the_same_place_in_every_dialect(separator: str) -> None:
    text = HEADER + FIRST + "A,1,S1,R1,main,ghes1,3,,\nA,1,S1,R1,main,ghes2,7,,\n"
    data = make_csv(text, separator=separator, line_end="\r\n", encoding="cp1252")
    assert places(faults_of(lambda: read_ratings(data, items=ITEMS))) == [(3, "item"), (4, "value")]


def test_versions_are_kept_apart_and_the_highest_counts() -> None:
    text = HEADER + "A,2,S1,R1,,ghes1,4,,\nA,1,S1,R1,,ghes1,3,,\nA,1,S1,R1,,ghes2,,,\n"
    ratings = read(text)
    (rating,) = ratings.rows
    assert [version.version for version in rating.versions] == [1, 2]
    assert [(given.item, given.value) for given in rating.latest.values] == [("ghes1", 4)]
    assert [str(note) for note in ratings.notes] == [
        "The last version of A lacks 1 items of an earlier one: they count as not rated",
        "1 rows have neither a value nor a missing code: they count as not rated",
    ]


def test_without_ids_a_rating_is_session_and_rater() -> None:
    ratings = read("session_id,rater_id,item,value\nS1,R1,ghes1,3\nS1,R2,ghes1,2\nS1,R1,sta1,1\n")
    assert [(row.rating_id, row.rater_id, len(row.latest.values)) for row in ratings.rows] == [
        (None, "R1", 2),
        (None, "R2", 1),
    ]
    assert {row.position for row in ratings.rows} == {None}


EXPORTED = (
    "study,session_id,patient_id,therapist_id,session_no,phase,wave,role,rater_id,rating_id,version,scale,"
    "scale_version,item,value,scored,missing_code,coverage,submitted_at\n"
    "s,S1,P1,T1,1,I,main,main,R1,A,1,ghes,1,ghes5,1,3,,0.98,2026-01-01T10:00:00Z\n"
    "s,S1,P1,T1,1,I,main,second,R2,B,1,ghes,1,ghes5,2,2,,1.0,2026-01-01T11:00:00Z\n"
    "s,S9,P9,T1,1,I,calibration,main,R1,A,1,ghes,1,ghes5,,,NOT_RATABLE,1.0,2025-01-01T11:00:00Z\n"
)


def test_an_export_imports_again_with_the_waves_it_names() -> None:
    ratings = read(EXPORTED)
    assert [(row.wave, row.session_id, row.rater_id, row.position) for row in ratings.rows] == [
        ("main", "S1", "R1", Position.MAIN),
        ("main", "S1", "R2", Position.SECOND),
        ("calibration", "S9", "R1", Position.MAIN),
    ]
    assert ratings.rows[0].latest.values[0].value == 1
    assert "scored" in ratings.unknown_columns


def test_rows_of_another_wave_than_the_one_asked_for_are_refused() -> None:
    assert broken(EXPORTED, wave="main") == [(4, "wave")]
    assert broken(EXPORTED, wave="calibration") == [(2, "wave"), (3, "wave")]


LISTENED = HEADER.strip() + ",coverage,unsure\n"


def test_coverage_belongs_to_a_version_and_marks_to_items() -> None:
    rows = "A,1,S1,R1,main,ghes1,3,,,0.5,yes\nA,1,S1,R1,main,ghes2,3,,,0.5,No\nA,2,S1,R1,main,ghes1,,,,,YES\n"
    first, second = read(LISTENED + rows).rows[0].versions
    assert (first.heard_share, [each.unsure for each in first.values]) == (0.5, [True, False])
    assert (second.heard_share, second.values[0].is_kept) == (None, True)
    without = read(HEADER + FIRST).rows[0].latest
    assert (without.heard_share, without.values[0].unsure) == (None, False)


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("A,1,S1,R1,main,ghes1,3,,,1.5,\n", (2, "coverage")),
        ("A,1,S1,R1,main,ghes1,3,,,-0.1,\n", (2, "coverage")),
        ("A,1,S1,R1,main,ghes1,3,,,90 %,\n", (2, "coverage")),
        ("A,1,S1,R1,main,ghes1,3,,,0.5,\nA,1,S1,R1,main,ghes2,3,,,0.6,\n", (3, "coverage")),
        ("A,1,S1,R1,main,ghes1,3,,,,maybe\n", (2, "unsure")),
    ],
)
def test_a_coverage_or_a_mark_that_makes_no_sense_is_refused(rows: str, place: tuple[int, str]) -> None:
    assert broken(LISTENED + rows) == [place]
