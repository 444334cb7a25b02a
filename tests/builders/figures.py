"""Parts of reliability reports, small enough to check a picture of them by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from rater.figures.language import Language
from rater.notices.letters import sayings

ENGLISH, GERMAN = (Language(code, sayings(code)) for code in ("en", "de"))


def statistic(value: float | None, ci95: Sequence[float] | None = None, n: int = 6, reason: str = "") -> dict[str, Any]:
    """A statistic as reports hold it."""
    return {"value": value, "ci95": ci95 and list(ci95), "n": n, "reason": reason or None}


def score_told(dyads: dict[str, dict[str, Any]], pooled: dict[str, Any], apart: Sequence[str] = ()) -> dict[str, Any]:
    """A score's part of a report: ICC(2,k) by dyad, the pooled ICC(A,2), and pairs without a common session."""
    none = [{"dyad": dyad, "reason": "no session shared"} for dyad in apart]
    return {
        "dyads": {dyad: {"icc": {"2,k": told}, "unstable": told["n"] < 5} for dyad, told in dyads.items()},
        "summary": {"icc_2_k": {"not_estimable": none}},
        "overall": {"icc_a_2": pooled},
    }


def many_raters(count: int) -> dict[str, Any]:
    """A score on which every pair of `count` raters has a value."""
    codes = [f"R{number:02}" for number in range(1, count + 1)]
    pairs = list(combinations(codes, 2))
    dyads = {f"{a}-{b}": statistic(place / len(pairs), (-0.1, 1.0)) for place, (a, b) in enumerate(pairs)}
    return score_told(dyads, statistic(0.7, (0.6, 0.8), n=200))
