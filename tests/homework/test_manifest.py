"""The homework log as files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from rater.homework.manifest import HomeworkRow, read_difficulties, read_homework
from rater.terms import Completed
from tests.builders.tables import faults_of, places

EXAMPLE = Path(__file__).parents[1] / "data" / "example-study"
HOMEWORK = "homework_id,assigned_session_id,reviewed_session_id,type,description,completed\nH1,S1,S2,cognitive,,\n"
DIFFICULTIES = "session_id,difficulty_type,rater_id\nS1,lack_of_time,R1\n"


def test_the_example_study_reads() -> None:
    homework = read_homework((EXAMPLE / "homework.csv").read_bytes())
    assert len(homework.rows) == 405
    assert Counter(row.completed for row in homework.rows) == {Completed.YES: 320, Completed.NO: 30, None: 55}
    assert homework.rows[0] == HomeworkRow("HW0001", "P01-S01", "P01-S02", "behavioral", "", Completed.YES, 2)
    difficulties = read_difficulties((EXAMPLE / "difficulties.csv").read_bytes())
    assert len(difficulties.rows) == 176
    assert {row.rater_id for row in difficulties.rows} == {None}


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (',S1,S2,Self-Monitoring,"reads, ""daily""\nand notes",partly', []),
        (",S1,,cognitive,,unknown", []),
        ("H1,S1,S2,cognitive,,", [(3, "homework_id")]),
        ("H2,S1,S1,cognitive,,", [(3, "reviewed_session_id")]),
        ("H2,,S2,,,", [(3, "assigned_session_id"), (3, "type")]),
        ("H2,S1,S2,gardening,,mostly", [(3, "type"), (3, "completed")]),
        (f"H2,S1,S2,cognitive,{'x' * 4_001},", [(3, "description")]),
    ],
)
def test_each_fault_of_homework_has_its_line_and_column(row: str, where: list[tuple[int, str]]) -> None:
    assert places(faults_of(lambda: read_homework(f"{HOMEWORK}{row}\n".encode()))) == where


def test_tasks_without_an_id_may_be_alike() -> None:
    data = b"assigned_session_id,type\nS1,cognitive\nS1,cognitive\n"
    assert [row.homework_id for row in read_homework(data).rows] == [None, None]


def test_a_study_may_have_its_own_types() -> None:
    data = b"assigned_session_id,type\nS1,gardening\n"
    assert read_homework(data, types=("gardening",)).rows[0].type == "gardening"
    assert places(faults_of(lambda: read_homework(data))) == [(2, "type")]


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("S1,too_difficult,R1", []),
        ("S1,lack_of_time,R2", []),
        ("S1,lack_of_time,", []),
        ("S1,lack of time,R1", [(3, "difficulty_type")]),
        ("S1,,R1", [(3, "difficulty_type")]),
        (",laziness,R 1", [(3, "session_id"), (3, "rater_id"), (3, "difficulty_type")]),
    ],
)
def test_each_fault_of_difficulties_has_its_line_and_column(row: str, where: list[tuple[int, str]]) -> None:
    assert places(faults_of(lambda: read_difficulties(f"{DIFFICULTIES}{row}\n".encode()))) == where
