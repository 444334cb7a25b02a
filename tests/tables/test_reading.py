"""The shape of a table: header, row widths, quotes, control characters."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from rater.errors import BadInput
from rater.tables import Table, neutral, parse_renames, read_table, write_table
from rater.tables.faults import LIMIT
from rater.tables.quotes import LONGEST_CELL
from tests.builders.tables import faults_of, make_csv, places

GOOD = "id,item,value\nA,x,1\nB,y,2\n"
SEPARATORS = (",", ";", "\t")


def read(data: bytes, **rename: str) -> Table:
    return read_table(data, file="some.csv", required=("id", "item"), optional=("value",), rename=rename)


def broken(data: bytes, **rename: str) -> list[tuple[int | None, str | int | None]]:
    def whole_file() -> None:
        read(data, **rename).finish(())

    return places(faults_of(whole_file))


def in_dialect(text: str, separator: str, line_end: str) -> bytes:
    return text.replace(",", separator).replace("\n", line_end).encode()


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("text", "where"),
    [
        (GOOD, []),
        ("id,thing,value\nA,x,1\n", [(1, "item")]),
        ("thing,other,value\nA,x,1\n", [(1, "id"), (1, "item")]),
        ("id,item,item\nA,x,1\n", [(1, "item")]),
        ("id,item,value\nA,x\nB,y,2,3\nC,z,1\n", [(2, 3), (3, 4)]),
        ('id,item,value\nA,x,1\nB,"y,2\nC,z,1\n', [(3, "item")]),
        ('id,item,value\n"A\nA","x\ny",1\n"B","y,2\nC,z,1\n', [(5, "item")]),
        ('id,item,value\nA,"x"y,1\n', [(2, "item")]),
        ('id,item,value\n"A ""a""","""x""y"" z",1\nB,y,"2\n', [(3, "value")]),
        ('id,item,value\n"A ""a""","""x""","1\n', [(2, "value")]),
        ('id,item,value\nA,"x\nB,"y",1\n', [(2, "item")]),
        ("id,item,value\nA,x\x00,1\nB,\x1b,2\n", [(2, "item"), (3, "item")]),
        ('id,item,value\n"A\nA",x\x00,1\nB,y\n', [(2, "item"), (4, 3)]),
    ],
)
def test_each_fault_of_shape_has_its_line_and_column(
    text: str, where: list[tuple[int, str | int]], separator: str, line_end: str
) -> None:
    assert broken(in_dialect(text, separator, line_end)) == where


def test_every_fault_tells_its_remedy() -> None:
    text = 'id,item,value\nA,x\nB,y,2,3\nC,\x00,1\nD,"z,1\n'
    faults = faults_of(lambda: read(text.encode()).finish(()))
    assert [each.line for each in faults] == [2, 3, 4, 5]
    assert len({str(each.remedy) for each in faults}) == 4
    assert all(each.file == "some.csv" for each in faults)


def test_a_missing_column_is_told_with_the_option_that_maps_it() -> None:
    (fault,) = faults_of(lambda: read(b"id,item_id,value\nA,x,1\n"))
    assert "--map item_id=item" in str(fault.remedy)
    (fault,) = faults_of(lambda: read(b"id,question,value\nA,x,1\n"))
    assert "--map YOURS=item" in str(fault.remedy)
    assert broken(b"id,item_id,value\nA,x,1\n", item_id="item") == []


def test_renames_that_fit_nothing_are_refused() -> None:
    assert broken(GOOD.encode(), thing="item") == [(1, "thing")]
    assert broken(b"id,item,points\nA,x,1\n", points="score") == [(1, "points")]
    assert broken(b"id,item,item_id\nA,x,1\n", item_id="item") == [(1, "item")]


def test_parse_renames() -> None:
    assert parse_renames(["item_id=item", " rater = rater_id ", "a=b=c"]) == {
        "item_id": "item",
        "rater": "rater_id",
        "a=b": "c",
    }
    faults = faults_of(lambda: parse_renames(["item", "=item", "a=", "a=item", "a=value", "b=item"]))
    assert len(faults) == 5
    assert {each.file for each in faults} == {"--map"}


def test_unknown_columns_are_listed_not_refused() -> None:
    table = read(b",id,item,colour,value,\n1,A,x,red,2,\n2,B,y,blue,1,,\n")
    assert table.unknown_columns == ("column 1", "colour", "column 6")
    assert [row.whole("value") for row in table.rows] == [2, 1]
    assert broken(b"id,item,value\nA,x,1\n") == []


def test_lines_count_what_the_editor_shows() -> None:
    table = read(b'\nid,item,value\r\n"A\nB",x,1\r\n\r\n,,\r\nC,"y ""z""",2')
    assert table.header_line == 2
    assert [(row.line, row.text("item")) for row in table.rows] == [(3, "x"), (7, 'y "z"')]
    named = read(b"sep=,\nid,item\nA,x\nB,y\n")
    assert [row.line for row in named.rows] == [3, 4]


@pytest.fixture
def limit() -> Iterator[int]:
    """The limit of a process in which no library has raised it."""
    raised = csv.field_size_limit(LONGEST_CELL)
    yield LONGEST_CELL
    csv.field_size_limit(raised)


def test_a_cell_too_long_is_refused(limit: int) -> None:
    assert broken(f"id,item\nA,{'x' * limit}\n".encode()) == []
    assert broken(f"id,item\nA,{'x' * (limit + 1)}\n".encode()) == [(2, None)]
    many_lines = "x\n" * limit
    assert broken(f'id,item\nA,"{many_lines}"\n'.encode()) == [(2, "item")]


def test_letters_that_compose_into_a_separator_stay_in_their_cell() -> None:
    table = read("id;item;value\nA;x\u037ey;1\n".encode())
    assert table.rows[0].text("item") == "x;y"


def test_faults_beyond_the_limit_end_the_reading() -> None:
    with pytest.raises(BadInput) as refused:
        read(b"id,item\n" + b"A\n" * (LIMIT + 10))
    assert len(refused.value.faults) == LIMIT


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+A", "-A", "@A", "'=x", "''@", "-1.5", "+2", "1e-5", "plain", "'quoted'", "a,b", 'say "x"', "a\nb"],
)
def test_what_is_written_reads_back_and_runs_nothing(cell: str) -> None:
    data = write_table(("id", "item"), [("A", cell)])
    assert read(data).rows[0].text("item") == cell
    written = neutral(cell)
    assert written[0] not in "=@\t\r"
    assert written[0] not in "+-" or float(written) is not None


def test_written_tables_are_standard() -> None:
    data = write_table(("id", "item"), [("Ä", None), ("B", 2)])
    assert data == "id,item\nÄ,\nB,2\n".encode()
    assert read(data).dialect.is_standard
    assert make_csv(GOOD) == GOOD.encode()


def test_a_lone_carriage_return_begins_no_row() -> None:
    data = write_table(("id", "note"), [("A", "\r=1"), ("B", "x\r=2")])
    assert data.count(b"\n") == 3 + 2
    assert b"\r" not in data
    table = read_table(data, file="notes.csv", required=("id",), optional=("note",))
    assert len(list(table.rows)) == 2
