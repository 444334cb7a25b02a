"""All figures of a drift document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from rater.figures.severity import severity_plot
from rater.figures.shifts import has_shifts, shifts_of_agreement, shifts_of_raters
from rater.figures.sketch import Sketch


def drift_figures(told: Mapping[str, Any]) -> Iterator[Sketch]:
    """Per score a forest plot of severity, the shifts of the raters and of their agreement; none without values."""
    for score, found in told["scores"].items():
        severity = {rater: each for rater, each in found["severity"].items() if each["value"] is not None}
        if severity:
            yield Sketch(f"severity-{score}", partial(severity_plot, score, severity, found["difference"]))
        if any(map(has_shifts, found["by_week"].values())):
            yield Sketch(f"shifts-{score}", partial(shifts_of_raters, score, found["by_week"]))
        if has_shifts(found["agreement"]):
            yield Sketch(f"agreement-{score}", partial(shifts_of_agreement, score, found["agreement"]))
