"""The tables of an analysis hold what its document holds, to the last digit."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy.orm import Session

from rater.analysis.operations.computing import analysis
from rater.analysis.tables import TABLES
from rater.tables import write_table
from tests.exports.builders import import_example


def rows(told: dict[str, Any], table: str) -> list[dict[str, str]]:
    head, *body = TABLES[table](told)
    assert {len(row) for row in body} == {len(head)}
    return list(csv.DictReader(io.StringIO(write_table(head, body).decode(), newline="")))


def number(cell: str) -> float | None:
    return float(cell) if cell else None


@pytest.fixture
def told(session: Session) -> dict[str, Any]:
    return analysis(session, import_example(session))


def test_tables_and_document_agree(told: dict[str, Any]) -> None:
    for row in rows(told, "missingness"):
        item = told["missingness"][row["item"]]
        assert [row["ratings"], row["points"], row["not_given"]] == [
            str(item[key]) for key in ("ratings", "points", "not_given")
        ]
        assert {code: int(row[code]) for code in item["codes"]} == item["codes"]
    for row in rows(told, "descriptives"):
        each = told["descriptives"]["overall"][row["variable"]]
        assert {key: number(row[key]) for key in ("mean", "sd", "min", "max", "floor", "ceiling")} == {
            key: each[key] for key in ("mean", "sd", "min", "max", "floor", "ceiling")
        }
    for row in rows(told, "correlations"):
        assert number(row["value"]) == told["correlations"][f"{row['a']}~{row['b']}"]["value"]
    for row in (row for row in rows(told, "consistency") if not row["session_no"]):
        whole = told["consistency"][row["score"]]
        figure, _, item = row["figure"].partition(" ")
        each = whole["item_total"][item] if item else whole[figure]
        assert (number(row["value"]), row["hint"]) == (each["value"], each.get("hint", ""))


def test_each_model_is_there_with_its_variances_and_its_test(told: dict[str, Any]) -> None:
    found = rows(told, "models")
    assert len(found) == sum(len(model["fixed"]) for model in told["models"].values())
    tested = 0
    for row in found:
        model = told["models"][row["model"]]
        term = model["fixed"][row["term"]]
        assert {key: number(row[key]) for key in ("estimate", "se", "df", "t", "p")} == {
            key: term[key] for key in ("estimate", "se", "df", "t", "p")
        }
        for key in ("var_intercept", "var_slope", "cov", "var_residual"):
            assert number(row[key]) == model["random"].get(key, {}).get("value")
        if "comparison" in model:
            tested += 1
            against = model["comparison"]
            assert (row["against"], number(row["chi2"])) == (against["against"], against["chi2"])
            assert (number(row["chi2_df"]), number(row["chi2_p"])) == (against["df"], against["p"])
        else:
            assert row["against"] == row["chi2"] == ""
    assert tested
