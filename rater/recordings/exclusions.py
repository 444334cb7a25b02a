"""What an exclusion must say, and the reasons that a study may choose from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rater.errors import Fault
from rater.tables.cells import choice_key
from rater.terms import ExclusionScope, Reason

LONGEST_REASON = 64
LONGEST_NOTE = 1000
USUAL_REASONS = {
    "no_recording": Reason("No recording"),
    "poor_audio": Reason("Poor audio"),
    "deviation_from_manual": Reason("Deviation from manual"),
    "consent_withdrawn": Reason("Consent withdrawn"),
    "not_eligible": Reason("Not eligible"),
}
"""The reasons that every study is offered, with their words; those of a study's own are said as they are written."""
SHORTEN = Reason("Shorten it")
_YES_OR_NO = frozenset(["yes", "no", "y", "n", "true", "false", "0", "1", "ja", "nein", "none", "na", "n/a", "-", "x"])


@dataclass(frozen=True)
class Wanted:
    """What somebody asks to leave out: one session or one patient, by code; the reason is a code word."""

    session: str = ""
    patient: str = ""
    reason: str = ""
    scope: str = ExclusionScope.MAIN.value
    note: str = ""

    @property
    def code(self) -> str:
        """The code of the session or patient."""
        return self.session or self.patient


def is_no_reason(text: str) -> bool:
    """Whether a cell says that something is left out rather than why."""
    return text.casefold() in _YES_OR_NO


def reasons_to_offer(used: Iterable[str]) -> list[str]:
    """The reasons that the study uses already, then the usual ones."""
    return list(dict.fromkeys([*sorted(used), *USUAL_REASONS]))


def reason_words(code: str, say: Callable[[Reason], str]) -> str:
    """A reason as pages and pictures show it, in the language of `say` where it is a usual one."""
    usual = USUAL_REASONS.get(code)
    return say(usual) if usual else code.replace("_", " ").capitalize()


def settled_reason(text: str, used: Iterable[str]) -> str:
    """The reason as the study writes it: `Poor audio` is `poor_audio`, so that reasons are counted together."""
    known = {choice_key(each): each for each in reasons_to_offer(used)}
    return known.get(choice_key(text.strip()), text.strip())


def exclusion_faults(wanted: Wanted) -> list[Fault]:
    """All that is wrong with what was asked, whatever the study holds."""
    faults = []
    if bool(wanted.session) == bool(wanted.patient):
        faults.append(at("code", Reason("It is not clear what is left out"), Reason("Name one session or one patient")))
    faults += reason_faults(wanted.reason)
    if wanted.scope not in set(ExclusionScope):
        known = {"scopes": ", ".join(ExclusionScope)}
        faults.append(at("scope", Reason("No scope was chosen"), Reason("Scopes are {scopes}", known)))
    return faults + text_faults(wanted.note, column="note")


def reason_faults(reason: str) -> list[Fault]:
    """What is wrong with a reason for leaving out."""
    remedy = Reason("Write a code word for it, such as poor_audio")
    if not reason:
        return [at("reason", Reason("The reason is missing"), remedy)]
    if is_no_reason(reason):
        return [at("reason", Reason("{value} is not a reason", {"value": reason}), remedy)]
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        cause = Reason("A reason has at most {longest} signs, all of them visible", {"longest": LONGEST_REASON})
        return [at("reason", cause, Reason("Keep it short, and put the rest into the note"))]
    return []


def text_faults(text: str, *, column: str, shortest: int = 0) -> list[Fault]:
    """What is wrong with a note or with the reason for lifting."""
    if len(text) < shortest:
        return [at(column, Reason("The reason is missing"), Reason("Say in a few words why it is lifted"))]
    if len(text) > LONGEST_NOTE:
        sizes = {"count": len(text), "longest": LONGEST_NOTE}
        return [at(column, Reason("The text has {count} characters; {longest} are the most", sizes), SHORTEN)]
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Cn") and sign not in "\n\t" for sign in text):
        return [at(column, Reason("The text holds a sign that cannot be seen"), Reason("Take it out"))]
    return []


def at(column: str, cause: Reason, remedy: Reason) -> Fault:
    """A fault of one field of the form, or one option of the command."""
    return Fault(cause, remedy, column=column)
