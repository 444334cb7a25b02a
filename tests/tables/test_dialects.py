"""One table in every dialect that people send says the same, and says how it was written."""

from __future__ import annotations

import codecs
from datetime import date

import pytest

from rater.tables import Dialect, Table, read_table
from tests.builders.tables import faults_of, make_csv, places

STANDARD = "name,count,minutes,day\nMüller,3,31.5,2018-01-27\nÅsa,4,,2018-02-05\n"
LOCAL = STANDARD.replace("31.5", '"31,5"').replace("2018-01-27", "27.01.2018")
COLUMNS = ("name", "count", "minutes", "day")

DIALECTS = {
    "standard": (make_csv(STANDARD), Dialect()),
    "byte order mark": (make_csv(STANDARD, mark=codecs.BOM_UTF8), Dialect(byte_order_mark=True)),
    "carriage returns": (make_csv(STANDARD, line_end="\r\n"), Dialect(carriage_returns=True)),
    "old Macintosh": (make_csv(STANDARD, line_end="\r"), Dialect(carriage_returns=True)),
    "semicolons": (
        make_csv(LOCAL, separator=";"),
        Dialect(separator=";", decimal_comma=True, day_first=True),
    ),
    "tabs": (make_csv(LOCAL, separator="\t"), Dialect(separator="\t", decimal_comma=True, day_first=True)),
    "quoted decimal comma": (make_csv(LOCAL), Dialect(decimal_comma=True, day_first=True)),
    "Windows": (
        make_csv(LOCAL, separator=";", line_end="\r\n", encoding="cp1252"),
        Dialect("windows-1252", False, ";", False, True, True, True),
    ),
    "UTF-16 with tabs": (
        make_csv(STANDARD, separator="\t", encoding="utf-16-le", mark=codecs.BOM_UTF16_LE),
        Dialect("utf-16", True, "\t"),
    ),
    "UTF-16, high byte first": (
        make_csv(STANDARD, encoding="utf-16-be", mark=codecs.BOM_UTF16_BE),
        Dialect("utf-16", True),
    ),
    "separator named": (b"sep=;\n" + make_csv(STANDARD, separator=";"), Dialect(separator=";", separator_line=True)),
    "decomposed letters": (
        make_csv(STANDARD).replace("ü".encode(), "u\u0308".encode()).replace("Å".encode(), "A\u030a".encode()),
        Dialect(),
    ),
    "blanks and blank lines": (
        b"\n" + make_csv(STANDARD).replace(b",", b" , ").replace(b"\n", b"\n\n , , , \n"),
        Dialect(),
    ),
}


def read(data: bytes) -> Table:
    return read_table(data, file="some.csv", required=COLUMNS)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_says_the_same(name: str) -> None:
    data, dialect = DIALECTS[name]
    table = read(data)
    said = [(row.code("name"), row.whole("count"), row.number("minutes"), row.date("day")) for row in table.rows]
    assert said == [("Müller", 3, 31.5, date(2018, 1, 27)), ("Åsa", 4, None, date(2018, 2, 5))]
    assert table.dialect == dialect
    assert table.finish(said).dialect is table.dialect


@pytest.mark.parametrize("name", DIALECTS)
def test_what_departs_from_the_standard_is_said(name: str) -> None:
    dialect = DIALECTS[name][1]
    assert dialect.is_standard == (dialect == Dialect())
    assert (len(dialect.notes) == 0) == dialect.is_standard
    assert all(str(note) in dialect.sentence for note in dialect.notes)


def test_only_what_could_be_misread_needs_confirming() -> None:
    assert not Dialect(byte_order_mark=True, carriage_returns=True).needs_confirming
    for doubtful in (
        Dialect(encoding="windows-1252"),
        Dialect(separator=";"),
        Dialect(decimal_comma=True),
        Dialect(day_first=True),
    ):
        assert doubtful.needs_confirming


def test_a_comma_is_a_decimal_sign_only_where_the_file_shows_it() -> None:
    plain = b'name,count,minutes,day\na,1,"1,250",2018-01-27\nb,2,31.5,2018-01-27\n'
    table = read(plain)
    assert [row.number("minutes") for row in table.rows] == [None, 31.5]
    assert places(faults_of(lambda: table.finish(()))) == [(2, "minutes")]


def test_a_point_is_refused_in_a_file_with_decimal_commas() -> None:
    table = read(b"name;count;minutes;day\na;1;1.250;2018-01-27\nb;2;31,5;2018-01-27\n")
    assert [row.number("minutes") for row in table.rows] == [None, 31.5]
    assert places(faults_of(lambda: table.finish(()))) == [(2, "minutes")]


@pytest.mark.parametrize(
    ("data", "line", "cause"),
    [
        (b"", None, "empty"),
        (codecs.BOM_UTF8 + b" \r\n", None, "empty"),
        (b"PK\x03\x04" + bytes(60), 1, "workbook"),
        (make_csv(STANDARD, encoding="utf-16-le"), 1, "UTF-16"),
        (bytes(range(256)) * 4, 1, "not text"),
        (make_csv(STANDARD) + "Zoë,1,,\n".encode("cp1252"), 4, "mixes"),
        (b"name,count,minutes,day\nM\x81ller,3,,\n", 2, "neither"),
        (codecs.BOM_UTF16_LE + make_csv(STANDARD, encoding="utf-16-le")[:-1], 3, "breaks off"),
        (codecs.BOM_UTF8 + b"name,count,minutes,day\n\xff,3,,\n", 2, "not"),
        (make_csv(STANDARD, separator="|"), 1, "'|'"),
        (b"sep=|\n" + make_csv(STANDARD, separator="|"), 1, "'|'"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(data: bytes, line: int | None, cause: str) -> None:
    (fault,) = faults_of(lambda: read(data))
    assert (fault.file, fault.line) == ("some.csv", line)
    assert cause in str(fault.cause)
    assert str(fault.remedy)


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_csv(STANDARD)
    monkeypatch.setattr("rater.tables.reading.LARGEST", len(data))
    assert faults_of(lambda: read(data)) == []
    (fault,) = faults_of(lambda: read(data + b"\n"))
    assert "MB" in str(fault.cause)
