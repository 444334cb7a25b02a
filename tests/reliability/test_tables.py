"""The tables of a report hold what the report holds, to the last digit, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from rater.reliability.report import report
from rater.reliability.tables import TABLES
from rater.tables import write_table
from rater.terms import Position
from tests.builders.reliability import example_ratings, make_rated, make_scale, shipped_scales


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The example study with a rater who shares no session, and an item that nobody could rate."""
    return report("example", "main", [*example_ratings(), make_rated("X1", "R9", Position.MAIN, {})], shipped_scales())


def rows(told: Mapping[str, Any], table: str) -> list[dict[str, str]]:
    head, *body = TABLES[table](told)
    written = write_table(head, body).decode()
    found = list(csv.DictReader(io.StringIO(written, newline="")))
    assert len(found) == len(body)
    return found


def statistics(told: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(told, Mapping):
        if {"value", "ci95", "n", "reason"} <= told.keys():
            yield path, told
        for key, each in told.items():
            yield from statistics(each, (*path, key))


def cell(value: object) -> str:
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def test_every_statistic_of_the_report_stands_in_one_row(told: dict[str, Any]) -> None:
    wanted = {}
    for name, part in told["scores"].items():
        for path, each in statistics(part):
            kind = "item rows" if path[0] == "item_rows" else "scores"
            rest = path[1:] if kind == "item rows" else path
            place = (name, "") if rest[0] == "overall" else (name, kind, rest[1])
            wanted[*place, ".".join(rest[1 if rest[0] == "overall" else 2 :])] = each
    for name, part in told["items"].items():
        wanted |= {(name, ".".join(path)): each for path, each in statistics(part)}
    found = {}
    for table, keys in (("overall", ("score",)), ("dyads", ("score", "rows", "dyad")), ("items", ("item",))):
        for row in rows(told, table):
            place = tuple(row[key] for key in keys) + (("",) if table == "overall" else ())
            found[*place, row["figure"]] = row
    assert found.keys() == wanted.keys()
    for place, each in wanted.items():
        low, high = each["ci95"] or (None, None)
        figures = {"value": each["value"], "low": low, "high": high, "n": each["n"], "reason": each["reason"]}
        names = {name: each.get(name) for name in ("design", "form", "definition")}
        assert {key: found[place][key] for key in (*figures, *names)} == {
            key: cell(value) for key, value in {**figures, **names}.items()
        }, place


def test_the_rest_of_the_report(told: dict[str, Any]) -> None:
    summary = {(row["score"], row["rows"]): row for row in rows(told, "summary")}
    mean = told["scores"]["GHES"]["item_rows"]["summary"]["icc_2_k"]["mean"]
    assert float(summary["GHES", "item rows"]["mean"]) == mean
    assert {row["koo_li_from"] for row in summary.values()} <= {"poor", "moderate", "good", "excellent"}
    counts = told["items"]["ghes1"]["disagreement"]
    cells = [row for row in rows(told, "disagreement") if row["item"] == "ghes1"]
    assert [int(row["count"]) for row in cells] == [count for line in counts["counts"] for count in line]
    assert [(row["point"], row["other_point"]) for row in cells[:2]] == [("0", "0"), ("0", "1")]
    listed = rows(told, "not_estimable")
    assert len(listed) == len(told["not_estimable"]) + len(told["left_out"])
    assert {"R1-R9"} <= {row["dyad"] for row in listed}
    assert [row["of"] for row in listed if row["rows"] == "left out"] == ["StHAR"]


@pytest.mark.parametrize("table", TABLES)
def test_a_wave_without_ratings_gives_tables_without_figures(table: str) -> None:
    assert all(not row.get("value") for row in rows(report("s", "main", [], [make_scale()]), table))


def test_a_name_that_a_spreadsheet_would_run_is_text(told: dict[str, Any]) -> None:
    score = told["scores"]["GHES"]
    renamed = {**told, "scores": {"=1+1": score, "@SUM(A1)": score}}
    for table in ("overall", "summary", "dyads"):
        assert {row["score"] for row in rows(renamed, table)} == {"'=1+1", "'@SUM(A1)"}
    negative = [row for row in rows(told, "dyads") if row["figure"] == "mean_difference" and row["value"] < "0"]
    assert negative
    assert all(float(row["value"]) < 0 for row in negative)
