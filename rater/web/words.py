"""Sentences and names for codes of the vocabulary, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext

from rater.terms import Role

EXPLANATIONS = {
    Role.SUPERVISOR: lazy_gettext(
        "You will find your trainees' sessions here: how homework was assigned and reviewed on tape, comments at the "
        "moment they are about, and the supervision homework you agreed on. This part of Rater is being built."
    ),
    Role.TRAINEE: lazy_gettext(
        "You will find your own sessions here, the feedback released to you, and your supervision homework. "
        "This part of Rater is being built."
    ),
    Role.TRAINER: lazy_gettext(
        "You will find the training of raters here: trial ratings, their discussion, and how raters compare with the "
        "criterion. This part of Rater is being built."
    ),
}
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
