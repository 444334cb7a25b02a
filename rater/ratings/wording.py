"""What people write in sentences about a rating: a reason, a message, a worry."""

from __future__ import annotations

from rater.errors import BadInput, fault
from rater.ratings.texts import unseen_signs

LONGEST = 5000


def written(text: str, *, empty: str, remedy: str, shortest: int = 1, longest: int = LONGEST) -> str:
    """The text without white space around it, with one kind of line end.

    Raises BadInput where fewer than `shortest` (said as `empty` and `remedy`) or more than `longest` characters are
    left, and for signs that no database keeps.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) < shortest:
        raise BadInput(fault(empty, remedy))
    if len(text) > longest:
        raise BadInput(fault("The text has more than {longest} characters", "Shorten it", longest=longest))
    if faults := unseen_signs(text):
        raise BadInput(faults)
    return text
