"""What a report has no value for, gathered in one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def not_estimable(report: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every figure of a report that is missing, with its reason, in the order of the report.

    Each entry has `of` (a score or an item), `rows` (*scores*, *item rows*, *all ratings* or *item*), `figure` and
    `reason`, and `dyad` where the figure is that of two raters. A dyad comes once, with its ICC(2,k); of figures of one
    score or item that are missing for one reason, the first is named and `more` counts the others.
    """
    found: list[dict[str, Any]] = []
    for name, told in report["scores"].items():
        for rows, part in (("scores", told), ("item rows", told["item_rows"])):
            for each in part["summary"]["icc_2_k"]["not_estimable"]:
                found.append(
                    {"of": name, "rows": rows, "dyad": each["dyad"], "figure": "icc.2,k", "reason": each["reason"]}
                )
        found += _by_reason(name, "all ratings", told["overall"])
    for name, told in report["items"].items():
        found += _by_reason(name, "item", told)
    return found


def _by_reason(name: str, rows: str, told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    reasons: dict[str, list[str]] = {}
    for figure, reason in _missing(told):
        reasons.setdefault(reason, []).append(figure)
    for reason, figures in reasons.items():
        yield {"of": name, "rows": rows, "figure": figures[0], "more": len(figures) - 1, "reason": reason}


def _missing(told: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Each statistic without a value below this point of a document, by the keys that lead to it."""
    for key, value in told.items():
        if isinstance(value, Mapping):
            if value.get("reason") is not None and "value" in value:
                yield f"{path}{key}", value["reason"]
            else:
                yield from _missing(value, f"{path}{key}.")
