"""Sentences and names for codes of the vocabulary, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext

from rater.homework.types import TypeList
from rater.terms import NoHomeworkReason, Role

EXPLANATIONS = {
    Role.SUPERVISOR: lazy_gettext(
        "Your trainees' sessions: how homework was assigned and reviewed on tape, comments at the moment they are "
        "about, and the supervision homework that you agreed on."
    ),
    Role.TRAINEE: lazy_gettext("Your own sessions, the feedback released to you, and your supervision homework."),
    Role.LEAD: lazy_gettext("Who supervises whom, and how supervision goes on in the programme."),
}
"""What somebody finds in a supervision programme."""
ELSEWHERE = lazy_gettext(
    "This is a research study, in which nobody is supervised. Supervision has a programme of its own; its coordinator "
    "gives you a part in it."
)
ADMINISTRATOR_EXPLANATION = lazy_gettext(
    "You will find accounts, invitations, backups and the audit here. This part of Rater is being built; until then "
    "the commands rater user, rater db and rater settings do this work. You do not see recordings or ratings."
)

DIFFICULTY_TYPES = {
    "negative_events": lazy_gettext("Negative events"),
    "depressive_symptoms": lazy_gettext("Depressive symptoms"),
    "lack_of_strategies": lazy_gettext("Lack of strategies and options"),
    "lack_of_time": lazy_gettext("Lack of time"),
    "too_difficult": lazy_gettext("Too difficult"),
    "other_homework_related": lazy_gettext("Other, related to the homework"),
}

HOMEWORK_TYPES = {
    "psychoeducational": lazy_gettext("Psychoeducational"),
    "behavioral": lazy_gettext("Behavioural"),
    "cognitive": lazy_gettext("Cognitive"),
    "self_monitoring": lazy_gettext("Self-monitoring"),
    "relapse_prevention": lazy_gettext("Relapse prevention"),
}


def log_label(code: str) -> str:
    """Rater's own words for a type of homework or difficulty; an unknown code is shown as it is written."""
    known = HOMEWORK_TYPES.get(code) or DIFFICULTY_TYPES.get(code)
    return str(known) if known else code.replace("_", " ").capitalize()


def log_labels(types: TypeList, codes: Iterable[str], language: str) -> dict[str, str]:
    """The study's labels of these types of homework or difficulty, else Rater's own words."""
    own = {each.code: each.label(language) for each in types.types}
    return {code: own.get(code) or log_label(code) for code in codes}


NO_HOMEWORK_REASONS = {
    NoHomeworkReason.LAST_SESSION: lazy_gettext("Last session"),
    NoHomeworkReason.CRISIS: lazy_gettext("A crisis came first"),
    NoHomeworkReason.OTHER: lazy_gettext("Another reason"),
}


def no_homework_reason(reason: NoHomeworkReason) -> str:
    """Why a session assigned no homework."""
    return str(NO_HOMEWORK_REASONS[reason])
