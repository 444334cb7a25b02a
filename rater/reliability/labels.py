"""Verbal labels of a reliability, each with the source of its bounds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Labels:
    """Words for ranges of a coefficient: `words[i]` from `bounds[i - 1]` on and below `bounds[i]`."""

    source: str
    bounds: tuple[float, ...]
    words: tuple[str, ...]

    def of(self, value: float) -> str:
        """The word for a value; a bound belongs to the range above it."""
        return self.words[bisect_right(self.bounds, value)]


KOO_LI = Labels("Koo & Li (2016)", (0.50, 0.75, 0.90), ("poor", "moderate", "good", "excellent"))
CICCHETTI = Labels("Cicchetti (1994)", (0.40, 0.60, 0.75), ("poor", "fair", "good", "excellent"))


def labels(value: float | None, ci95: Sequence[float] | None) -> dict[str, Any] | None:
    """Both verbal labels of an intraclass correlation or a coefficient of generalizability; None without a value.

    Returns
    -------
    dict
        `koo_li_2016`: `from` and `to`, the words for the two limits of the interval, by which Koo and Li ask to judge,
        and `judged_on` *interval*; without an interval both are the word for the value, and `judged_on` says *value*.
        `cicchetti_1994`: `label`, the word for the value. Each has its `source`.
    """
    if value is None:
        return None
    low, high = ci95 or (value, value)
    judged = {"from": KOO_LI.of(low), "to": KOO_LI.of(high), "judged_on": "interval" if ci95 else "value"}
    return {
        "koo_li_2016": judged | {"source": KOO_LI.source},
        "cicchetti_1994": {"label": CICCHETTI.of(value), "source": CICCHETTI.source},
    }


def labels_of(told: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The labels of some statistics of a document, each `{"value", "ci95", ...}`, by their keys."""
    return {key: labels(told[key]["value"], told[key]["ci95"]) for key in keys}
