"""The analysis as flat tables, for a spreadsheet or a paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Row = tuple[Any, ...]
_SPREAD = ("n", "mean", "sd", "min", "max")


def missingness(told: Mapping[str, Any]) -> list[Row]:
    """A row for each item: ratings, points, each missing code that was given at all, and nothing."""
    codes = list(told["counts"]["missing_codes"])
    rows = [
        (item, each["ratings"], each["points"], *(each["codes"].get(code, 0) for code in codes), each["not_given"])
        for item, each in told["missingness"].items()
    ]
    return [("item", "ratings", "points", *codes, "not_given"), *rows]


def descriptives(told: Mapping[str, Any]) -> list[Row]:
    """A row for each variable, over all sessions."""
    head = ("variable", *_SPREAD, "mean_low", "mean_high", "floor", "ceiling")
    rows = [
        (name, *(each[key] for key in _SPREAD), *(each["ci95"] or (None, None)), each["floor"], each["ceiling"])
        for name, each in told["descriptives"]["overall"].items()
    ]
    return [head, *rows]


def by_session(told: Mapping[str, Any]) -> list[Row]:
    """A row for each running number and variable."""
    head = ("session_no", "variable", *_SPREAD, "mean_low", "mean_high")
    rows = [
        (int(number), name, *(each[key] for key in _SPREAD), *(each["ci95"] or (None, None)))
        for number, variables in told["descriptives"]["by_session_no"].items()
        for name, each in variables.items()
    ]
    return [head, *rows]


def consistency(told: Mapping[str, Any]) -> list[Row]:
    """A row for each score and running number (empty: all) and coefficient or item."""
    head = ("score", "session_no", "figure", "n", "value", "low", "high", "reason", "definition", "hint")
    rows: list[Row] = []
    for score, whole in told["consistency"].items():
        parts = {"": whole, **whole["by_session_no"]}
        for number, each in parts.items():
            figures = {"alpha": each["alpha"], "omega": each["omega"]}
            figures |= {f"item_total {item}": total for item, total in each["item_total"].items()}
            rows += [(score, number, name, *_figure(figure), figure.get("hint")) for name, figure in figures.items()]
    return [head, *rows]


def correlations(told: Mapping[str, Any]) -> list[Row]:
    """A row for each pair of scores or outcomes."""
    head = ("a", "b", "n", "value", "low", "high", "reason", "definition")
    return [head, *((*pair.split("~", 1), *_figure(each)) for pair, each in told["correlations"].items())]


def correlations_by_rater(told: Mapping[str, Any]) -> list[Row]:
    """Two rows for each pair of scores without a common item: both from one rater, and from different raters."""
    head = ("a", "b", "raters", "n", "value", "low", "high", "reason", "definition")
    rows = [
        (*pair.split("~", 1), raters, *_figure(each[key]))
        for pair, each in told["correlations"].items()
        for raters, key in (("same", "same_rater"), ("different", "different_raters"))
        if key in each
    ]
    return [head, *rows]


def models(told: Mapping[str, Any]) -> list[Row]:
    """A row for each term of each model, the model's own figures on each of them."""
    whole = (
        "formula",
        "group",
        "random_slope",
        "reml",
        "sample",
        "n",
        "groups",
        "loglik",
        "df",
        "aic",
        "bic",
        "singular",
    )
    random, test = ("var_intercept", "var_slope", "cov", "var_residual"), ("against", "chi2", "df", "p")
    term = ("estimate", "se", "df", "t", "p")
    head = (
        "model",
        "term",
        *term,
        "low",
        "high",
        *(f"model_{key}" if key == "df" else key for key in whole),
        *random,
        "against",
        "chi2",
        "chi2_df",
        "chi2_p",
        "status",
        "reason",
    )
    rows: list[Row] = []
    for name, model in told["models"].items():
        variances = (model["random"][key]["value"] if key in model["random"] else None for key in random)
        against = model.get("comparison", {})
        tested = (against.get(key) for key in test)
        tail = (*(model[key] for key in whole), *variances, *tested, model["status"], model["reason"])
        terms = model["fixed"] or {None: None}
        for label, each in terms.items():
            own = (None,) * 7 if each is None else (*(each[key] for key in term), *(each["ci95"] or (None, None)))
            rows.append((name, label, *own, *tail))
    return [head, *rows]


def homework(told: Mapping[str, Any]) -> list[Row]:
    """A row for each type of homework, then each difficulty."""
    log = told["homework"]
    outcomes = list(log["completed"])
    head = ("kind", "type", "count", *outcomes)
    rows: list[Row] = [("homework", None, log["assigned"], *log["completed"].values())]
    rows += [("homework", kind, n, *log["by_type_completed"][kind].values()) for kind, n in log["by_type"].items()]
    rows += [("difficulty", kind, n, *(None for _ in outcomes)) for kind, n in log["difficulties"].items()]
    return [head, *rows]


def _figure(told: Mapping[str, Any]) -> Row:
    low, high = told["ci95"] or (None, None)
    return told["n"], told["value"], low, high, told["reason"], told.get("definition")


TABLES: Mapping[str, Callable[[Mapping[str, Any]], list[Row]]] = {
    "missingness": missingness,
    "descriptives": descriptives,
    "by_session": by_session,
    "consistency": consistency,
    "correlations": correlations,
    "correlations_by_rater": correlations_by_rater,
    "models": models,
    "homework": homework,
}
