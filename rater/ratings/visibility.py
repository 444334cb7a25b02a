"""What a rater may know of an assignment: the one list, from which every page for raters picks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RATER_MAY_SEE = frozenset(
    {
        "public_id",
        "code",
        "state",
        "done",
        "items",
        "duration_s",
        "submitted_at",
        "wave",
        "wave_locked",
        "due_on",
        "due",
        "obstacle",
    }
)


def for_rater(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an assignment that a rater may see; position, partner, patient and number are not among them."""
    return {name: value for name, value in fields.items() if name in RATER_MAY_SEE}
