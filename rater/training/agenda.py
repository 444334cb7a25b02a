"""What a meeting talks over: each item of a session on which raters are too far apart, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from rater.training.discrepancies import Discrepancy, DiscrepancyKind

Place = tuple[str, str]
"""A session and an item, by their ids."""


@dataclass(frozen=True)
class Topic:
    """One item of one session to talk over; `spread` in scale points, `is_settled` once there is a consensus."""

    session: str
    item: str
    kinds: tuple[DiscrepancyKind, ...]
    spread: float
    is_settled: bool

    @property
    def place(self) -> Place:
        """Session and item."""
        return self.session, self.item


def agenda(found: Iterable[Discrepancy], settled: Set[Place]) -> list[Topic]:
    """The topics in the order of the discrepancies, an item of a session once whatever is apart in it."""
    kinds: dict[Place, list[Discrepancy]] = {}
    for each in found:
        kinds.setdefault((each.session, each.item), []).append(each)
    return [
        Topic(*place, tuple(each.kind for each in apart), apart[0].spread, place in settled)
        for place, apart in kinds.items()
    ]


def next_topic(topics: Sequence[Topic], place: Place | None = None) -> Topic | None:
    """The next topic without a consensus after the one at `place`, else the first elsewhere; None where all have."""
    here = next((number for number, each in enumerate(topics) if each.place == place), -1)
    ahead = [*topics[here + 1 :], *topics[: max(here, 0)]]
    return next((each for each in ahead if not each.is_settled and each.place != place), None)
