"""Texts that people write on the pages: what they may hold, and how long they may be."""

from __future__ import annotations

import re

from rater.errors import BadInput, Fault
from rater.terms import Reason

UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Control signs, signs that turn the direction of what follows, and halves of signs."""
UNKEPT = re.compile(r"[\x00\ud800-\udfff]")
"""Signs that no database keeps."""
NO_TEXT, WRITE = Reason("There is no text"), Reason("Write something")


def checked_text(
    text: str, longest: int, *, shortest: int = 1, empty: Reason = NO_TEXT, remedy: Reason = WRITE, is_own: bool = False
) -> str:
    """The text without outer blanks and with plain line ends.

    Raises BadInput where fewer than `shortest` characters are left (said as `empty` and `remedy`), more than
    `longest`, and for signs that nobody sees; `is_own`: nobody else reads it, so only signs that no database keeps
    are refused.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) < shortest:
        raise BadInput(Fault(empty, remedy))
    if len(text) > longest:
        sizes = {"count": len(text), "longest": longest}
        raise BadInput(Fault(Reason("The text has {count} characters; {longest} are the most", sizes), SHORTEN))
    if is_own and UNKEPT.search(text):
        raise BadInput(Fault(Reason("The text holds signs that cannot be kept"), Reason("Take them out")))
    faults = [] if is_own else unseen_signs(text)
    if faults:
        raise BadInput(faults)
    return text


SHORTEN = Reason("Shorten it")


def unseen_signs(text: str, *, file: str = "") -> list[Fault]:
    """A fault for each line that holds signs which nobody sees and which may change what is read."""
    return [
        Fault(
            Reason("Line {line} holds a sign that cannot be seen, {sign}", {"line": number, "sign": _name(found[0])}),
            Reason("Take it out"),
            file,
            number,
            found.start() + 1,
        )
        for number, line in enumerate(text.split("\n"), 1)
        if (found := UNSEEN.search(line)) is not None
    ]


def _name(sign: str) -> str:
    return f"U+{ord(sign):04X}"
