"""What differs from one answer to the next although nothing else does."""

from __future__ import annotations

import re

TOKEN = re.compile(r'(name="csrf[-_]token" (?:content|value)=)"[^"]+"')


def without_token(text: str) -> str:
    """The CSRF token holds the time and random bits; the rest of the answer stands as it is."""
    return TOKEN.sub(r"\1", text)
