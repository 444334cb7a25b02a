"""What a patient's consents to one use of a recording come to on a day, and whether a new one can be noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from rater.terms import Reason

SOON = timedelta(days=30)
"""How long before its end a consent is said to end soon."""


class NotedConsent(Protocol):
    """A consent as it was noted."""

    @property
    def given_on(self) -> date: ...  # noqa: D102  (fields of a row)
    @property
    def until(self) -> date | None: ...  # noqa: D102  (as above)
    @property
    def withdrawn_at(self) -> datetime | None: ...  # noqa: D102  (as above)


class ConsentState(StrEnum):
    """Where the consent to one use of a recording stands."""

    NONE = "none"
    STANDS = "stands"
    ENDS_SOON = "ends_soon"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ConsentStanding:
    """Where it stands, and the day that belongs to it: of the end, or of the withdrawal."""

    state: ConsentState
    day: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the recording may serve this use."""
        return self.state in (ConsentState.STANDS, ConsentState.ENDS_SOON)


def standing_of(noted: Sequence[NotedConsent], today: date) -> ConsentStanding:
    """What the consents to one use of a recording, oldest first, come to; the last day of a consent counts."""
    if not noted:
        return ConsentStanding(ConsentState.NONE)
    last = noted[-1]
    if last.withdrawn_at is not None:
        return ConsentStanding(ConsentState.WITHDRAWN, last.withdrawn_at.date())
    if last.until is None:
        return ConsentStanding(ConsentState.STANDS)
    if last.until < today:
        return ConsentStanding(ConsentState.ENDED, last.until)
    soon = last.until <= today + SOON
    return ConsentStanding(ConsentState.ENDS_SOON if soon else ConsentState.STANDS, last.until)


@dataclass(frozen=True)
class ConsentFault:
    """What is wrong with a consent that is to be noted, and in which column."""

    column: str
    cause: Reason
    remedy: Reason


def consent_faults(given_on: date, until: date | None, today: date) -> list[ConsentFault]:
    """What is wrong with the days of a consent."""
    found = []
    if given_on > today:
        cause = Reason("{day} has not come yet", {"day": given_on.isoformat()})
        found.append(ConsentFault("given_on", cause, Reason("Write the day on which the patient agreed")))
    if until is not None and until < given_on:
        cause = Reason("The consent ends before it was given")
        found.append(ConsentFault("until", cause, Reason("Correct one of the two days")))
    return found
