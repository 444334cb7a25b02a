"""How the analysis is laid out on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BySession:
    """Scores and outcomes by running number: the names, and for each number their descriptives in that order."""

    names: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Mapping[str, Any], ...]], ...]


@dataclass(frozen=True)
class ModelGroup:
    """Models of one dependent variable side by side: a row for each term, a cell for each model."""

    title: str
    models: tuple[tuple[str, Mapping[str, Any]], ...]
    terms: tuple[str, ...]


def scores_by_session(told: Mapping[str, Any]) -> BySession:
    """The scores and outcomes, not their items, by running number."""
    names = tuple(told["course"])
    numbers = sorted(told["descriptives"]["by_session_no"].items(), key=lambda pair: int(pair[0]))
    return BySession(names, tuple((int(number), tuple(each[name] for name in names)) for number, each in numbers))


def model_groups(told: Mapping[str, Any]) -> list[ModelGroup]:
    """The models in groups that fit side by side: by dependent variable, and by sample and method."""
    found: dict[tuple[str, str, bool], list[tuple[str, Mapping[str, Any]]]] = {}
    for name, model in told["models"].items():
        dependent = model["formula"].split("~", 1)[0].strip()
        found.setdefault((dependent, model["sample"], model["reml"]), []).append((name, model))
    return [
        ModelGroup(dependent, tuple(models), tuple(dict.fromkeys(term for _, each in models for term in each["fixed"])))
        for (dependent, _, _), models in found.items()
    ]
