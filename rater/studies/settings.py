"""Settings of a study: the phases of therapy that its sessions fall into, and how its raters rate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rater.errors import BadInput, Fault, fault
from rater.terms import RateAtEnd, Reason

_SPAN = re.compile(r"([0-9]{1,4})(?:\s*(-)\s*([0-9]{1,4})?)?")
_LONGEST_CONTACT = 500
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True)
class Phase:
    """A span of session numbers, both ends included; without `last` it is open."""

    name: str
    first: int
    last: int | None

    def __contains__(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)


def parse_phases(text: str, source: str = "--phases") -> tuple[Phase, ...]:
    """The phases I, II, ... of `1-4,5-`: spans of session numbers in rising order, the last one may be open.

    Empty text means no phases. Raises BadInput with every span that cannot be read or overlaps the one before.
    """
    phases: list[Phase] = []
    faults: list[Fault] = []
    for place, span in enumerate(text.split(",") if text.strip() else [], start=1):
        found = _SPAN.fullmatch(span.strip())
        if not found:
            cause = Reason("{span} is not a span of session numbers", {"span": repr(span.strip())})
            faults.append(Fault(cause, Reason("Write spans such as 1-4,5-"), source, column=place))
            continue
        first = int(found.group(1))
        last = int(found.group(3)) if found.group(3) else (None if found.group(2) else first)
        if problem := _misplaced(phases, first, last, repr(span.strip())):
            remedy = Reason("Write the spans in rising order without overlap, such as 1-4,5-")
            faults.append(Fault(problem, remedy, source, column=place))
        phases.append(Phase(_roman(place), first, last))
    if faults:
        raise BadInput(faults)
    return tuple(phases)


def phase_of(number: int, phases: Sequence[Phase]) -> str | None:
    """The phase that holds the session number; phases start at 1, so that session 0 has none."""
    return next((phase.name for phase in phases if number in phase), None)


def _misplaced(before: Sequence[Phase], first: int, last: int | None, span: str) -> Reason | None:
    if first < 1:
        return Reason("{span} starts before session 1", {"span": span})
    if last is not None and last < first:
        return Reason("{span} ends before it starts", {"span": span})
    if before and (before[-1].last is None or first <= before[-1].last):
        return Reason("{span} overlaps the span before it", {"span": span})
    return None


def _roman(number: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        written += sign * (number // value)
        number %= value
    return written


@dataclass(frozen=True)
class RatingSettings:
    """Whether raters listen before they rate, to which share, and who is told of a worry about a patient.

    `concern_person` is an e-mail address, None where nobody is named; `concern_contact` is how to reach the person.
    """

    rate_at_end: str
    heard_share: float
    concern_person: str | None
    concern_contact: str

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `rater study settings`."""
        return {
            "rate_at_end": str(self.rate_at_end),
            "heard_share": self.heard_share,
            "concern_person": self.concern_person,
            "concern_contact": self.concern_contact,
        }


def setting_faults(rate_at_end: str, heard_share: float, concern_contact: str) -> list[Fault]:
    """Every setting that cannot be taken: a word that is none, a share outside 0 to 1, a contact that is too long."""
    faults: list[Fault] = []
    if rate_at_end not in set(RateAtEnd):
        words = ", ".join(RateAtEnd)
        cause = "{word!r} does not say whether raters listen first"
        faults.append(fault(cause, "Choose one of: {words}", column="--rate-at-end", word=rate_at_end, words=words))
    if not 0 < heard_share <= 1:
        cause = "{share} is no share of a recording"
        remedy = "Write a number above 0, up to 1, such as 0.9"
        faults.append(fault(cause, remedy, column="--heard-share", share=heard_share))
    if len(concern_contact) > _LONGEST_CONTACT or any(not sign.isprintable() for sign in concern_contact):
        cause = "The contact is longer than {most} characters or holds signs that cannot be shown"
        remedy = "Write one line, such as a telephone number"
        faults.append(fault(cause, remedy, column="--concern-contact", most=_LONGEST_CONTACT))
    return faults
