"""One therapy session that is handed in with its recording: what has to be said of it, and the codes it gets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rater.errors import BadInput, Fault, fault
from rater.recordings.manifest import HIGHEST_NUMBER, MOST_PARTS
from rater.supervision.consents import consent_faults
from rater.tables import shown
from rater.tables.cells import day
from rater.terms import ConsentScope

LONGEST_PATIENT = 32
_PATIENT = re.compile(r"[A-Za-z0-9]+")
_PIECES = re.compile(r"([^0-9]*)([0-9]*)")


@dataclass(frozen=True)
class TypedSession:
    """A session as it was typed; `files` is how many files came with it."""

    patient: str
    number: str
    held_on: str
    until: str
    scopes: Collection[str]
    is_agreed: bool
    files: int


@dataclass(frozen=True)
class WantedSession:
    """A session to be taken in, what its recording may serve, and the last day of that."""

    patient: str
    number: int
    held_on: date
    scopes: tuple[ConsentScope, ...]
    until: date

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "patient": self.patient,
            "number": self.number,
            "held_on": self.held_on.isoformat(),
            "scopes": [str(each) for each in self.scopes],
            "until": self.until.isoformat(),
        }


def wanted_again(kept: Mapping[str, Any]) -> WantedSession:
    """The session that was kept."""
    scopes = tuple(ConsentScope(each) for each in kept["scopes"])
    held_on, until = date.fromisoformat(kept["held_on"]), date.fromisoformat(kept["until"])
    return WantedSession(str(kept["patient"]), int(kept["number"]), held_on, scopes, until)


def read_session(typed: TypedSession, known: Collection[str], today: date) -> WantedSession:
    """The session that was typed; `known` are the codes of patients that are there. Raises BadInput with every fault.

    The patient's consent to supervision is needed, to teaching it may be given; it begins today.
    """
    faults: list[Fault] = []
    patient = _patient(typed.patient.strip(), known, faults)
    number = _number(typed.number.strip(), faults)
    held_on, until = (_day(getattr(typed, name), name, faults) for name in ("held_on", "until"))
    if held_on is not None and held_on > today:
        cause, told = "{day} has not come yet", held_on.isoformat()
        faults.append(fault(cause, "Write the day on which the session was held", column="held_on", day=told))
    if until is not None:
        faults += [Fault(each.cause, each.remedy, column=each.column) for each in consent_faults(today, until, today)]
    if not typed.files:
        faults.append(fault("No recording was chosen", "Choose the audio file of the session", column="files"))
    if typed.files > MOST_PARTS:
        cause, remedy = "{count} parts are too many", "Join some of them first"
        faults.append(fault(cause, remedy, column="files", count=typed.files))
    scopes = tuple(each for each in (ConsentScope.SUPERVISION, ConsentScope.TEACHING) if each in typed.scopes)
    if ConsentScope.SUPERVISION not in scopes:
        cause, remedy = "The patient has not agreed to supervision", "Hand the session in once that is so"
        faults.append(fault(cause, remedy, column="scope"))
    if not typed.is_agreed:
        cause, remedy = "It is not said that the patient has agreed in writing", "Tick it once the form is signed"
        faults.append(fault(cause, remedy, column="agreed"))
    if faults or number is None or held_on is None or until is None:
        raise BadInput(faults)
    return WantedSession(patient, number, held_on, scopes, until)


def _patient(code: str, known: Collection[str], faults: list[Fault]) -> str:
    if code in known:
        return code
    spelled = {each.casefold(): each for each in known}.get(code.casefold())
    if spelled is not None:
        cause, remedy = "{value} differs from {first} by case alone", "Write it as {first}"
        faults.append(fault(cause, remedy, column="patient", value=shown(code), first=spelled))
    elif not _PATIENT.fullmatch(code) or len(code) > LONGEST_PATIENT:
        cause = "This is no code of a patient" if code else "The patient's code is missing"
        remedy = "Write up to {most} letters without accents and digits, such as P07; no name"
        faults.append(fault(cause, remedy, column="patient", most=LONGEST_PATIENT))
    return code


def _number(text: str, faults: list[Fault]) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_NUMBER)):
        return int(text)
    remedy = "Write a whole number from 0 to {most}"
    faults.append(fault("This is no number of a session", remedy, column="number", most=HIGHEST_NUMBER))
    return None


def _day(text: str, column: str, faults: list[Fault]) -> date | None:
    found = day(text.strip())
    if found is None:
        faults.append(fault("This is no day of the calendar", "Write it as 2027-12-31", column=column))
    return found


def in_order(names: Sequence[str]) -> list[int]:
    """The places of the parts in the order of their names, in which 2 goes before 10."""
    return sorted(range(len(names)), key=lambda place: _natural(names[place]))


def _natural(name: str) -> list[tuple[str, int]]:
    """Text and digits by turns; digits count by their value."""
    return [(text, int(digits or 0)) for text, digits in _PIECES.findall(name.casefold())]


def session_code(patient: str, number: int, taken: Collection[str]) -> str:
    """A code for a session that no other has, whatever its case."""
    used = {each.casefold() for each in taken}
    code = first = f"{patient}-S{number:02}"
    more = 1
    while code.casefold() in used:
        more += 1
        code = f"{first}-{more}"
    return code


def a_year_from(today: date) -> date:
    """The same day a year later; of a 29th of February, the 28th."""
    try:
        return today.replace(year=today.year + 1)
    except ValueError:
        return today.replace(year=today.year + 1, day=28)
