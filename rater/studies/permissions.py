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
    SEE_ANALYSIS = "see_analysis"
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
    LEAD_TRAINING = "lead_training"
    SEE_DRIFT = "see_drift"
    SUPERVISE = "supervise"
    BE_SUPERVISED = "be_supervised"
    SEE_SUPERVISION = "see_supervision"
    ARRANGE_SUPERVISION = "arrange_supervision"
    LEAD_PROGRAMME = "lead_programme"
    NOTE_CONSENT = "note_consent"
    HAND_IN = "hand_in"


ALLOWED: dict[Action, frozenset[Role]] = {
    Action.RATE: frozenset({Role.RATER}),
    Action.SEE_PROGRESS: frozenset({Role.COORDINATOR, Role.RESEARCHER}),
    Action.SEE_RELIABILITY: frozenset({Role.RESEARCHER}),
    Action.SEE_ANALYSIS: frozenset({Role.RESEARCHER}),
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
    Action.LEAD_TRAINING: frozenset({Role.TRAINER, Role.RESEARCHER}),
    Action.SEE_DRIFT: frozenset({Role.TRAINER, Role.RESEARCHER}),
    Action.SUPERVISE: frozenset({Role.SUPERVISOR}),
    Action.BE_SUPERVISED: frozenset({Role.TRAINEE}),
    Action.SEE_SUPERVISION: frozenset({Role.SUPERVISOR, Role.TRAINEE, Role.LEAD}),
    Action.ARRANGE_SUPERVISION: frozenset({Role.COORDINATOR, Role.LEAD}),
    Action.LEAD_PROGRAMME: frozenset({Role.LEAD}),
    Action.NOTE_CONSENT: frozenset({Role.COORDINATOR}),
    Action.HAND_IN: frozenset({Role.TRAINEE, Role.COORDINATOR}),
}

FORBIDDEN_WHILE_RATING = frozenset(
    {
        Action.SEE_PROGRESS,
        Action.SEE_RELIABILITY,
        Action.SEE_ANALYSIS,
        Action.EXPORT,
        Action.LOCK_WAVE,
        Action.ANSWER_OBSTACLES,
        Action.ENTER_HOMEWORK,
        Action.IMPORT,
        Action.MASK,
        Action.EXCLUDE,
        Action.ALLOCATE,
        Action.SET_STUDY,
        Action.LEAD_TRAINING,
        Action.SEE_DRIFT,
        Action.SUPERVISE,
        Action.BE_SUPERVISED,
        Action.SEE_SUPERVISION,
        Action.ARRANGE_SUPERVISION,
        Action.LEAD_PROGRAMME,
        Action.NOTE_CONSENT,
        Action.HAND_IN,
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
