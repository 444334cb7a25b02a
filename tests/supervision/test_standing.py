"""Where a trainee's own session stands: each case beside the one next to it."""

from __future__ import annotations

import pytest

from rater.supervision.standing import Standing, rates_oneself, standing
from rater.terms import RatedBy

WAITS = {"recorded": True, "is_open": True, "to_rate": False, "self_first": True, "released": False}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Standing.WAITING),
        ({"released": True}, Standing.RELEASED),
        ({"to_rate": True}, Standing.TO_RATE),
        ({"to_rate": True, "released": True}, Standing.TO_RATE),
        ({"to_rate": True, "released": True, "self_first": False}, Standing.RELEASED),
        ({"to_rate": True, "self_first": False}, Standing.TO_RATE),
        ({"is_open": False, "released": True}, Standing.CLOSED),
        ({"recorded": False, "is_open": False}, Standing.NOT_RECORDED),
    ],
)
def test_where_a_session_stands(changed: dict[str, bool], expected: Standing) -> None:
    assert standing(**{**WAITS, **changed}) is expected


def test_who_rates_oneself() -> None:
    assert {each for each in RatedBy if rates_oneself(each)} == {RatedBy.SELF, RatedBy.BOTH}
