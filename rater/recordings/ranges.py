"""Byte ranges as RFC 9110, section 14, has them, answered with at most `limit` bytes at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LIMIT: Final = 1024 * 1024

_RANGE: Final = re.compile(r"(?:([0-9]+)-([0-9]*)|-([0-9]+))")
_LONGEST_HEADER: Final = 4096


@dataclass(frozen=True)
class Whole:
    """Answer 200 with everything."""


@dataclass(frozen=True)
class Part:
    """Answer 206 with the bytes from `start` to before `stop`."""

    start: int
    stop: int


@dataclass(frozen=True)
class Unsatisfiable:
    """Answer 416; the representation has `size` bytes."""

    size: int


def parse_range(header: str | None, size: int, limit: int = LIMIT) -> Whole | Part | Unsatisfiable:
    """What a Range header asks of `size` bytes; what is not valid is ignored, of several ranges the first that fits
    is answered, and a part is never longer than `limit` bytes."""
    if header is None or len(header) > _LONGEST_HEADER:
        return Whole()
    unit, equals, listed = header.partition("=")
    if unit.strip().lower() != "bytes" or not equals:
        return Whole()
    specs = [spec.strip(" \t") for spec in listed.split(",")]
    matches = [_RANGE.fullmatch(spec) for spec in specs if spec]
    if not matches:
        return Whole()
    parts: list[Part | None] = []
    for match in matches:
        if match is None or _backwards(match):
            return Whole()
        parts.append(_part(match, size, limit))
    return next((part for part in parts if part is not None), Unsatisfiable(size))


def _backwards(match: re.Match[str]) -> bool:
    return bool(match[1] and match[2]) and _number(match[2]) < _number(match[1])


def _part(match: re.Match[str], size: int, limit: int) -> Part | None:
    if match[3]:
        start, stop = max(0, size - _number(match[3])), size
    else:
        start = _number(match[1])
        stop = min(size, _number(match[2]) + 1) if match[2] else size
    return Part(start, min(stop, start + limit)) if start < stop else None


def _number(digits: str) -> int:
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) < 20 else 10**20
