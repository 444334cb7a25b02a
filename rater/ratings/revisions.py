"""What changed between two revisions of a rating."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rater.ratings.completeness import NOT_GIVEN, GivenPoint


@dataclass(frozen=True)
class PointChange:
    """An item that two revisions give otherwise; versions do not count."""

    item: str
    before: GivenPoint
    after: GivenPoint

    @property
    def is_of_point(self) -> bool:
        """Whether the value or the missing code differs, and not the mark alone."""
        return _point(self.before) != _point(self.after)


def _point(given: GivenPoint) -> tuple[float | None, str | None]:
    return given.value, given.missing_code


def changes(
    items: Iterable[str], before: Mapping[str, GivenPoint], after: Mapping[str, GivenPoint]
) -> list[PointChange]:
    """The items whose value, missing code or mark differs, in the order of the rating screen."""
    pairs = ((item, before.get(item, NOT_GIVEN), after.get(item, NOT_GIVEN)) for item in items)
    return [PointChange(*each) for each in pairs if _differ(each[1], each[2])]


def _differ(before: GivenPoint, after: GivenPoint) -> bool:
    return _point(before) != _point(after) or before.unsure != after.unsure
