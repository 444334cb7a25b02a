"""What a cell says, and the fault where it says nothing sensible."""

from __future__ import annotations

from datetime import date

import pytest

from rater.tables import Row, Table, read_table
from rater.terms import HOMEWORK_TYPES, Completed
from tests.builders.tables import faults_of, places


def table_with(cell: str) -> Table:
    return read_table(f'x,y\n"{cell}",1\n'.encode(), file="some.csv", required=("x", "y"), optional=("z",))


def row_with(cell: str) -> tuple[Row, Table]:
    table = table_with(cell)
    return table.rows[0], table


@pytest.mark.parametrize(
    ("cell", "value"),
    [("3", 3), (" 3 ", 3), ("-3", -3), ("+3", 3), ("3.0", 3), ("", None), ("003", 3)],
)
def test_whole_numbers(cell: str, value: int | None) -> None:
    row, table = row_with(cell)
    assert row.whole("x") == value
    assert len(table.faults) == 0


@pytest.mark.parametrize("cell", ["3.5", "1,000", "1e3", "1_000", "٣", "NA", "nan", "inf", "9" * 5_000, "0x1", "--3"])
def test_what_is_no_whole_number_is_a_fault(cell: str) -> None:
    row, table = row_with(cell)
    assert row.whole("x", 0, 4) is None
    (fault,) = faults_of(lambda: table.finish(()))
    assert (fault.line, fault.column) == (2, "x")
    assert len(str(fault.cause)) < 120


@pytest.mark.parametrize("cell", ["nan", "inf", "1e3", "1,250", "1.250,5", "1_0.5", "a", "9" * 400])
def test_what_is_no_number_is_a_fault(cell: str) -> None:
    row, table = row_with(cell)
    assert row.number("x") is None
    assert places(faults_of(lambda: table.finish(()))) == [(2, "x")]


def test_numbers_out_of_bounds_are_faults_and_the_bounds_are_not() -> None:
    row, table = row_with("4")
    assert (row.whole("x", 4, 4), row.number("x", 4.0, 4.0)) == (4, 4.0)
    assert len(table.faults) == 0
    assert row.whole("x", 5, 9) is None
    assert row.whole("x", 0, 3) is None
    assert row.number("x", 4.5, None) is None
    assert len(table.faults) == 3


@pytest.mark.parametrize(("cell", "value"), [("2020-02-29", date(2020, 2, 29)), ("1.2.2020", date(2020, 2, 1))])
def test_dates(cell: str, value: date) -> None:
    row, table = row_with(cell)
    assert row.date("x") == value
    assert len(table.faults) == 0


@pytest.mark.parametrize("cell", ["2019-02-29", "31.04.2020", "02/01/2020", "20200101", "0200-01-01", "1.2.20", "2020"])
def test_what_is_no_date_is_a_fault(cell: str) -> None:
    row, table = row_with(cell)
    assert row.date("x") is None
    assert places(faults_of(lambda: table.finish(()))) == [(2, "x")]


@pytest.mark.parametrize("cell", ["self_monitoring", "Self-monitoring", "SELF MONITORING"])
def test_choices_forgive_case_blanks_and_hyphens(cell: str) -> None:
    row, _ = row_with(cell)
    assert row.choice("x", HOMEWORK_TYPES) == "self_monitoring"


def test_choices_answer_with_the_word_itself_and_guess() -> None:
    assert row_with("Partly")[0].choice("x", Completed) is Completed.PARTLY
    row, table = row_with("behavioural")
    assert row.choice("x", HOMEWORK_TYPES) is None
    (fault,) = faults_of(lambda: table.finish(()))
    assert "behavioral?" in str(fault.remedy)


def test_required_cells() -> None:
    row, table = row_with("")
    assert row.code("x") == ""
    assert row.whole("x", required=True) is None
    assert row.date("x", required=True) is None
    assert row.choice("x", Completed, required=True) is None
    assert len(table.faults) == 4
    assert row.code("z", required=False) == ""
    assert len(table.faults) == 4


@pytest.mark.parametrize("cell", ["a\u200bb", "a\u202eb", "a\nb", "a\tb", "a\u00a0b", "x" * 65])
def test_codes_hide_nothing(cell: str) -> None:
    row, table = row_with(cell)
    row.code("x")
    (fault,) = faults_of(lambda: table.finish(()))
    assert str(fault).isprintable()


@pytest.mark.parametrize("cell", ["R-1", "R 1", "Ä1", "R1;", "٣"])
def test_rater_codes(cell: str) -> None:
    row, table = row_with(cell)
    row.rater("x")
    assert places(faults_of(lambda: table.finish(()))) == [(2, "x")]
    fine, good = row_with("R_1")
    assert fine.rater("x") == "R_1"
    assert len(good.faults) == 0


def test_cells_with_braces_do_not_upset_the_sentences() -> None:
    row, table = row_with("{value} {0} {")
    row.whole("x")
    (fault,) = faults_of(lambda: table.finish(()))
    assert "{value} {0} {" in str(fault)
