"""A profile over sessions as the rows of two tables: points and scores, by the trainee and the supervisor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rater.supervision.profile import ScaleProfile
from rater.terms import RatedBy

_SESSION = ("session_id", "patient_id", "session_no", "date", "by")
POINT_COLUMNS = (*_SESSION, "scale", "item", "value", "missing_code")
SCORE_COLUMNS = (*_SESSION, "scale", "score", "value")
Row = tuple[object, ...]


@dataclass(frozen=True)
class Column:
    """A session of the profile, as tables name it."""

    session_id: str
    patient_id: str
    session_no: int
    held_on: date | None

    def by(self, who: RatedBy) -> Row:
        """How its rows begin."""
        day = self.held_on.isoformat() if self.held_on else None
        return self.session_id, self.patient_id, self.session_no, day, who.value


def point_rows(columns: Sequence[Column], profiles: Iterable[ScaleProfile]) -> Iterator[Row]:
    """Each point or missing code that was given: raw values, the trainee's before the supervisor's."""
    for scale in profiles:
        for at, column in enumerate(columns):
            for who in (RatedBy.SELF, RatedBy.SUPERVISOR):
                for row in scale.items:
                    point = (row.own if who is RatedBy.SELF else row.theirs)[at]
                    if point.is_given:
                        yield *column.by(who), scale.scale.id, row.item.id, point.value, point.missing_code


def score_rows(columns: Sequence[Column], profiles: Iterable[ScaleProfile]) -> Iterator[Row]:
    """Each score that the points yield; reversed items are turned in it."""
    for scale in profiles:
        for at, column in enumerate(columns):
            for who in (RatedBy.SELF, RatedBy.SUPERVISOR):
                for line in scale.lines:
                    value = (line.own if who is RatedBy.SELF else line.theirs)[at]
                    if value is not None:
                        yield *column.by(who), scale.scale.id, line.score.name, value
