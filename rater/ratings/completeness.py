"""When a rating may be submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rater.scales.schema import Scale


@dataclass(frozen=True)
class GivenPoint:
    """What a rater gave one item so far; `version` counts its changes, `unsure` marks it for discussion."""

    value: float | None = None
    missing_code: str | None = None
    version: int = 0
    unsure: bool = False

    @property
    def is_given(self) -> bool:
        """Whether there is a value or a reason for its absence."""
        return self.value is not None or self.missing_code is not None


NOT_GIVEN = GivenPoint()


def items_to_rate(scales: Iterable[Scale]) -> list[str]:
    """The items of a session's sheets, in the order of the rating screen."""
    return [item.id for scale in scales for item in scale.items]


def missing_items(scales: Iterable[Scale], points: Mapping[str, GivenPoint]) -> list[str]:
    """The items that have neither a value nor a missing code yet, in the order of the rating screen."""
    return [item for item in items_to_rate(scales) if not points.get(item, NOT_GIVEN).is_given]
