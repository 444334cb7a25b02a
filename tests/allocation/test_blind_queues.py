"""Where a session stands in a rater's queue tells neither whether another rater has it too nor who comes first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from statistics import fmean

import pytest

from rater.allocation.designs import allocate
from rater.allocation.plans import Plan, Settings
from rater.allocation.queues import queue_order
from tests.allocation.builders import example_sessions

SESSIONS = example_sessions()[:60]
PATIENTS = {each.id: each.patient for each in SESSIONS}
RATERS = ("R1", "R2", "R3", "R4")
DRAWN = [allocate(SESSIONS, Settings(0.4, seed, RATERS)) for seed in range(40)]
FIFTHS = 5
SURPRISE = 18.5
"""A chi-square with four degrees of freedom is above this once in a thousand."""

Order = Callable[[Plan, str, list[str]], list[str]]


def doubles(plan: Plan, rater: str) -> set[str]:
    """The rater's sessions that another one rates too."""
    return {row.session_id for row in plan.sessions if row.second_rater and rater in (row.main_rater, row.second_rater)}


def seconds(plan: Plan, rater: str) -> set[str]:
    """The rater's sessions in which the other one is the main rater."""
    return {row.session_id for row in plan.sessions if row.second_rater == rater}


def drawn(plan: Plan, rater: str, mine: list[str]) -> list[str]:
    return queue_order(mine, rater, plan.seed, PATIENTS)


def queues(order: Order) -> Iterator[tuple[Plan, str, list[str]]]:
    for plan in DRAWN:
        for rater in RATERS:
            mine = [row.session_id for row in plan.sessions if rater in (row.main_rater, row.second_rater)]
            yield plan, rater, order(plan, rater, mine)


def unevenness(of: Callable[[Plan, str], set[str]], order: Order) -> float:
    """The chi-square of how often these sessions stand in each fifth of a queue, against every place alike."""
    seen, expected, spread = [0.0] * FIFTHS, [0.0] * FIFTHS, [0.0] * FIFTHS
    for plan, rater, queue in queues(order):
        inside = of(plan, rater)
        share = len(inside) / len(queue)
        for place, code in enumerate(queue):
            fifth = FIFTHS * place // len(queue)
            seen[fifth] += code in inside
            expected[fifth] += share
            spread[fifth] += share * (1 - share)
    found = zip(seen, expected, spread, strict=True)
    return sum((count - mean) ** 2 / variance for count, mean, variance in found) * (FIFTHS - 1) / FIFTHS


def pull(of: Callable[[Plan, str], set[str]], order: Order) -> float:
    """How far these sessions stand before or behind the middle of their queues, in standard errors."""
    found = [
        place / (len(queue) - 1) - 0.5
        for plan, rater, queue in queues(order)
        for place, code in enumerate(queue)
        if code in of(plan, rater)
    ]
    return fmean(found) / math.sqrt(1 / 12 / len(found))


@pytest.mark.parametrize("of", [doubles, seconds])
def test_doubles_and_seconds_stand_everywhere_alike(of: Callable[[Plan, str], set[str]]) -> None:
    assert unevenness(of, drawn) < SURPRISE
    assert abs(pull(of, drawn)) < 3.3


def main_first(plan: Plan, rater: str, mine: list[str]) -> list[str]:
    """What comes out where main assignments are made first and queues follow the order of making."""
    return sorted(drawn(plan, rater, mine), key=lambda code: code in seconds(plan, rater))


def a_little_later(plan: Plan, rater: str, mine: list[str]) -> list[str]:
    """Doubles slip back by about a fifth of the queue."""
    order = drawn(plan, rater, mine)
    shift = {code: place + (len(order) / 5 if code in doubles(plan, rater) else 0) for place, code in enumerate(order)}
    return sorted(order, key=shift.__getitem__)


@pytest.mark.parametrize(("of", "order"), [(seconds, main_first), (doubles, main_first), (doubles, a_little_later)])
def test_an_order_that_tells_would_be_seen(of: Callable[[Plan, str], set[str]], order: Order) -> None:
    assert unevenness(of, order) > SURPRISE
    assert abs(pull(of, order)) > 3.3
