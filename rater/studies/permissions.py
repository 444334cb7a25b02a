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
    LOCK_WAVE = "lock_wave"
    ANSWER_OBSTACLES = "answer_obstacles"
    SEE_CONCERNS = "see_concerns"
    SEND_MESSAGES = "send_messages"
    WRITE_MANUAL = "write_manual"
    READ_MANUAL = "read_manual"
    ENTER_HOMEWORK = "enter_homework"
    IMPORT = "import"
    MASK = "mask"
    EXCLUDE = "exclude"
    ALLOCATE = "allocate"
    SET_STUDY = "set_study"


ALLOWED: dict[Action, frozenset[Role]] = {
    Action.RATE: frozenset({Role.RATER}),
    Action.SEE_PROGRESS: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
    Action.SEE_RELIABILITY: frozenset({Role.RESEARCHER}),
    Action.EXPORT: frozenset({Role.RESEARCHER}),
    Action.LOCK_WAVE: frozenset({Role.RESEARCHER}),
    Action.ANSWER_OBSTACLES: frozenset({Role.COORDINATOR}),
    Action.SEE_CONCERNS: frozenset({Role.COORDINATOR}),
    Action.SEND_MESSAGES: frozenset({Role.COORDINATOR}),
    Action.WRITE_MANUAL: frozenset({Role.RESEARCHER, Role.TRAINER}),
    Action.READ_MANUAL: frozenset(Role),
    Action.ENTER_HOMEWORK: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
    Action.IMPORT: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
    Action.MASK: frozenset({Role.COORDINATOR}),
    Action.EXCLUDE: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
    Action.ALLOCATE: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
    Action.SET_STUDY: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
}

FORBIDDEN_WHILE_RATING = frozenset(
    {
        Action.SEE_PROGRESS,
        Action.SEE_RELIABILITY,
        Action.EXPORT,
        Action.LOCK_WAVE,
        Action.ANSWER_OBSTACLES,
        Action.ENTER_HOMEWORK,
        Action.IMPORT,
        Action.MASK,
        Action.EXCLUDE,
        Action.ALLOCATE,
        Action.SET_STUDY,
    }
)
"""What tells of other raters' work, of who the patients are, or of what raters are not to hear.

Concerns are not among them: a patient's safety goes before blindness.
"""


def may(roles: Set[Role], action: Action, *, has_open_ratings: bool = False) -> bool:
    """Whether somebody holding these roles in a study may do this there.

    Any role that allows it is enough, except that a rater who still has sessions to rate in the study stays
    blind whatever else he or she is there.
    """
    if has_open_ratings and Role.RATER in roles and action in FORBIDDEN_WHILE_RATING:
        return False
    return bool(ALLOWED[action] & roles)
