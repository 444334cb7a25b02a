"""Changes that carry the version they were based on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rater.errors import BadInput, Fault, Stale
from rater.terms import Reason

LATEST = 1_000_000


def next_version(seen: int | None, kept: int | None, current: Mapping[str, Any], wanted: Mapping[str, Any]) -> int:
    """The version that a change makes; `seen` is the one it was based on, `kept` the present one, None for no row.

    A row that another window has deleted meanwhile is written again, above the version seen, so that nothing typed
    is lost. Without `seen` the change holds whatever the version. Raises Stale with `current` and its version where
    another change came between and the values differ, BadInput for what can be no version.
    """
    if seen is not None and not 0 <= seen <= LATEST:
        raise BadInput(Fault(Reason("This change is based on no version"), Reason("Load the page again")))
    if kept is None:
        return (seen or 0) + 1
    if seen is not None and seen != kept and dict(current) != dict(wanted):
        raise Stale({**current, "version": kept})
    return kept + 1
