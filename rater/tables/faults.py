"""Collecting every fault of a file before any of it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from rater.errors import BadInput, Fault, fault

LIMIT = 10_000
_LONGEST = 60
_MOST_COMPARED = 2_000


class Faults:
    """The faults found so far in one file; more than `LIMIT` end the reading at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Fault] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self, cause: str, remedy: str, *, line: int | None = None, column: str | int | None = None, **params: Any
    ) -> None:
        """Keep one fault; raises `BadInput` when the limit is reached."""
        self._found.append(fault(cause, remedy, file=self.file, line=line, column=column, **params))
        if len(self._found) >= LIMIT:
            self.raise_if_any()

    @property
    def lines(self) -> set[int]:
        """The lines in which something is wrong already."""
        return {found.line for found in self._found if found.line is not None}

    def lines_of(self, column: str) -> set[int]:
        """The lines in which this column is wrong."""
        return {found.line for found in self._found if found.line is not None and found.column == column}

    @property
    def found(self) -> list[Fault]:
        """The faults in the order of their lines."""
        return sorted(self._found, key=lambda found: found.line or 0)

    def raise_if_any(self) -> None:
        """Raise `BadInput` with all faults in the order of their lines, if there are any."""
        if self._found:
            raise BadInput(self.found)


def shown(text: str) -> str:
    """The text as a message may quote it: clipped at 60 characters, hidden characters spelled out."""
    clipped = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in clipped)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None where none is close."""
    by_key: dict[str, str] = {}
    for each in known:
        by_key.setdefault(each.casefold(), each)
    if name.casefold() in by_key:
        return by_key[name.casefold()]
    if len(name) > _LONGEST * 4 or len(by_key) > _MOST_COMPARED:
        return None
    close = get_close_matches(name.casefold(), list(by_key), n=1, cutoff=0.6)
    return by_key[close[0]] if close else None
