"""A reliability report as flat tables, for a spreadsheet or a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Row = tuple[Any, ...]
_NAMES = ("design", "form", "definition")
_STATISTIC = ("figure", "n", "value", "low", "high", "reason", *_NAMES)
_LABELS = ("koo_li_from", "koo_li_to", "cicchetti")


def overall(report: Mapping[str, Any]) -> list[Row]:
    """A row for each score and figure of all ratings together, the model's own figures on each of them."""
    whole = ("n_units", "n_raters", "n_ratings", "n_double", "k_harmonic", "q", "loglik", "status")
    rows: list[Row] = []
    for score, told in report["scores"].items():
        model = told["overall"]
        tail = (*(model[key] for key in whole), "; ".join(model["warnings"]))
        labels = model.get("labels") or {}
        rows += [(score, *figure, *_words(labels.get(figure[0])), *tail) for figure in _figures(model)]
    return [("score", *_STATISTIC, *_LABELS, *whole, "warnings"), *rows]


def summary(report: Mapping[str, Any]) -> list[Row]:
    """ICC(2,k) over the dyads of each score, from scores and from item rows; the labels are those of the mean."""
    middle = ("n_dyads", "mean", "median", "min", "max")
    rows = [
        (score, kind, *(told[key] for key in middle), *_words((told.get("labels") or {}).get("mean")))
        for score, kind, part in _parts(report)
        for told in [part["summary"]["icc_2_k"]]
    ]
    return [("score", "rows", *middle, *_LABELS), *rows]


def dyads(report: Mapping[str, Any]) -> list[Row]:
    """A row for each score, kind of rows, dyad and figure."""
    rows = [
        (score, kind, dyad, told["n_shared"], told["unstable"], *figure)
        for score, kind, part in _parts(report)
        for dyad, told in part["dyads"].items()
        for figure in _figures(told)
    ]
    return [("score", "rows", "dyad", "n_shared", "unstable", *_STATISTIC), *rows]


def items(report: Mapping[str, Any]) -> list[Row]:
    """A row for each item and figure, from raw points."""
    rows = [
        (item, told["reversed_in_scores"], *figure)
        for item, told in report["items"].items()
        for figure in _figures(told)
    ]
    return [("item", "reversed_in_scores", *_STATISTIC), *rows]


def disagreement(report: Mapping[str, Any]) -> list[Row]:
    """A row for each item and pair of points: how often the main rating gave `point` and the second `other_point`.

    Where `by_position` is false all rate all, and `point` is that of the rater whose code comes first.
    """
    rows = [
        (item, point, other, count, told["by_position"])
        for item, each in report["items"].items()
        if (told := each["disagreement"])
        for point, line in zip(told["points"], told["counts"], strict=True)
        for other, count in zip(told["points"], line, strict=True)
    ]
    return [("item", "point", "other_point", "count", "by_position"), *rows]


def not_estimable(report: Mapping[str, Any]) -> list[Row]:
    """A row for each entry of the report's list, then the scores that are left out."""
    head = ("of", "rows", "dyad", "figure", "more", "reason")
    rows = [tuple(each.get(key) for key in head) for each in report["not_estimable"]]
    return [head, *rows, *((score, "left out", None, None, None, why) for score, why in report["left_out"].items())]


def _parts(report: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for score, told in report["scores"].items():
        yield score, "scores", told
        yield score, "item rows", told["item_rows"]


def _figures(told: Mapping[str, Any], path: str = "") -> Iterator[Row]:
    """Each statistic below this point of a report, by the keys that lead to it."""
    for key, each in told.items():
        if isinstance(each, Mapping):
            if "value" in each and "reason" in each:
                names = (each.get(name) for name in _NAMES)
                yield f"{path}{key}", each["n"], each["value"], *(each["ci95"] or (None, None)), each["reason"], *names
            yield from _figures(each, f"{path}{key}.")


def _words(labels: Mapping[str, Any] | None) -> Row:
    if not labels:
        return None, None, None
    return labels["koo_li_2016"]["from"], labels["koo_li_2016"]["to"], labels["cicchetti_1994"]["label"]


TABLES: Mapping[str, Callable[[Mapping[str, Any]], list[Row]]] = {
    "overall": overall,
    "summary": summary,
    "dyads": dyads,
    "items": items,
    "disagreement": disagreement,
    "not_estimable": not_estimable,
}
