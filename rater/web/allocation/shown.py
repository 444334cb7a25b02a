"""How even a plan is, arranged for the page: loads as bars, dyads as a heat map, strata as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEVELS = 5
MOST_CELLS = 60
"""So many cells of a stratum are listed; the least even ones come first where there are more."""


@dataclass(frozen=True)
class Load:
    """How much one rater has; `outside` marks one who takes part in rows that are not moved alone."""

    rater: str
    main: int
    second: int
    outside: bool = False

    @property
    def total(self) -> int:
        """Main and second ratings."""
        return self.main + self.second


@dataclass(frozen=True)
class Cell:
    """How often two raters meet; no count where the rules keep them apart, `level` 0 to 5 is the depth of tint."""

    count: int | None
    level: int = 0


@dataclass(frozen=True)
class Evenness:
    """One line of the summary: a margin with its spread and excess, and those of the plan before."""

    name: str
    spread: int
    least_spread: int | None
    excess: int
    before: int | None


@dataclass(frozen=True)
class Stratum:
    """The cells of one stratum that are listed, and how many are not."""

    name: str
    cells: tuple[tuple[str, Mapping[str, Any]], ...]
    left_out: int


@dataclass(frozen=True)
class Shown:
    """Everything that the page tells of how even a plan is."""

    double: Mapping[str, int]
    loads: tuple[Load, ...]
    raters: tuple[str, ...]
    heat: tuple[tuple[str, tuple[Cell | None, ...]], ...]
    evenness: tuple[Evenness, ...]
    strata: tuple[Stratum, ...]

    @property
    def largest(self) -> int:
        """The largest load of any rater."""
        return max((load.total for load in self.loads), default=0)


def shown(balance: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Shown:
    """A balance, arranged; `before` is that of the plan which this one would replace."""
    mains, totals = balance["main_load"]["counts"], balance["total_load"]["counts"]
    loads = [Load(rater, mains.get(rater, 0), total - mains.get(rater, 0)) for rater, total in totals.items()]
    loads += [Load(rater, count, 0, outside=True) for rater, count in balance.get("outside", {}).items()]
    raters = tuple(totals)
    return Shown(
        double=balance["double"],
        loads=tuple(loads),
        raters=raters,
        heat=_heat(raters, balance["pairs"]["counts"]),
        evenness=tuple(_evenness(balance, before)),
        strata=tuple(_stratum(name, found) for name, found in balance["by"].items()),
    )


def _heat(raters: Sequence[str], pairs: Mapping[str, int]) -> tuple[tuple[str, tuple[Cell | None, ...]], ...]:
    """Below the diagonal alone, since a dyad is the same read either way; None on the diagonal and above."""
    most = max(pairs.values(), default=0)
    rows = []
    for row, one in enumerate(raters[1:], start=1):
        counts = [pairs.get("-".join(sorted((one, other)))) for other in raters[:row]]
        cells: list[Cell | None] = [Cell(count, _level(count, most)) for count in counts]
        rows.append((one, (*cells, *[None] * (len(raters) - 1 - row))))
    return tuple(rows)


def _level(count: int | None, most: int) -> int:
    return -(-LEVELS * count // most) if count and most else 0


def _evenness(balance: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Evenness]:
    found = [
        Evenness(name, balance[name]["spread"], balance[name]["least_spread"], balance[name]["excess"],
                 before[name]["excess"] if before else None)
        for name in ("total_load", "pairs", "main_load")
    ]  # fmt: skip
    for name, margin in balance["by"].items():
        earlier = before["by"].get(name) if before else None
        found.append(Evenness(name, margin["spread"], None, margin["excess"], earlier["excess"] if earlier else None))
    return found


def _stratum(name: str, margin: Mapping[str, Any]) -> Stratum:
    cells = list(margin["cells"].items())
    if len(cells) > MOST_CELLS:
        cells.sort(key=lambda cell: (-cell[1]["main"]["excess"] - cell[1]["double"]["beyond"], cell[0]))
    return Stratum(name, tuple(cells[:MOST_CELLS]), max(0, len(cells) - MOST_CELLS))
