"""One row a quantity: what was measured beside what, their ratio, and whether the target is met."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measured:
    """Repeated measurements of one thing. A time is better when it is small, a rate when it is large."""

    values: Sequence[float]
    larger_is_better: bool = False

    @property
    def median(self) -> float:
        """The figure to quote."""
        return statistics.median(self.values)

    @property
    def best(self) -> float:
        """The figure to judge by: what others do on the machine only ever makes it worse."""
        return max(self.values) if self.larger_is_better else min(self.values)


@dataclass(frozen=True)
class Row:
    """A quantity of Rater. With a `peer` the target is on the ratio Rater : peer, unless `absolute` says otherwise."""

    quantity: str
    unit: str
    rater: Measured
    target: float
    peer_name: str = ""
    peer: Measured | None = None
    absolute: bool = False
    at_least: bool = False
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def ratio(self) -> float | None:
        """Rater to its peer, both at their medians."""
        return self.rater.median / self.peer.median if self.peer else None

    @property
    def best_ratio(self) -> float | None:
        """Rater to its peer, both at their best."""
        return self.rater.best / self.peer.best if self.peer else None

    @property
    def met(self) -> bool:
        """Whether the target is reached, judged by the best of the repetitions."""
        judged = self.best_ratio if self.best_ratio is not None and not self.absolute else self.rater.best
        return judged >= self.target if self.at_least else judged <= self.target

    def cells(self) -> list[str]:
        """The row as words."""
        return [
            self.quantity,
            self.peer_name or "-",
            _figure(self.peer, self.unit) if self.peer else "-",
            _figure(self.rater, self.unit),
            f"{_ratio(self.ratio)} ({_ratio(self.best_ratio)})" if self.ratio and self.best_ratio else "-",
            f"{'>=' if self.at_least else '<='} {self.target:g}{f' {self.unit}' if self.absolute else ''}",
            "yes" if self.met else "NO",
        ]


HEADINGS = ["quantity", "peer or limit", "peer", "Rater", "ratio", "target", "met"]


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _figure(measured: Measured, unit: str) -> str:
    figure = f"{measured.median:.3g}" if measured.median < 100 else f"{measured.median:,.0f}"
    best = f"{measured.best:.3g}" if measured.best < 100 else f"{measured.best:,.0f}"
    return f"{figure} {unit}" if figure == best else f"{figure} ({best}) {unit}"


def table(rows: Sequence[Row]) -> str:
    """The rows under their headings, as Markdown with aligned columns."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    lines.insert(1, ["-" * width for width in widths])
    drawn = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    return "\n".join(drawn + [""] + [f"{row.quantity}: {note}" for row in rows for note in row.notes]).rstrip()
