"""Texts that are typed into the forms of supervision: read together, every fault of them told at its field."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from rater.errors import BadInput, Fault
from rater.ratings.texts import checked_text
from rater.terms import Reason

LONGEST = 4000
"""Characters of one field."""


@dataclass
class Written:
    """What a form holds; `faults` gathers what cannot be taken, each with the name of its field as `column`."""

    given: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def text(self, name: str, *, longest: int = LONGEST, missing: Fault | None = None) -> str:
        """The words of a field; where there are none, `missing` is the fault, if one is given."""
        typed = self.given.get(name, "")
        if missing is not None and not typed.strip():
            self.faults.append(missing)
            return ""
        try:
            return checked_text(typed, longest, shortest=0)
        except BadInput as error:
            self.faults += [Fault(each.cause, each.remedy, column=name) for each in error.faults]
            return typed

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds; None where the field is empty."""
        typed = self.given.get(name, "").strip()
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and len(typed) < 5 and least <= int(typed) <= most:
            return int(typed)
        told = {"value": typed[:32], "least": least, "most": most}
        cause = Reason("{value} is no whole number from {least} to {most}", told)
        self.faults.append(Fault(cause, Reason("Correct it, or leave it empty"), column=name))
        return None

    def day(self, name: str) -> date | None:
        """A day; None where the field is empty."""
        typed = self.given.get(name, "").strip()
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError:
            told = {"value": typed[:32]}
            self.faults.append(Fault(Reason("{value} is no day", told), Reason("Choose a day"), column=name))
            return None

    def settle(self) -> None:
        """Raise BadInput where a fault was found."""
        if self.faults:
            raise BadInput(self.faults)


def mark_of(text: str) -> str:
    """A short mark of a text, by which a form knows later whether it still stands."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Merged:
    """Texts after two people wrote; `clashes` holds, by name, what the other one wrote where both changed it."""

    texts: dict[str, str]
    clashes: dict[str, str]


def merged(given: Mapping[str, str], marks: Mapping[str, str], current: Mapping[str, str]) -> Merged:
    """Join what was typed with what stands now; `marks` are those of the texts as they were when the form was opened.

    A text that only one side has changed is that side's. Where both have, and differently, what was typed is kept in
    `texts` and what stands now in `clashes`, so that nothing is lost before somebody has looked at both.
    """
    texts, clashes = dict(current), dict[str, str]()
    for name, typed in given.items():
        now = current.get(name, "")
        before = marks.get(name, "")
        if typed == now or mark_of(typed) == before:
            continue
        texts[name] = typed
        if mark_of(now) != before:
            clashes[name] = now
    return Merged(texts, clashes)
