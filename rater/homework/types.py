"""A study's own lists of homework types and difficulty types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rater.errors import BadInput, fault
from rater.terms import DIFFICULTY_TYPES, HOMEWORK_TYPES, LogList

CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
LONGEST_LABEL = 120
SHIPPED = {LogList.HOMEWORK: HOMEWORK_TYPES, LogList.DIFFICULTIES: DIFFICULTY_TYPES}


@dataclass(frozen=True)
class KnownType:
    """A type with its label in each language; a shipped type has none, its words are part of Rater."""

    code: str
    en: str = ""
    de: str = ""

    def label(self, locale: str) -> str:
        """The label in a language, or "" where Rater has its own words for the code."""
        return (self.de if locale.startswith("de") else self.en) or self.en


@dataclass(frozen=True)
class TypeList:
    """A list of types in the order in which it is offered."""

    types: tuple[KnownType, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in order."""
        return tuple(each.code for each in self.types)


def shipped_list(kind: LogList) -> TypeList:
    """The list of a study that has not made its own."""
    return TypeList(tuple(KnownType(code) for code in SHIPPED[kind]))


def parse_type(text: str) -> KnownType:
    """A type written as code=Label or code=Label/German label. Raises BadInput."""
    code, found, labels = text.partition("=")
    en, _, de = labels.partition("/")
    made = KnownType(code.strip(), en.strip(), (de or en).strip())
    if not found or not CODE.fullmatch(made.code) or not made.en or max(len(made.en), len(made.de)) > LONGEST_LABEL:
        cause = "{text!r} is no type"
        remedy = "Write code=Label or code=Label/German label; codes are small letters, digits and _"
        raise BadInput(fault(cause, remedy, column="--add", text=text[:80]))
    return made


def changed_list(now: TypeList, added: Sequence[KnownType], removed: Sequence[str], used: set[str]) -> TypeList:
    """The list with types added at its end, given another label in their place, or taken out.

    Raises BadInput with every fault: a type that is unknown or in use cannot go, and one must be left.
    """
    faults = []
    for code in removed:
        if code not in now.codes:
            faults.append(fault("{code} is not on the list", "Types: {known}", code=code, known=", ".join(now.codes)))
        elif code in used:
            faults.append(fault("{code} is in use", "Change its label instead, with --add", code=code))
    fresh = {each.code: each for each in added}
    left = [fresh.pop(each.code, each) for each in now.types if each.code not in removed]
    made = TypeList((*left, *fresh.values()))
    if not made.types:
        faults.append(fault("The list would be empty", "Leave one type"))
    if faults:
        raise BadInput(faults)
    return made
