"""All figures of a reliability report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from rater.figures.disagreement import disagreement_map
from rater.figures.dyads import dyad_matrix
from rater.figures.forest import forest_plot
from rater.figures.sketch import Sketch


def reliability_figures(report: Mapping[str, Any]) -> Iterator[Sketch]:
    """Per score a forest plot and a matrix of dyads, per item a heat map; none where nothing was rated twice."""
    for score, told in report["scores"].items():
        if told["dyads"]:
            yield Sketch(f"forest-{score}", partial(forest_plot, score, told))
            yield Sketch(f"matrix-{score}", partial(dyad_matrix, score, told))
    for item, told in report["items"].items():
        if told["disagreement"] and told["disagreement"]["n"]:
            yield Sketch(f"disagreement-{item}", partial(disagreement_map, item, told["disagreement"]))
