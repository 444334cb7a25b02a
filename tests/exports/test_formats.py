"""The same tables in every format: equal data, typed, labelled, to the byte, and without formulas."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from rater.errors import BadInput
from rater.exports import workbook
from rater.exports.bundle import write_bundle
from rater.exports.contents import Asked, AssignedTask, Rights, StudyData
from rater.exports.formats import Format, formats_named
from rater.exports.operations import export_study
from rater.exports.resource import Column, NotGiven, Resource, cell
from rater.exports.spss import missing_numbers, spss_names
from rater.exports.writing import write_table, writers_of
from tests.builders.reliability import shipped_scales
from tests.exports.builders import Exported, bytes_of, make_counted, make_data, make_listed
from tests.exports.test_cells import FORMULAS

ALL = Asked(Rights.FULL, tuple(Format))
Cells = list[list[str]]


def of_csv(path: Path) -> Cells:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


def of_parquet(path: Path) -> Cells:
    table = pq.read_table(path)
    return [table.column_names, *([cell(value) for value in row.values()] for row in table.to_pylist())]


def of_sav(path: Path) -> Cells:
    """Names are those that SPSS allows, and texts that are missing are empty."""
    frame, meta = pyreadstat.read_sav(path)
    kinds = dict(zip(meta.column_names, meta.original_variable_types.values(), strict=True))
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    return [meta.column_names, *([_of_spss(v, kinds[n]) for v, n in zip(row, kinds, strict=True)] for row in rows)]


def _of_spss(value: Any, kind: str) -> str:
    if isinstance(value, datetime):
        return cell(value.replace(tzinfo=UTC))
    return cell(value)


def of_xlsx(path: Path) -> Cells:
    rows = openpyxl.load_workbook(path)["data"].iter_rows()
    return [[_of_excel(each) for each in row] for row in rows]


def _of_excel(found: Any) -> str:
    if isinstance(found.value, datetime):
        moment = found.value.replace(tzinfo=UTC)
        return cell(moment.date() if found.number_format == "yyyy-mm-dd" else moment)
    return cell(found.value)


READ: dict[str, Callable[[Path], Cells]] = {"parquet": of_parquet, "sav": of_sav, "xlsx": of_xlsx}


@pytest.fixture(scope="module")
def everything(exported: Exported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example study in full and in all formats."""
    folder = tmp_path_factory.mktemp("formats") / "bundle"
    with exported.study() as (session, study):
        export_study(session, study, folder, ALL)
    return folder


@pytest.mark.parametrize("suffix", READ)
def test_every_table_is_the_same_in_every_format(everything: Path, suffix: str) -> None:
    """SPSS changes names that it does not allow; that a comparison can fail shows the last line."""
    tables = sorted(everything.glob("*.csv"))
    assert len(tables) > 20
    for path in tables:
        head, *rows = of_csv(path)
        found, *others = READ[suffix](path.with_suffix(f".{suffix}"))
        if suffix == "sav":
            head = spss_names([Column(name, "string", "") for name in head])
            rows = [[_as_spss(each) for each in row] for row in rows]
            others = [[_as_spss(each) for each in row] for row in others]
        if suffix == "xlsx":
            rows = [[_sixteen_digits(each) for each in row] for row in rows]
        width = len(head)
        assert found == head, path.name
        assert [row + [""] * (width - len(row)) for row in others] == rows, path.name
    assert of_csv(everything / "stacked.csv") != READ[suffix](everything / f"gstudy_long.{suffix}")


def _sixteen_digits(text: str) -> str:
    """A number as a workbook keeps it."""
    return cell(float(f"{float(text):.16g}")) if re.fullmatch(r"-?\d+\.\d+", text) else text


def _as_spss(text: str) -> str:
    """A truth as a number, a span of time in seconds."""
    span = re.fullmatch(r"P(\d+)D(?:T(\d+)S)?", text)
    if span:
        return str(int(span[1]) * 86_400 + int(span[2] or 0))
    return {"true": "1", "false": "0"}.get(text, text)


def test_missing_codes_are_user_missing_in_spss(everything: Path) -> None:
    """A plain look finds no number there; a look at user-missing values finds which code it was, with its words."""
    numbers = missing_numbers(shipped_scales())
    assert sorted(numbers.values(), reverse=True) == list(range(-99, -99 - len(numbers), -1))
    frame, meta = pyreadstat.read_sav(everything / "ratings_long.sav", user_missing=True)
    coded = frame[frame["missing_code"] != ""]
    assert len(coded) > 100
    assert set(coded["missing_code"]) <= set(numbers)
    assert coded["value"].tolist() == coded["scored"].tolist() == [numbers[each] for each in coded["missing_code"]]
    assert numbers["NOT_RATABLE"] == -99
    assert meta.variable_value_labels["value"][-99.0].startswith("NOT_RATABLE: ")
    plain, _ = pyreadstat.read_sav(everything / "ratings_long.sav")
    assert plain["value"].notna().sum() == (frame["value"] >= 0).sum() == len(frame) - len(coded)
    assert plain["value"].min() == 0.0
    matrix, labels = pyreadstat.read_sav(everything / "matrix_sta1.sav", user_missing=True)
    assert (matrix.drop(columns="session_id") < 0).any(axis=None)
    assert labels.variable_value_labels["R1"][0.0] == "None"
    assert "-99 NOT_RATABLE" in (everything / "README.txt").read_text()


def test_more_than_three_codes_and_low_points_have_room(tmp_path: Path) -> None:
    scale = shipped_scales()[1]
    low = replace(scale.items[0], minimum=-150)
    numbers = missing_numbers([replace(scale, items=(low,))])
    assert max(numbers.values()) == -151
    codes = {f"C{place}": -99 - place for place in range(5)}
    column = Column("value", "number", "Point", missing_codes=dict.fromkeys(codes, "why"))
    resource = Resource("x.csv", "X", (column,), [(NotGiven(code),) for code in (*codes, "OTHER")] + [(2.0,)])
    writers = writers_of([Format.SAV], make_data(make_counted("S1", "R1", {})))
    made = dict(writers)[Format.SAV]
    made.keywords["numbers"] = codes  # type: ignore[attr-defined]  # a partial
    write_table(resource, tmp_path, {Format.SAV: made})
    frame, _ = pyreadstat.read_sav(tmp_path / "x.sav")
    assert frame["value"].isna().tolist() == [True] * 6 + [False]
    frame, _ = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True)
    assert frame["value"].tolist()[:5] == list(codes.values())


TYPES = (
    Column("text", "string", "Text"),
    Column("whole", "integer", "Whole"),
    Column("share", "number", "Share"),
    Column("yes", "boolean", "Whether"),
    Column("day", "date", "Day"),
    Column("moment", "datetime", "Moment"),
    Column("span", "duration", "Span"),
)
VALUES: list[tuple[object, ...]] = [
    ("äöü", 7, 0.1 + 0.2, True, date(2018, 1, 27), datetime(2018, 1, 27, 9, 30, tzinfo=UTC), timedelta(seconds=172861)),
    (None, None, float("nan"), None, None, None, None),
    ("=1+1", -3, 1e300, False, date(1999, 12, 31), datetime(2030, 6, 1, tzinfo=UTC), timedelta(0)),
]  # fmt: skip


@pytest.mark.parametrize("suffix", READ)
@pytest.mark.parametrize("rows", [VALUES, [], VALUES[1:2]], ids=["values", "no row", "nothing known"])
def test_each_type_survives(tmp_path: Path, suffix: str, rows: list[tuple[object, ...]]) -> None:
    resource = Resource("types.csv", "Types", TYPES, rows)
    write_table(resource, tmp_path, writers_of(formats_named([suffix]), make_data(make_counted("S1", "R1", {}))))
    wanted = of_csv(tmp_path / "types.csv")
    found = READ[suffix](tmp_path / f"types.{suffix}")
    if suffix == "sav":
        wanted = [[_as_spss(each) for each in row] for row in wanted]
    if suffix == "xlsx":
        wanted = [[_sixteen_digits(each) for each in row] for row in wanted]
        found = [row + [""] * (7 - len(row)) for row in found] + [[""] * 7] * (len(wanted) - len(found))
    assert found == wanted


def small() -> StudyData:
    ratings = [make_counted(session, "R1", {"a1": 1.0, "a2": None}, missing={"a2": "X"}) for session in ("S1", "S2")]
    return make_data(*ratings)


def test_the_same_data_give_the_same_bytes_in_every_format(tmp_path: Path) -> None:
    """Clocks of all formats go on between the two; a point that differs is seen in each of them."""
    write_bundle(small(), tmp_path / "first", ALL)
    time.sleep(2.1)
    write_bundle(small(), tmp_path / "second", ALL)
    first = bytes_of(tmp_path / "first")
    assert bytes_of(tmp_path / "second") == first
    assert {name.rpartition(".")[2] for name in first} >= {"csv", "parquet", "sav", "xlsx"}
    other = replace(small(), ratings=(*small().ratings[:1], make_counted("S2", "R1", {"a1": 2.0, "a2": 0.0})))
    write_bundle(other, tmp_path / "third", ALL)
    third = bytes_of(tmp_path / "third")
    for suffix in ("csv", "parquet", "sav", "xlsx"):
        assert third[f"ratings_long.{suffix}"] != first[f"ratings_long.{suffix}"]


def formulas(path: Path) -> Iterator[Any]:
    """The cells of a workbook that Excel would compute."""
    for row in openpyxl.load_workbook(path).active.iter_rows():
        yield from (each for each in row if each.data_type == "f")


def test_no_workbook_runs_a_formula(tmp_path: Path) -> None:
    """Text stays as it was and is marked as text; the control is the same text as XlsxWriter writes it by default."""
    tasks = tuple(AssignedTask(f"H{place}", "S1", None, "x", text, None) for place, text in enumerate(FORMULAS))
    data = replace(make_data(sessions=(make_listed("S1", patient="=P"),)), tasks=tasks)
    write_bundle(data, tmp_path / "bundle", ALL)
    books = sorted((tmp_path / "bundle").glob("*.xlsx"))
    assert [list(formulas(path)) for path in books] == [[]] * len(books)
    rows = list(openpyxl.load_workbook(tmp_path / "bundle" / "homework.xlsx").active.iter_rows(min_row=2))
    assert [row[4].value for row in rows] == [text.replace("\r", "\n") for text in FORMULAS]
    assert all(row[4].quotePrefix for row in rows)
    assert not rows[0][0].quotePrefix
    with xlsxwriter.Workbook(tmp_path / "control.xlsx") as book:
        book.add_worksheet().write_column(0, 0, FORMULAS)
    assert list(formulas(tmp_path / "control.xlsx"))


def test_what_excel_has_no_room_for_is_refused_with_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = replace(small(), tasks=(AssignedTask("H1", "S1", None, "x", "a" * 32_768, None),))
    with pytest.raises(BadInput, match=r"homework.xlsx would have a text of more than 32767 signs in row 2"):
        write_bundle(long, tmp_path / "bundle", ALL)
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    with pytest.raises(BadInput, match=r"ratings_long.xlsx would have more than 3 rows. Leave the format xlsx out"):
        write_bundle(small(), tmp_path / "bundle", ALL)
    assert list(tmp_path.iterdir()) == []
    write_bundle(long, tmp_path / "bundle", replace(ALL, formats=(Format.CSV, Format.PARQUET, Format.SAV)))


def test_names_that_spss_does_not_allow_are_changed() -> None:
    columns = [Column(name, "string", "") for name in ("a", "A", "1", "all", "_x", "größe", "b" * 70, "ok_1")]
    assert spss_names(columns) == ["a", "A_2", "v_1", "all_2", "v__x", "gr__e", "b" * 60, "ok_1"]


def test_formats_are_named_once_and_csv_is_always_there() -> None:
    assert formats_named(["XLSX", " sav", "sav", ""]) == (Format.CSV, Format.SAV, Format.XLSX)
    with pytest.raises(BadInput) as refused:
        formats_named(["csv", "dta", "R"])
    assert len(refused.value.faults) == 2
