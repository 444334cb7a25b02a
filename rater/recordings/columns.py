"""Columns of a list of sessions that bear other names than Rater's, and what they may mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rater.recordings.manifest import OPTIONAL, REQUIRED
from rater.tables import nearest

KNOWN = (*REQUIRED, *OPTIONAL)


@dataclass(frozen=True)
class Column:
    """A column that bears a name of its own; `means` is what it is mapped to, else what it looks like, else empty."""

    name: str
    means: str


@dataclass(frozen=True)
class Columns:
    """What can be mapped in a list: its own columns, and Rater's names that none of its columns bears.

    `needed` of these must be there before the list can be read.
    """

    own: tuple[Column, ...] = ()
    open: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()


def columns_to_map(header: Sequence[str], mapped: Mapping[str, str]) -> Columns:
    """The columns of a header that Rater does not know, each with what it is mapped to or looks like."""
    left = [name for name in KNOWN if name not in header]
    free = [name for name in left if name not in mapped.values()]
    own = []
    for name in dict.fromkeys(each for each in header if each and each not in KNOWN):
        means = mapped.get(name) or nearest(name, free) or ""
        if means in free:
            free.remove(means)
        own.append(Column(name, means))
    missing = [name for name in REQUIRED if name in left and name not in mapped.values()]
    return Columns(tuple(own), tuple(left), tuple(missing))
