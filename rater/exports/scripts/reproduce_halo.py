"""Correlations of two scores of the sessions rated more than once, both from one rater or from different ones."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from reproduce_consistency import Figures, Z

Points = dict[str, dict[str, dict[str, float]]]
Rule = dict[str, Any]


def by_rater(main: pd.DataFrame, analysed: pd.DataFrame, rules: dict[str, Rule], document: dict[str, Any]) -> Figures:
    """`same_rater` and `different_raters` of each pair of scores that has them; each session has the same weight."""
    codes, patients = analysed["session_id"], analysed["patient_id"]
    numbers = analysed["session_no"].astype(int)
    place = {(patient, number + 1): code for patient, number, code in zip(patients, numbers, codes, strict=True)}
    before = {
        code: place.get((patient, number)) for patient, number, code in zip(patients, numbers, codes, strict=True)
    }
    points: Points = {}
    names = ["session_id", "rater_id", "item", "scored"]
    for session, rater, item, value in main[main["session_id"].isin(codes)][names].itertuples(index=False):
        points.setdefault(session, {}).setdefault(rater, {})[item] = value
    double = [session for session, given in points.items() if len(given) > 1]
    told: Figures = {}
    for pair in (each for each in document if "same_rater" in document[each]):
        a, b = (rules[name] for name in pair.split("~"))
        for kind, who in (
            ("same_rater", lambda raters: zip(raters, raters, strict=True)),
            ("different_raters", both_ways),
        ):
            found = []
            for session in double:
                values = [
                    (score(a, points, session, before[session], i, j), score(b, points, session, before[session], j, i))
                    for i, j in who(list(points[session]))
                ]
                found.append([each for each in values if not np.isnan(each).any()])
            told |= correlation([each for each in found if each], f"/correlations/{pair}/{kind}")
    return told


def both_ways(raters: list[str]) -> Any:
    """Every two different raters, each way round."""
    return permutations(raters, 2)


def score(rule: Rule, points: Points, session: str, before: str | None, rater: str, other: str) -> float:
    """One rater's score; items of the session before are means over its raters, without the one of the other score."""
    given = dict(points[session][rater])
    earlier = rule["from_previous_session"]
    if earlier:
        raters = [own for code, own in points.get(before or "", {}).items() if code != other or other == rater]
        if not raters:
            return np.nan
        for item in earlier:
            known = [own[item] for own in raters if not np.isnan(own.get(item, np.nan))]
            given[item] = sum(known) / len(known) if known else np.nan
    values = [given[item] for item in rule["items"] if not np.isnan(given.get(item, np.nan))]
    if len(values) < max(rule["min_valid"], 1):
        return np.nan
    return sum(values) / len(values) if rule["rule"] == "mean" else sum(values)


def correlation(found: list[list[tuple[float, float]]], path: str) -> Figures:
    """Pearson's r with the same weight for each session, and Fisher's limits."""
    n = len(found)
    told: Figures = {f"{path}/n": n}
    if n < 2:
        return told
    table = np.array([pair for each in found for pair in each])
    weights = np.repeat([1 / len(each) for each in found], [len(each) for each in found])
    covariance = np.cov(table.T, aweights=weights)
    r = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    reach = np.array([-Z, Z]) / np.sqrt(n - 3) if n > 3 else np.full(2, np.nan)
    low, high = np.tanh(np.arctanh(r) + reach)
    return told | {f"{path}/value": r, f"{path}/ci95/0": low, f"{path}/ci95/1": high}
