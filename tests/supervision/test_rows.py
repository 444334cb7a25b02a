"""The tables of a portfolio: who gave what to which session, and no cell that a spreadsheet runs."""

from __future__ import annotations

from datetime import date

from rater.config import data_folder
from rater.ratings.completeness import GivenPoint
from rater.scales.loading import load_scale
from rater.supervision.profile import Rated, profile_of
from rater.supervision.rows import POINT_COLUMNS, SCORE_COLUMNS, Column, point_rows, score_rows
from rater.tables import write_table

SCALE = load_scale((data_folder("scales") / "ghes.yaml").read_text(encoding="utf-8"))
FULL = {item: GivenPoint(4.0) for item in SCALE.item_ids}
GAP = {"ghes1": GivenPoint(3.0), "ghes3": GivenPoint(None, "NOT_RATABLE")}
COLUMNS = [Column("P1-S01", "P1", 1, date(2026, 5, 4)), Column("=1+1", "@P2", 2, None)]
PROFILES = profile_of([SCALE], [Rated(FULL, {}), Rated({}, GAP)])


def test_points_are_raw_and_missing_codes_stand_beside() -> None:
    rows = list(point_rows(COLUMNS, PROFILES))
    assert len(rows) == len(FULL) + len(GAP)
    assert rows[0] == ("P1-S01", "P1", 1, "2026-05-04", "self", "ghes", "ghes1", 4.0, None)
    assert rows[-1] == ("=1+1", "@P2", 2, None, "supervisor", "ghes", "ghes3", None, "NOT_RATABLE")
    assert all(len(each) == len(POINT_COLUMNS) for each in rows)


def test_scores_turn_what_is_reversed_and_need_enough_items() -> None:
    rows = {row[6]: row for row in score_rows(COLUMNS, PROFILES)}
    assert {row[:6] for row in rows.values()} == {("P1-S01", "P1", 1, "2026-05-04", "self", "ghes")}
    assert rows["GHES"][7] == (6 * 4 + 0) / 7
    assert {len(row) for row in rows.values()} == {len(SCORE_COLUMNS)}


def test_cells_that_a_spreadsheet_would_run_are_neutral() -> None:
    last = write_table(POINT_COLUMNS, point_rows(COLUMNS, PROFILES)).decode().splitlines()[-1]
    assert last == "'=1+1,'@P2,2,,supervisor,ghes,ghes3,,NOT_RATABLE"
