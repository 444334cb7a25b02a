"""Texts that people write for one another: what they may hold, and how long they may be."""

from __future__ import annotations

import re

from rater.errors import BadInput, Fault
from rater.terms import Reason

UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Control signs, signs that turn the direction of what follows, and halves of signs."""


def checked_text(text: str, longest: int) -> str:
    """The text without outer blanks and with plain line ends; BadInput where it is empty, too long or unsound."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise BadInput(Fault(Reason("There is no text"), Reason("Write something")))
    if len(text) > longest:
        sizes = {"count": len(text), "longest": longest}
        cause = Reason("The text has {count} signs; {longest} are the most", sizes)
        raise BadInput(Fault(cause, Reason("Shorten it")))
    faults = unseen_signs(text)
    if faults:
        raise BadInput(faults)
    return text


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
