"""The ratings that count, held or read some at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rater.analysis.taking import Points


@dataclass(frozen=True, slots=True)
class CountedRating:
    """One rating with the revision that counts: raw points and missing codes by item.

    `coverage` is the share of the recording heard before submission, None where it is not known; `unsure` are the
    items that the rater marked to be discussed.
    """

    wave: str
    session_id: str
    rater_id: str
    role: str
    rating_id: str
    version: int
    submitted_at: datetime | None
    points: Points
    missing: Mapping[str, str]
    coverage: float | None = None
    unsure: frozenset[str] = frozenset()


AT_ONCE = 400


class StreamedRatings(Collection[CountedRating]):
    """Ratings that are read anew, some hundred at a time, whenever somebody goes through them.

    `keys` are those of each wave's ratings; `read` gives the ratings of a wave with some of the keys, in their order.
    """

    def __init__(
        self,
        keys: Mapping[str, Sequence[int]],
        read: Callable[[str, Sequence[int]], Iterable[CountedRating]],
        first_submission: datetime | None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._keys, self._read, self._at_once = keys, read, at_once
        self.first_submission = first_submission

    def __len__(self) -> int:
        return sum(map(len, self._keys.values()))

    def __contains__(self, rating: object) -> bool:
        return any(rating == each for each in self)

    def __iter__(self) -> Iterator[CountedRating]:
        for wave, keys in self._keys.items():
            for start in range(0, len(keys), self._at_once):
                yield from self._read(wave, keys[start : start + self._at_once])

    @property
    def waves(self) -> list[str]:
        """The waves that have ratings, in order."""
        return [wave for wave, keys in self._keys.items() if keys]
