"""A line over sessions as points of a small drawing, for pages that draw it themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE, LEFT = 320.0, 96.0, 8.0, 24.0


@dataclass(frozen=True)
class Dot:
    """A value at its place in the drawing."""

    at: int
    x: float
    y: float
    value: float


@dataclass(frozen=True)
class Trend:
    """A drawing of `WIDTH` x `HEIGHT`: the dots of a line, and the stretches of it without a gap."""

    dots: tuple[Dot, ...]
    stretches: tuple[str, ...]


def place(value: float, low: float, high: float) -> float:
    """How far down a value lies; the middle where the range is empty."""
    share = (value - low) / (high - low) if high > low else 0.5
    return round(EDGE + (1 - share) * (HEIGHT - 2 * EDGE), 1)


def trend(values: Sequence[float | None], low: float, high: float) -> Trend:
    """The line of values at even distances; where one is missing it is broken."""
    step = (WIDTH - LEFT - EDGE) / max(1, len(values) - 1)
    dots = [
        Dot(at, round(LEFT + at * step, 1), place(value, low, high), value)
        for at, value in enumerate(values)
        if value is not None
    ]
    stretches: list[list[Dot]] = []
    for dot in dots:
        if stretches and stretches[-1][-1].at == dot.at - 1:
            stretches[-1].append(dot)
        else:
            stretches.append([dot])
    joined = (" ".join(f"{dot.x:g},{dot.y:g}" for dot in each) for each in stretches if len(each) > 1)
    return Trend(tuple(dots), tuple(joined))
