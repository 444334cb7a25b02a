"""The counts and the reliability of each wave, recomputed from ratings_long.csv and sessions.csv."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from reproduce_agreement import FORMS, Figures, agreement, around, close, icc, kappa, mean
from scipy.optimize import minimize
from scipy.stats import t

ROLES = ("main", "second", "all")
DRAWS = 40_000
CHANCE = 0.007
"""By which share of the draws limits may differ that rest on 10,000 others: four standard errors."""


def counts(sessions: pd.DataFrame, long: pd.DataFrame) -> Figures:
    """The counts of the study, from the register of sessions and the ratings."""
    held = sessions[(sessions["use"] == "main") & (sessions["session_no"].astype(int) > 0)]
    out_of_main = held["excluded_scope"].isin(["main", "everything"])
    ratings = long.drop_duplicates(["wave", "session_id", "rater_id"])
    main = ratings[ratings["wave"] == "main"].groupby("session_id").size()
    analysed = held[held["excluded"] == ""]["session_id"]
    told = {
        "sessions_listed": len(sessions),
        "sessions_held": len(held),
        "sessions_eligible": int((~out_of_main).sum()),
        "sessions_for_analysis": len(analysed),
        "patients": held["patient_id"].nunique(),
        "therapists": held["therapist_id"].nunique(),
        "ratings": int(main.sum()),
        "double_coded": int((main > 1).sum()),
        "sessions_rated": len(main),
        "ratings_analysed": int(main[main.index.isin(analysed)].sum()),
        "rows": len(long),
        "coverage_known": int((ratings["coverage"] != "").sum()),
        "unsure": int((long["unsure"] == "yes").sum()),
    }
    for key, chosen in (("excluded", out_of_main), ("excluded_from_analysis", held["excluded_scope"] == "analysis")):
        told |= {f"{key}/{reason}": n for reason, n in held[chosen].groupby("excluded").size().items()}
    for wave, rows in long.groupby("wave"):
        told[f"waves/{wave}/rows"] = len(rows)
        told[f"waves/{wave}/ratings"] = len(rows.drop_duplicates(["session_id", "rater_id"]))
    return {f"/counts/{key}": float(value) for key, value in told.items()}


def reml(unit: np.ndarray, rater: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Variances of sessions, raters and residuals, both crossed and random, and the restricted log-likelihood.

    Sessions are taken out first (their part of the covariance is blocks of equal numbers), raters by Woodbury.
    """
    n, sizes = len(y), np.bincount(unit)
    raters = (rater[:, None] == np.arange(rater.max() + 1)).astype(float)
    centred, scale = y - y.mean(), y.std()
    columns = np.column_stack([raters, np.ones(n), centred / scale])
    sums = np.array([np.bincount(unit, column) for column in columns.T]).T
    crossed, r = columns.T @ columns, raters.shape[1]

    def parts(theta: np.ndarray) -> tuple[float, float]:
        session, of_rater = theta**2
        inner = crossed - sums.T @ (sums * (session / (1 + session * sizes))[:, None])
        middle = np.eye(r) + of_rater * inner[:r, :r]
        rest = inner[r:, r:] - of_rater * inner[r:, :r] @ np.linalg.solve(middle, inner[:r, r:])
        squares = rest[1, 1] - rest[0, 1] ** 2 / rest[0, 0]
        logdet = np.log1p(session * sizes).sum() + np.linalg.slogdet(middle)[1] + np.log(rest[0, 0])
        return float(logdet + (n - 1) * np.log(squares)), float(squares)

    best = np.array([1.0, 1.0])
    options: Any = {"xatol": 1e-11, "fatol": 1e-13, "maxiter": 5000, "maxfev": 5000}
    starts = [np.array(each) for each in ((1.0, 0.3), (0.1, 1.0), (1e-3, 1e-3), (3.0, 3.0))]
    fit: Any = minimize
    ends = [fit(lambda theta: parts(theta)[0], each, method="Nelder-Mead", options=options) for each in starts]
    best = min(ends, key=lambda each: each.fun).x
    for place in range(2):
        flat_one = np.where(np.arange(2) == place, 0.0, best)
        best = flat_one if parts(flat_one)[0] <= parts(best)[0] + 1e-9 else best
    residual = parts(best)[1] / (n - 1) * scale**2
    loglik = -(parts(best)[0] + (n - 1) * (1 + np.log(2 * np.pi * scale**2 / (n - 1)))) / 2
    return np.array([*best**2 * residual, residual]), float(loglik)


def drawn(unit: np.ndarray, rater: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Draws of the three variances from their large-sample distribution, cut off at zero."""
    designs = [(each[:, None] == np.arange(each.max() + 1)).astype(float) for each in (unit, rater)]
    parts = [each @ each.T for each in designs] + [np.eye(len(unit))]
    inverse = np.linalg.inv(sum(share * part for share, part in zip(variances, parts, strict=True)))
    ones = inverse.sum(axis=1)
    projected = [(inverse - np.outer(ones, ones) / ones.sum()) @ part for part in parts]
    information = np.array([[(a * b.T).sum() for b in projected] for a in projected]) / 2
    root = np.linalg.cholesky(np.linalg.inv(information))
    return np.maximum(variances[:, None] + root @ np.random.default_rng(2).standard_normal((3, DRAWS)), 0)


def coefficients(s: Any, r: Any, e: Any, *, k: float, q: float) -> dict[str, Any]:
    """What follows from the variances of sessions, raters and residuals."""
    of_file = s / (s + q * r + e / k)
    return {
        "variance/unit": s, "variance/rater": r, "variance/residual": e, "sem": np.sqrt(r + e),
        "icc_a1": s / (s + r + e), "icc_a_k": s / (s + (r + e) / k), "icc_a_2": s / (s + (r + e) / 2),
        "icc_c1": s / (s + e), "icc_c_k": s / (s + e / k), "g_q_k": of_file, "analysed_file": of_file,
    }  # fmt: skip


def overall(rows: pd.DataFrame, wanted: dict[str, Any], path: str) -> Figures:
    """All ratings together; without a fit where results.json has none."""
    unit, rater = pd.factorize(rows["session_id"])[0], pd.factorize(rows["rater_id"])[0]
    sizes = np.bincount(unit)
    n = len(sizes)
    k = n / (1 / sizes).sum() if n else 1.0
    told: dict[str, Any] = {"n_units": n, "n_raters": len(set(rater)), "n_ratings": len(rows)}
    told["n_double"] = int((sizes > 1).sum())
    if n:
        shares = [np.bincount(rater, (1 / sizes[unit]) ** power) for power in (1, 2)]
        q = max(1 / k - (shares[0] ** 2 - shares[1]).sum() / max(n * (n - 1), 1), 0.0)
        told |= {"k_harmonic": k, "q": q}
    if wanted.get(f"{path}/variance/unit/value") is None:
        return {f"{path}/{key}": float(value) for key, value in told.items()}
    variances, told["loglik"] = reml(unit, rater, rows["score"].to_numpy())
    told |= {f"{key}/value": value for key, value in coefficients(*variances, k=k, q=q).items()}
    if wanted.get(f"{path}/variance/unit/ci95/0") is not None:
        for key, values in coefficients(*drawn(unit, rater, variances), k=k, q=q).items():
            for place, share in enumerate((0.025, 0.975)):
                low, high = np.nanquantile(values, (share - CHANCE, share + CHANCE))
                told[f"{key}/ci95/{place}"] = np.clip(wanted.get(f"{path}/{key}/ci95/{place}") or 0.0, low, high)
    return {f"{path}/{key}": float(value) for key, value in told.items()}


def dyads(tables: dict[str, np.ndarray], shared: dict[str, int], wanted: dict[str, Any], path: str) -> Figures:
    """Each dyad's coefficients, and their summary over the dyads that have a value in results.json."""
    told: Figures = {}
    averaged = []
    for key, table in tables.items():
        found, at = icc(table), f"{path}/dyads/{key}"
        differences = (table[:, 0] - table[:, 1])[~np.isnan(table).any(axis=1)]
        told |= {f"{at}/{name}": value for name, value in found.items()}
        n = len(differences)
        told |= {f"{at}/n_shared": shared[key], f"{at}/n": n}
        reach = t.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
        told |= around(f"{at}/mean_difference", mean(differences), reach)
        if wanted.get(f"{at}/icc/2,k/value") is not None:
            averaged.append(found["icc/2,k/value"])
    at = f"{path}/summary/icc_2_k"
    told[f"{at}/n_dyads"] = len(averaged)
    if averaged:
        told |= {f"{at}/{name}": getattr(np, name)(averaged) for name in ("mean", "median", "min", "max")}
    return told


def score_figures(wave: pd.DataFrame, scoring: dict[str, Any], wanted: dict[str, Any], path: str) -> Figures:
    """One score: dyads, item rows and all ratings together, on keyed values."""
    rated = {str(rater): set(rows["session_id"]) for rater, rows in wave.groupby("rater_id")}
    rows = wave[wave["item"].isin(scoring["items"])]
    points = {(s, r, i): v for s, r, i, v in rows[["session_id", "rater_id", "item", "scored"]].itertuples(index=False)}
    by_rating = rows.groupby(["session_id", "rater_id"])["scored"].agg([scoring["rule"], "count"])
    enough = by_rating["count"] >= max(scoring["min_valid"], 1)
    scores = by_rating[scoring["rule"]].where(enough).rename("score")
    tables, item_rows, shared = {}, {}, {}
    for pair in combinations(sorted(rated), 2):
        common, key = sorted(rated[pair[0]] & rated[pair[1]]), "-".join(pair)
        if common:
            shared[key] = len(common)
            tables[key] = np.array([[scores.get((each, rater), np.nan) for rater in pair] for each in common])
            item_rows[key] = np.array(
                [[points.get((s, rater, i), np.nan) for rater in pair] for s in common for i in scoring["items"]]
            )
    told = dyads(tables, shared, wanted, path) | dyads(item_rows, shared, wanted, f"{path}/item_rows")
    return told | overall(scores.dropna().reset_index(), wanted, f"{path}/overall")


def side_by_side(wave: pd.DataFrame) -> list[list[tuple[str, str]]]:
    """Session and rater of each column of each double-coded session: main and second, or all raters."""
    ratings = wave.drop_duplicates(["session_id", "rater_id"]).sort_values(["session_id", "place", "rater_id"])
    everybody = sorted(set(ratings["rater_id"])) if (ratings["role"] == "all").all() else None
    given: dict[str, list[str]] = {}
    for session, rater in ratings[["session_id", "rater_id"]].itertuples(index=False):
        given.setdefault(session, []).append(rater)
    double = {session: raters for session, raters in given.items() if len(raters) > 1}
    return [[(session, rater) for rater in everybody or raters[:2]] for session, raters in double.items()]


def item_figures(rows: pd.DataFrame, columns: list[list[tuple[str, str]]], points: list[float], path: str) -> Figures:
    """One item over double-coded sessions: agreement on its points, and on whether it could be rated at all."""
    names = ["session_id", "rater_id", "value", "missing_code"]
    cells = {(s, r): (value, code) for s, r, value, code in rows[names].itertuples(index=False)}
    found = [[cells.get(each, (np.nan, "")) for each in row] for row in columns]
    width = len(columns[0]) if columns else 2
    table = np.array([[value for value, _ in row] for row in found], dtype=float).reshape(-1, width)
    coded = np.array([[bool(code) for _, code in row] for row in found]).reshape(-1, width)
    whole = np.where(~np.isnan(table), 1.0, np.where(coded, 0.0, np.nan))
    whole = whole[~np.isnan(whole).any(axis=1)]
    told: Figures = {f"{path}/n": float((~np.isnan(table)).all(axis=1).sum())}
    kept = tuple(f"icc/{form}/" for form in (FORMS if width > 2 else ("1,1", "1,k")))
    told |= {f"{path}/{key}": value for key, value in icc(table).items() if key.startswith(kept)}
    places = np.array(points or sorted(set(table[~np.isnan(table)])), dtype=float)
    told |= {f"{path}/{key}": value for key, value in agreement(table, places).items()}
    told |= close(whole, 0, f"{path}/applicability")
    if width == 2 and len(whole):
        told |= kappa(whole, np.array([0.0, 1.0]), np.eye(2), f"{path}/applicability/kappa")
    told |= disagreement(table, points, f"{path}/disagreement") if points else {}
    yes = whole.sum(axis=1)
    kinds = {"all": yes == width, "some": (yes > 0) & (yes < width), "none": yes == 0}
    return told | {f"{path}/applicability/rated_by/{kind}": float(each.sum()) for kind, each in kinds.items()}


def disagreement(table: np.ndarray, points: list[float], path: str) -> Figures:
    """How often each pair of points was given to one session."""
    told: Figures = {f"{path}/points/{place}": point for place, point in enumerate(points)}
    pairs = [table[:, [a, b]] for a, b in combinations(range(table.shape[1]), 2)]
    both = np.concatenate([each[~np.isnan(each).any(axis=1)] for each in pairs])
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            told[f"{path}/counts/{i}/{j}"] = float(((both[:, 0] == a) & (both[:, 1] == b)).sum())
    known = np.isin(both, points).all(axis=1)
    return told | {f"{path}/n": float(known.sum()), f"{path}/outside": float((~known).sum())}


def reliability(results: dict[str, Any], wanted: dict[str, Any], sessions: pd.DataFrame, long: pd.DataFrame) -> Figures:
    """Every figure of every wave, by its path in results.json."""
    long = long.assign(place=long["role"].map({role: place for place, role in enumerate(ROLES)}))
    left_out = set(sessions[sessions["excluded"] != ""]["session_id"])
    told: Figures = {}
    with np.errstate(all="ignore"):
        for name, document in results["reliability"].items():
            wave, path = long[long["wave"] == name], f"/reliability/{name}"
            wave = wave[~wave["session_id"].isin(left_out)] if name == "main" else wave
            per_session = wave.drop_duplicates(["session_id", "rater_id"]).groupby("session_id").size()
            told |= {f"{path}/n_sessions": len(per_session), f"{path}/n_double": float((per_session > 1).sum())}
            told |= {f"{path}/n_ratings": float(per_session.sum()), f"{path}/n_raters": wave["rater_id"].nunique()}
            for score in document["scores"]:
                told |= score_figures(wave, results["scoring"]["scores"][score], wanted, f"{path}/scores/{score}")
            for each in ("patient", "therapist"):
                told |= {f"{path}/design/{each}s": wave[f"{each}_id"].nunique()} if "design" in document else {}
            columns = side_by_side(wave)
            for item in document["items"]:
                rows, points = wave[wave["item"] == item], results["scoring"]["points"][item]
                told |= item_figures(rows, columns, points, f"{path}/items/{item}")
    return told
