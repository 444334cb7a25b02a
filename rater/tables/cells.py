"""What one cell says: whole numbers, numbers and dates."""

from __future__ import annotations

import re
from datetime import date

_WHOLE = re.compile(r"([+-]?[0-9]{1,15})(?:[.]0{1,15})?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.][0-9]{1,15})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
EARLIEST, LATEST = 1900, 2199


def whole(text: str, decimal_comma: bool = False) -> int | None:
    """The whole number that the text writes (`3`, `3.0`), or None."""
    found = _WHOLE.fullmatch(_with_point(text, decimal_comma))
    return int(found.group(1)) if found else None


def number(text: str, decimal_comma: bool = False) -> float | None:
    """The number that the text writes without an exponent or grouped thousands, or None.

    Where the file has decimal commas, a point is refused: it might group thousands.
    """
    written = _with_point(text, decimal_comma)
    return float(written) if _NUMBER.fullmatch(written) else None


def _with_point(text: str, decimal_comma: bool) -> str:
    return text.replace(".", "?").replace(",", ".") if decimal_comma else text


def day(text: str) -> date | None:
    """The date of `2018-01-27` or `27.01.2018` between 1900 and 2199, or None."""
    if found := _ISO.fullmatch(text):
        year, month, day_of_month = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day_of_month, month, year = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year, month, day_of_month) if EARLIEST <= year <= LATEST else None
    except ValueError:
        return None


def choice_key(text: str) -> str:
    """The form in which words of a closed list are compared: small letters, blanks and hyphens as underscores."""
    return re.sub(r"[\s-]+", "_", text.casefold())
