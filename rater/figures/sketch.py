"""Figures before they are drawn, so that one that fails does not take the others with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rater.figures.figure import Figure
from rater.figures.language import Language

_LOG = logging.getLogger("rater.figures")


@dataclass(frozen=True)
class Sketch:
    """The name of a figure, and what draws it in a language."""

    name: str
    draw: Callable[[Language], Figure]


def drawn_of(sketches: Iterable[Sketch], language: Language) -> tuple[list[Figure], list[str]]:
    """The figures in their order, and the names of those whose drawing failed, each cause being logged."""
    figures, failed = [], []
    for sketch in sketches:
        try:
            figures.append(sketch.draw(language))
        except Exception:  # whatever a renderer raises: the numbers do not depend on it
            _LOG.exception("the figure %s (%s) could not be drawn", sketch.name, language.code)
            failed.append(sketch.name)
    return figures, failed
