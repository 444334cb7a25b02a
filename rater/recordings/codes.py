"""The opaque codes by which raters know therapy sessions."""

from __future__ import annotations

from collections.abc import Container
from random import Random

from rater.terms import CODE_LETTERS, CODE_SIGNS

LETTERS, SIGNS = CODE_LETTERS, CODE_SIGNS
_TRIES = 40


def rating_code(taken: Container[str], chance: Random) -> str:
    """A code that is not taken: four signs, five once those get scarce.

    It tells neither patient nor number. It has no vowels, so that it spells no word, no two signs that look alike,
    and a letter first, so that no spreadsheet takes it for a number.
    """
    for length in (4, 5, 6):
        for _ in range(_TRIES):
            code = chance.choice(LETTERS) + "".join(chance.choice(SIGNS) for _ in range(length - 1))
            if code not in taken:
                return code
    raise RuntimeError("no rating code is free")
