"""What consents come to on a day, and which days can be noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from rater.supervision.consents import SOON, ConsentState, consent_faults, standing_of

TODAY = date(2026, 11, 3)
DAY = timedelta(days=1)


@dataclass
class Noted:
    given_on: date = date(2026, 1, 1)
    until: date | None = None
    withdrawn_at: datetime | None = None


@pytest.mark.parametrize(
    ("noted", "state"),
    [
        ([], ConsentState.NONE),
        ([Noted()], ConsentState.STANDS),
        ([Noted(until=TODAY + SOON + DAY)], ConsentState.STANDS),
        ([Noted(until=TODAY + SOON)], ConsentState.ENDS_SOON),
        ([Noted(until=TODAY)], ConsentState.ENDS_SOON),
        ([Noted(until=TODAY - DAY)], ConsentState.ENDED),
        ([Noted(withdrawn_at=datetime(2026, 11, 1, tzinfo=UTC))], ConsentState.WITHDRAWN),
        ([Noted(withdrawn_at=datetime(2026, 11, 1, tzinfo=UTC)), Noted()], ConsentState.STANDS),
        ([Noted(), Noted(until=TODAY - DAY)], ConsentState.ENDED),
    ],
)
def test_where_a_consent_stands(noted: list[Noted], state: ConsentState) -> None:
    found = standing_of(noted, TODAY)
    assert found.state is state
    assert found.is_open == (state in (ConsentState.STANDS, ConsentState.ENDS_SOON))


@pytest.mark.parametrize(
    ("given_on", "until", "columns"),
    [
        (TODAY, None, []),
        (TODAY, TODAY, []),
        (TODAY + DAY, None, ["given_on"]),
        (TODAY, TODAY - DAY, ["until"]),
        (TODAY + 2 * DAY, TODAY, ["given_on", "until"]),
    ],
)
def test_which_days_can_be_noted(given_on: date, until: date | None, columns: list[str]) -> None:
    assert [each.column for each in consent_faults(given_on, until, TODAY)] == columns
