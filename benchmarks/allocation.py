"""Drawing an allocation: how far each margin is from as even as whole numbers allow, how long it takes, and by lot."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from random import Random
from typing import Any

from benchmarks.bench import Bench, alone
from benchmarks.table import Measured, Row
from rater.allocation.attainable import with_bounds
from rater.allocation.balance import balance
from rater.allocation.constraints import able_raters, parse_bars
from rater.allocation.designs import Plan, PlannedSession, SessionToRate, Settings, allocate, number_to_double
from tests.allocation.builders import FIVE, example_sessions, make_sessions

LOADS = ("total_load", "pairs", "main_load")
SHARE = 0.4
MOST_COLUMNS = 3_000


def measure(_: Bench) -> list[Row]:
    """Excess and seconds by shape; a plan drawn by lot, with the same rules, stands beside each."""
    source = example_sessions()
    bars = parse_bars(["R1=therapist:T1"])
    rows = _shape("197 x 5", source, [Settings(SHARE, seed, FIVE) for seed in range(50)], 3, strata=True)
    rows += _shape("197 x 5, a bar", source, [Settings(SHARE, seed, FIVE, bars) for seed in range(10)], 3, strata=True)
    for sessions, raters, most in ((200, 50, 3), (10_000, 50, 5), (100_000, 200, 60)):
        made = make_sessions(sessions // 20, max(3, sessions // 400), 20)
        names = [f"R{number:03d}" for number in range(raters)]
        rows += _shape(f"{sessions:,} x {raters}", made, [Settings(SHARE, 1, names)], most)
        barred = parse_bars([f"{name}=therapist:T{place % 3 + 1}" for place, name in enumerate(names[::2])])
        rows += _shape(f"{sessions:,} x {raters}, bars", made, [Settings(SHARE, 1, names, barred)], most)
    return rows


def _shape(
    name: str, sessions: list[SessionToRate], draws: Sequence[Settings], most: float, strata: bool = False
) -> list[Row]:
    drawn, bounds, lots, seconds = [], [], [], []
    for settings in draws:
        start = time.process_time()
        plan = allocate(sessions, settings)
        seconds.append(time.process_time() - start)
        found = with_bounds(balance(plan, sessions, settings), plan, sessions, settings, MOST_COLUMNS)
        drawn.append(excesses(found))
        bounds.append(excesses(found, "least_excess"))
        lots.append(excesses(balance(by_lot(sessions, settings), sessions, settings)))
    margins = list(drawn[0]) if strata else list(LOADS)
    notes = [
        f"{margin}: excess {max(each[margin] for each in drawn)}, "
        f"by lot {statistics.median(each[margin] for each in lots):,.0f}, bound {min(each[margin] for each in bounds)}"
        for margin in drawn[0]
    ]
    beyond = [
        {margin: each[margin] - bound[margin] for margin in each} for each, bound in zip(drawn, bounds, strict=True)
    ]
    by_chance = [
        {margin: each[margin] - bound[margin] for margin in each} for each, bound in zip(lots, bounds, strict=True)
    ]
    ours, theirs = (Measured([max(sum(each[m] for m in margins) for each in found)]) for found in (beyond, by_chance))
    return [
        Row(f"allocation {name}: excess", "", ours, 0, "by lot", theirs, absolute=True, notes=notes),
        Row(f"allocation {name}: CPU time", "s", Measured(seconds), most, absolute=True),
    ]


def excesses(found: dict[str, Any], measure: str = "excess") -> dict[str, int]:
    """The excess of every margin, and how far the doubles of each stratum are beyond floor and ceiling, at best 0."""
    margins = {name: int(found[name][measure]) for name in LOADS}
    for name, margin in found["by"].items():
        beyond = int(margin["double_beyond"]) if measure == "excess" else 0
        margins |= {name: int(margin[measure]), f"{name} doubles": beyond}
    return margins


def by_lot(sessions: Sequence[SessionToRate], settings: Settings) -> Plan:
    """A plan that keeps bars and the number of doubles and leaves the rest to chance."""
    chance = Random(settings.seed)
    doubled = {each.id for each in chance.sample(sessions, number_to_double(settings.double, len(sessions)))}
    rows = []
    for each, able in zip(sessions, able_raters(settings.raters, sessions, settings.bars), strict=True):
        main, second = (settings.raters[place] for place in chance.sample(able, 2))
        rows.append(PlannedSession(each.id, main, second if each.id in doubled else None))
    return Plan(tuple(rows), settings.seed)


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
