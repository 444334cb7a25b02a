"""Formulas as in R, `y ~ age * sex + time`, and the columns of fixed effects that they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from rater.errors import BadInput, fault
from rater.statistics.result import Floats

if TYPE_CHECKING:
    import pandas as pd

Term = tuple[str, ...]
INTERCEPT = "(Intercept)"
_TOKEN = re.compile(
    r"\s*(?:`(?P<quoted>[^`]+)`|(?P<name>[^\W\d][\w.]*)|(?P<sign>[~+:*])|(?P<number>[0-9.]+)|(?P<other>\S))"
)
_REMEDY = "Write a formula such as y ~ 1, y ~ time, or y ~ age * sex + time"


@dataclass(frozen=True)
class Formula:
    """What is explained, and by which terms; a term is one variable or an interaction of several."""

    response: str
    terms: tuple[Term, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The explaining variables in the order in which the formula names them."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term))


def parse_formula(text: str, *, file: str = "", line: int | None = None) -> Formula:
    """The formula that the text writes: `1`, names, `+`, `:` and `*`; odd names stand in backticks.

    There always is an intercept. Terms are sorted as in R: main effects first, an interaction's variables in the order
    in which the formula names them. Raises BadInput, naming `file` and `line`, for anything else.
    """
    tokens = [(found.lastgroup or "", found[found.lastgroup or 0]) for found in _TOKEN.finditer(text)]

    def refused(cause: str, sign: str = "") -> BadInput:
        return BadInput(fault(cause, _REMEDY, file=file, line=line, text=text, sign=sign))

    wrong = [word for kind, word in tokens if kind == "other" or (kind == "number" and word != "1")]
    if wrong:
        raise refused("the formula {text} holds {sign}, which is not understood", wrong[0])
    if [word for _, word in tokens].count("~") != 1 or len(tokens) < 3 or tokens[1][1] != "~":
        raise refused("the formula {text} does not have one name before a ~ and terms after it")
    if tokens[0][0] not in ("name", "quoted"):
        raise refused("the formula {text} does not begin with the name of what is explained")
    response, terms = tokens[0][1], _terms(tokens[2:])
    if terms is None:
        raise refused("the formula {text} has a sign without a term, or a term without a sign")
    if any(response in term for term in terms):
        raise refused("the formula {text} explains a variable by itself")
    return Formula(response, terms)


def _terms(tokens: Sequence[tuple[str, str]]) -> tuple[Term, ...] | None:
    """The terms of the right-hand side, sorted; None where names and signs do not alternate."""
    found: list[frozenset[str]] = []
    names: list[str] = []
    for part in _split(tokens, "+"):
        factors = [[frozenset(each) for each in _interaction(piece)] for piece in _split(part, "*")]
        if not all(factors) or (len(part) > 1 and any(kind == "number" for kind, _ in part)):
            return None
        names += [word for kind, word in part if kind in ("name", "quoted")]
        for size in range(1, len(factors) + 1):
            for chosen in combinations(factors, size):
                found += [frozenset().union(*each) for each in product(*chosen)]
    order = {name: place for place, name in reversed(list(enumerate(names)))}
    kept = dict.fromkeys(each for each in found if each)
    terms = [tuple(sorted(each, key=order.__getitem__)) for each in kept]
    return tuple(sorted(terms, key=len))


def _split(tokens: Sequence[tuple[str, str]], sign: str) -> list[list[tuple[str, str]]]:
    parts: list[list[tuple[str, str]]] = [[]]
    for each in tokens:
        if each == ("sign", sign):
            parts.append([])
        else:
            parts[-1].append(each)
    return parts


def _interaction(tokens: Sequence[tuple[str, str]]) -> list[Term]:
    """`a:b` as one term, `1` as the empty one; nothing where it is neither."""
    names = [word for kind, word in tokens[::2] if kind in ("name", "quoted")]
    if len(tokens) == 1 and tokens[0][0] == "number":
        return [()]
    alternate = len(names) == len(tokens[::2]) and all(each == ("sign", ":") for each in tokens[1::2])
    return [tuple(names)] if alternate and len(tokens) % 2 else []


def fixed_columns(data: pd.DataFrame, formula: Formula) -> tuple[Floats, tuple[str, ...]]:
    """The columns of fixed effects, rows x columns, and their names as R gives them.

    Numbers stay; everything else is a factor with its levels sorted as text. A factor is coded against its first level
    (`sexMale`) where the term without it is in the model too, else by a column for each level, as in R.
    """
    terms = {frozenset(term) for term in formula.terms} | {frozenset[str]()}
    columns, names = [np.ones(len(data))], [INTERCEPT]
    for term in formula.terms:
        coded = [_coded(data, name, full=frozenset(term) - {name} not in terms) for name in term]
        for chosen in product(*reversed(coded)):
            parts = list(reversed(chosen))
            names.append(":".join(name for name, _ in parts))
            columns.append(np.prod([column for _, column in parts], axis=0))
    return np.column_stack(columns).astype(float), tuple(names)


def _coded(data: pd.DataFrame, name: str, *, full: bool) -> list[tuple[str, Floats]]:
    if is_numeric(data, name):
        return [(name, data[name].to_numpy(dtype=float))]
    cells = np.array([str(each) for each in data[name]])
    levels = sorted(set(cells.tolist()))[0 if full else 1 :]
    return [(f"{name}{level}", (cells == level).astype(float)) for level in levels]


def is_numeric(data: pd.DataFrame, name: str) -> bool:
    """Whether the column holds numbers, not labels or yes and no."""
    kind = data[name].dtype
    if isinstance(kind, np.dtype) and kind.hasobject:
        return all(isinstance(each, int | float) and not isinstance(each, bool) for each in data[name].dropna())
    return getattr(kind, "kind", "") in ("i", "u", "f")


def column_names(formula: Formula) -> Iterable[str]:
    """Names of the fixed effects where no data tell the levels of factors."""
    return (INTERCEPT, *(":".join(term) for term in formula.terms))
