"""The days that a portfolio looks back on."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rater.errors import BadInput, Fault
from rater.supervision.written import Written
from rater.terms import Reason

MONTHS = 6
"""How far back a portfolio looks where nothing else is said: a term."""
_TURNED = Fault(Reason("The period ends before it begins"), Reason("Correct one of the two days"), column="to")


@dataclass(frozen=True)
class Period:
    """From a day to a day, both counted in."""

    first: date
    last: date

    @property
    def middle(self) -> date:
        """The last day of the first half."""
        return self.first + (self.last - self.first) // 2

    def has(self, day: date | None) -> bool:
        """Whether a day lies in it; no day does not."""
        return day is not None and self.first <= day <= self.last

    def meets(self, since: date, until: date | None) -> bool:
        """Whether what ran from a day to a day, or still runs, has a day in common with it."""
        return since <= self.last and (until is None or until >= self.first)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read_period(given: Mapping[str, str], today: date) -> Period:
    """The period as an address names it (`from`, `to`); the last six months otherwise. Raises BadInput."""
    written = Written(given)
    first, last = written.day("from"), written.day("to")
    written.settle()
    last = last or max(today, first or today)
    period = Period(first or _term_before(last), last)
    if period.last < period.first:
        raise BadInput([_TURNED])
    return period


def _term_before(day: date) -> date:
    return months_before(day, MONTHS) if day.year > 1 else date.min
