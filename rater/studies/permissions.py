"""Who may do what in a study: the one table that says it."""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

from rater.terms import Role


class Action(StrEnum):
    """What a page or a command does to a study."""

    RATE = "rate"
    SEE_PROGRESS = "see_progress"
    SEE_RELIABILITY = "see_reliability"
    EXPORT = "export"


ALLOWED: dict[Action, frozenset[Role]] = {
    Action.RATE: frozenset({Role.RATER}),
    Action.SEE_PROGRESS: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
    Action.SEE_RELIABILITY: frozenset({Role.RESEARCHER}),
    Action.EXPORT: frozenset({Role.RESEARCHER}),
}

FORBIDDEN_WHILE_RATING = frozenset({Action.SEE_PROGRESS, Action.SEE_RELIABILITY, Action.EXPORT})


def may(roles: Set[Role], action: Action, *, has_open_ratings: bool = False) -> bool:
    """Whether somebody holding these roles in a study may do this there.

    Any role that allows it is enough, except that a rater who still has sessions to rate in the study stays
    blind whatever else he or she is there.
    """
    if has_open_ratings and Role.RATER in roles and action in FORBIDDEN_WHILE_RATING:
        return False
    return bool(ALLOWED[action] & roles)
