"""Linear mixed models with a random intercept and slope by one group, by maximum or restricted likelihood."""

from __future__ import annotations

import re
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import chi2, t

NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?"
DERIVED = ("_previous", "_within", "_between")
STARTS = ((1.0, 1.0), (0.2, 0.2), (1.0, 0.1), (0.3, 2.0))
Figures = dict[str, float]
Term = tuple[str, ...]


def frame(analysed: pd.DataFrame, variables: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """A row for each session: codes, time, variables, and the patient's covariates, numbers where all cells are."""
    codes = analysed[["session_id", "patient_id", "therapist_id", "phase"]].replace("", None)
    numbers = analysed["session_no"].astype(float)
    table = codes.assign(session_no=numbers, time=numbers - 1).join(variables)
    for name in patients.columns.difference(["patient_id", *table.columns], sort=False):
        cells: Any = patients.set_index("patient_id")[name].replace("", None)
        if cells.dropna().str.fullmatch(NUMBER).all():
            cells = cells.astype(float)
        table[name] = table["patient_id"].map(cells)
    return table


def derive(table: pd.DataFrame, name: str) -> bool:
    """Add a variable that follows from others: the session before, the patient's mean, the deviation from it."""
    if name in table:
        return True
    ending = next((each for each in DERIVED if name.endswith(each)), None)
    if ending is None or not derive(table, base := name.removesuffix(ending)):
        return False
    mean = table.groupby("patient_id")[base].transform("mean")
    if ending == "_previous":
        before = table[["patient_id", "session_no", base]].assign(session_no=table["session_no"] + 1)
        found = table[["patient_id", "session_no"]].merge(before, how="left", on=["patient_id", "session_no"])
        table[name] = found[base].to_numpy()
    else:
        table[name] = mean.where(table[base].notna()) if ending == "_between" else table[base] - mean
    return True


def parsed(formula: str) -> tuple[str, list[Term]]:
    """What is explained and the terms, main effects first, as R sorts them."""
    response, _, *tokens = re.findall(r"`[^`]+`|[^\s~+:*`]+|[~+:*]", formula)
    names = list(dict.fromkeys(each.strip("`") for each in tokens if each not in ("+", ":", "*", "1")))
    found: list[frozenset[str]] = []
    for part in split(tokens, "+"):
        factors = [frozenset(each.strip("`") for each in piece if each not in (":", "1")) for piece in split(part, "*")]
        for size in range(1, len(factors) + 1):
            found += [frozenset().union(*chosen) for chosen in combinations(factors, size)]
    terms = [tuple(sorted(each, key=names.index)) for each in dict.fromkeys(found) if each]
    return response.strip("`"), sorted(terms, key=len)


def split(tokens: list[str], sign: str) -> list[list[str]]:
    """The tokens between the signs."""
    parts: list[list[str]] = [[]]
    for each in tokens:
        if each == sign:
            parts.append([])
        else:
            parts[-1].append(each)
    return parts


def fixed_columns(rows: pd.DataFrame, terms: list[Term]) -> tuple[np.ndarray, list[str]]:
    """The columns of fixed effects and their names; factors by treatment coding, levels sorted."""
    known = {frozenset(), *map(frozenset, terms)}
    columns, names = [np.ones(len(rows))], ["(Intercept)"]
    for term in terms:
        coded = [code(rows[name], name, frozenset(term) - {name} in known) for name in term]
        for chosen in product(*coded):
            names.append(":".join(name for name, _ in chosen))
            columns.append(np.prod([column for _, column in chosen], axis=0))
    return np.column_stack(columns), names


def code(cells: pd.Series, name: str, against_first: bool) -> list[tuple[str, np.ndarray]]:
    """The columns of one variable."""
    if pd.api.types.is_numeric_dtype(cells):
        return [(name, cells.to_numpy(dtype=float))]
    levels = sorted(set(cells))[1 if against_first else 0 :]
    return [(f"{name}{level}", (cells == level).to_numpy(dtype=float)) for level in levels]


class Likelihood:
    """The likelihood of y = X b + Z u + e; the covariance of u relative to the residual variance is L L'."""

    def __init__(self, y: np.ndarray, x: np.ndarray, slope: np.ndarray | None, group: np.ndarray, reml: bool) -> None:
        self.reml, (self.n, self.p) = reml, x.shape
        self.basis, self.turn = np.linalg.qr(x)
        self.size, self.spread = y.std(), 1.0 if slope is None else slope.std()
        z = np.ones((self.n, 1)) if slope is None else np.column_stack([np.ones(self.n), slope / self.spread])
        w = np.column_stack([self.basis, y / self.size])
        places = [np.flatnonzero(group == each) for each in np.unique(group)]
        self.groups, self.q, self.ww = len(places), z.shape[1], w.T @ w
        self.zz = np.array([z[at].T @ z[at] for at in places])
        self.zw = np.array([z[at].T @ w[at] for at in places])
        self.df = self.n - self.p if reml else self.n
        self.corner = np.tril_indices(self.q)

    def root(self, theta: np.ndarray) -> np.ndarray:
        """L, from its lower triangle row by row."""
        lower = np.zeros((self.q, self.q))
        lower[self.corner] = theta
        return lower

    def parts(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
        """Coefficients, the inverse of X'V^-1 X, squares left, and the logarithms of the determinants."""
        root, p = self.root(theta), self.p
        middle = np.eye(self.q) + root.T @ self.zz @ root
        half = root.T @ self.zw
        solved = np.linalg.solve(middle, half).reshape(-1, self.p + 1)
        cross = self.ww - half.reshape(-1, self.p + 1).T @ solved
        inverse = np.linalg.inv(cross[:p, :p])
        beta = inverse @ cross[:p, p]
        logdet = np.linalg.slogdet(middle)[1].sum()
        if self.reml:
            logdet += np.linalg.slogdet(cross[:p, :p])[1]
        return beta, inverse, float(cross[p, p] - cross[p, :p] @ beta), float(logdet)

    def deviance(self, theta: np.ndarray, sigma: float | None = None) -> float:
        """Minus twice the log-likelihood of the scaled data; the residual variance is the best one or as given."""
        _, _, squares, logdet = self.parts(theta)
        if sigma is None:
            return float(logdet + self.df * (1 + np.log(2 * np.pi * max(squares, 1e-300) / self.df)))
        return float(logdet + squares / sigma**2 + self.df * np.log(2 * np.pi * sigma**2))

    def best(self) -> np.ndarray:
        """The lowest point from four starts; what can be zero without loss is zero."""
        fit: Any = minimize
        starts = [np.array(each[:1] if self.q == 1 else (each[0], 0.0, each[1])) for each in STARTS]
        ends = [fit(self.deviance, each, method="L-BFGS-B") for each in starts]
        start = min(ends, key=lambda each: each.fun).x
        options = {"xatol": 1e-8, "fatol": 1e-11, "maxiter": 4000, "maxfev": 4000}
        theta: np.ndarray = fit(self.deviance, start, method="Nelder-Mead", options=options).x
        lowest = self.deviance(theta)
        for kept in (np.array([1.0, 1.0, 0.0])[: len(theta)] if self.q == 2 else np.zeros(1), np.zeros(len(theta))):
            if self.deviance(theta * kept) <= lowest + 1e-9:
                theta = theta * kept
        return theta

    def satterthwaite(self, theta: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each coefficient: 2 v^2 over the variance of its squared standard error v."""
        squares = self.parts(theta)[2]
        at = np.append(theta, np.sqrt(squares / self.df))
        steps = 1e-2 * np.maximum(np.abs(at), 0.1)

        def deviance(point: np.ndarray) -> float:
            return self.deviance(point[:-1], point[-1])

        def variances(point: np.ndarray) -> np.ndarray:
            back = np.linalg.inv(self.turn)
            return np.asarray(np.diag(back @ self.parts(point[:-1])[1] @ back.T) * point[-1] ** 2)

        moves = np.diag(steps)
        hessian = np.array([[mixed(deviance, at, a, b) for b in moves] for a in moves]) / np.outer(steps, steps)
        slopes = np.array([derivative(variances, at, each) for each in moves]) / steps[:, None]
        values, vectors = np.linalg.eigh(hessian)
        kept = values > 1e-5 * values.max()
        covariance = 2 * (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
        v = variances(at)
        return np.asarray(2 * v**2 / np.einsum("ai,ab,bi->i", slopes, covariance, slopes))


def derivative(of: Any, at: np.ndarray, move: np.ndarray) -> Any:
    """The change along a move, to the fourth order."""
    return (8 * (of(at + move) - of(at - move)) - of(at + 2 * move) + of(at - 2 * move)) / 12


def mixed(of: Any, at: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """The second change along two moves, to the fourth order."""
    return float(derivative(lambda point: derivative(of, point, b), at, a))


def complete(table: pd.DataFrame, document: dict[str, Any], terms: list[Term], response: str) -> pd.DataFrame:
    """The rows that have every variable of the model; none where it cannot have any."""
    group, slope = document["group"], document["random_slope"]
    names = [response, *(name for term in terms for name in term), group, *([slope] if slope else [])]
    if not set(names) <= set(table.columns):
        return table.head(0).reindex(columns=list(dict.fromkeys(names)))
    numbers = [
        pd.api.types.is_numeric_dtype(table[name]) or table[name].isna().all() for name in (response, slope or response)
    ]
    return table[list(dict.fromkeys(names))].dropna() if all(numbers) else table.head(0)


def model(table: pd.DataFrame, document: dict[str, Any], path: str) -> tuple[Figures, float, int]:
    """The figures of one model, its log-likelihood, and how many parameters it has."""
    response, terms = parsed(document["formula"])
    group, slope = document["group"], document["random_slope"]
    rows = complete(table, document, terms, response)
    sizes = {"n": len(rows), "dropped": len(table) - len(rows), "groups": rows[group].nunique()}
    if document["loglik"] is None:
        return {f"{path}/{key}": float(each) for key, each in sizes.items()}, np.nan, 0
    x, names = fixed_columns(rows, terms)
    along = rows[slope].to_numpy(dtype=float) if slope else None
    of = Likelihood(rows[response].to_numpy(dtype=float), x, along, pd.factorize(rows[group])[0], document["reml"])
    theta = of.best()
    beta, inverse, squares, _ = of.parts(theta)
    back, residual = np.linalg.inv(of.turn), squares / of.df * of.size**2
    loglik = -of.deviance(theta) / 2 - of.df * np.log(of.size)
    if of.reml:
        loglik -= np.log(np.abs(np.diag(of.turn))).sum()
    count = x.shape[1] + len(theta) + 1
    told: Figures = {**sizes, "loglik": loglik, "df": count}
    told |= {"aic": -2 * loglik + 2 * count, "bic": -2 * loglik + count * np.log(of.n)}
    estimates, errors = back @ beta * of.size, np.sqrt(np.diag(back @ inverse @ back.T) * residual)
    freedom = of.satterthwaite(theta)
    for name, value, error, df in zip(names, estimates, errors, freedom, strict=True):
        reach = t.ppf(0.975, df) * error
        figures = {"estimate": value, "se": error, "df": df, "t": value / error, "p": 2 * t.sf(abs(value / error), df)}
        figures |= {"ci95/0": value - reach, "ci95/1": value + reach}
        told |= {f"fixed/{name}/{key}": each for key, each in figures.items()}
    root = of.root(theta) / np.array([1.0, of.spread])[: of.q, None]
    covariance = root @ root.T * residual
    told |= {"random/var_intercept/value": covariance[0, 0], "random/var_residual/value": residual}
    if slope:
        told |= {"random/var_slope/value": covariance[1, 1], "random/cov/value": covariance[0, 1]}
    elif not terms:
        told["icc/value"] = covariance[0, 0] / (covariance[0, 0] + residual)
    return {f"{path}/{key}": float(each) for key, each in told.items()}, float(loglik), count


def models(table: pd.DataFrame, documents: dict[str, Any], common: list[str]) -> Figures:
    """The figures of every model that could be fitted, and the likelihood-ratio tests between them."""
    told: Figures = {}
    fits: dict[str, list[float]] = {}
    for name, document in documents.items():
        rows = table.copy()
        for word in re.findall(r"[^\s~+:*`]+", f"{document['formula']} {document['random_slope'] or ''}"):
            derive(rows, word)
        if document["sample"] == "common":
            rows = rows.dropna(subset=common) if set(common) <= set(rows.columns) else rows.head(0)
        found, *fits[name] = model(rows, document, f"/models/{name}")
        told |= found
        against = document.get("comparison", {}).get("against")
        if against in fits and document["comparison"]["chi2"] is not None:
            test = max(0.0, 2 * (fits[name][0] - fits[against][0]))
            df = fits[name][1] - fits[against][1]
            figures = {"chi2": test, "df": df, "p": chi2.sf(test, df)}
            told |= {f"/models/{name}/comparison/{key}": float(each) for key, each in figures.items()}
    return told
