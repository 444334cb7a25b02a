"""The days of a portfolio: as asked for, or the last six months."""

from __future__ import annotations

from datetime import date

import pytest

from rater.errors import BadInput
from rater.supervision.period import Period, months_before, read_period

TODAY = date(2026, 8, 31)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({}, date(2026, 2, 28), TODAY),
        ({"from": "2026-04-01"}, date(2026, 4, 1), TODAY),
        ({"to": "2026-04-30"}, date(2025, 10, 30), date(2026, 4, 30)),
        ({"from": " 2026-04-01 ", "to": ""}, date(2026, 4, 1), TODAY),
        ({"to": "0001-02-03"}, date.min, date(1, 2, 3)),
        ({"from": "2027-01-01"}, date(2027, 1, 1), date(2027, 1, 1)),
    ],
)
def test_what_is_left_out_is_the_term_so_far(given: dict[str, str], first: date, last: date) -> None:
    assert read_period(given, TODAY) == Period(first, last)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"from": "soon"}, ["from"]),
        ({"from": "2026-02-30", "to": "x"}, ["from", "to"]),
        ({"from": "2026-05-02", "to": "2026-05-01"}, ["to"]),
    ],
)
def test_what_is_no_period_is_a_fault_at_its_field(given: dict[str, str], fields: list[str]) -> None:
    with pytest.raises(BadInput) as told:
        read_period(given, TODAY)
    assert [each.column for each in told.value.faults] == fields


def test_both_days_count_and_what_runs_into_a_period_meets_it() -> None:
    period = Period(date(2026, 1, 1), date(2026, 1, 4))
    assert [period.has(date(2026, 1, day)) for day in (1, 4, 5)] == [True, True, False]
    assert not period.has(None)
    assert period.middle == date(2026, 1, 2)
    assert period.meets(date(2025, 1, 1), None)
    assert period.meets(date(2025, 1, 1), date(2026, 1, 1))
    assert not period.meets(date(2025, 1, 1), date(2025, 12, 31))
    assert not period.meets(date(2026, 1, 5), None)


def test_months_end_where_a_month_is_shorter() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 12) == date(2025, 1, 15)
