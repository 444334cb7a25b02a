"""The numbers of a free draw: how many ratings of each kind make loads and pairs even, before any session is named."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from itertools import combinations
from random import Random

from rater.allocation.plans import ALONE, Label


def free_labels(raters: int, sessions: int, doubles: int, chance: Random) -> tuple[list[Label], list[Label]]:
    """Singles and doubles for raters without bars, caps or kept rows; needs two raters where doubles > 0.

    Promise: total load, each of the R(R-1)/2 pairs and main load are each within 1. Dyads get floor(K/P) each and the
    rest as a near-regular graph; an Euler walk turns each dyad into main and second with in- and out-degree within 1;
    singles then go to whoever has the lowest total and, among those, the lowest main load. Both lists alternate
    between raters, so that any stretch of them is mixed.
    """
    dyads = _dyads(raters, doubles, chance)
    doubled = orient(raters, dyads, chance)
    total, main = [0] * raters, [0] * raters
    for first, second in doubled:
        total[first] += 1
        total[second] += 1
        main[first] += 1
    lot = list(range(raters))
    chance.shuffle(lot)
    singles = []
    for _ in range(sessions - doubles):
        rater = min(lot, key=lambda r: (total[r], main[r]))
        total[rater] += 1
        main[rater] += 1
        singles.append((rater, ALONE))
    return singles, alternating(doubled, chance)


def _dyads(raters: int, doubles: int, chance: Random) -> list[tuple[int, int]]:
    pairs = list(combinations(range(raters), 2))
    each, rest = divmod(doubles, len(pairs)) if pairs else (0, 0)
    chance.shuffle(pairs)
    return pairs * each + sorted(near_regular(raters, set(pairs[:rest])))


def near_regular(points: int, edges: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """A simple graph with as many edges, made near-regular (degrees within 1) by moving one end of an edge at a time.

    While u has at least two edges more than v, some neighbour w of u is no neighbour of v: u-w becomes v-w.
    """
    near: list[set[int]] = [set() for _ in range(points)]
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    while True:
        u = max(range(points), key=lambda point: len(near[point]), default=0)
        v = min(range(points), key=lambda point: len(near[point]), default=0)
        if not points or len(near[u]) - len(near[v]) < 2:
            return {(a, b) for a in range(points) for b in near[a] if a < b}
        w = min(near[u] - near[v] - {v})
        near[u].remove(w)
        near[w].remove(u)
        near[v].add(w)
        near[w].add(v)


def orient(points: int, edges: list[tuple[int, int]], chance: Random) -> list[Label]:
    """Each edge with a direction, so that in- and out-degree of every point differ by at most 1 (Euler walk).

    Points of odd degree are joined to an extra point first, so that every walk closes.
    """
    ends = list(edges)
    chance.shuffle(ends)
    degree = [0] * (points + 1)
    for a, b in ends:
        degree[a] += 1
        degree[b] += 1
    ends += [(point, points) for point in range(points) if degree[point] % 2]
    at: list[list[int]] = [[] for _ in range(points + 1)]
    for number, (a, b) in enumerate(ends):
        at[a].append(number)
        at[b].append(number)
    used = [False] * len(ends)
    directed: list[Label] = []
    for start in range(points + 1):
        here = start
        while at[here]:
            number = at[here].pop()
            if used[number]:
                continue
            used[number] = True
            there = ends[number][0] + ends[number][1] - here
            if points not in (here, there):
                directed.append((here, there))
            here = there
    return directed


def even_mains(
    main: Sequence[int], edges: Sequence[tuple[int, int]], rank: Sequence[int], chance: Random
) -> tuple[list[int], list[Label]]:
    """Main loads, and each edge as (main, second), with the least sum of squares for the `main` loads given before.

    Directions are turned along paths from a rater to one with at least two fewer main ratings until there is none,
    which is enough for a separable convex cost on a flow. A rating over goes to the rater of the lowest rank.
    """
    load = list(main)
    turns = Counter(orient(len(load), list(edges), chance))
    for (first, _), number in turns.items():
        load[first] += number
    settled: set[int] = set()
    while left := [rater for rater in range(len(load)) if rater not in settled]:
        high = max(left, key=lambda rater: (load[rater], rank[rater]))
        came = _led_from(high, turns, len(load))
        low = min(came, key=lambda rater: (load[rater], rank[rater]))
        if (load[high] - 1, rank[high]) <= (load[low], rank[low]):
            settled.add(high)
            continue
        load[high] -= 1
        load[low] += 1
        while low != high:
            before = came[low]
            turns[before, low] -= 1
            turns[low, before] += 1
            low = before
    return load, sorted(turns.elements())


def _led_from(start: int, turns: Counter[Label], points: int) -> dict[int, int]:
    came = {start: start}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for there in range(points):
            if there not in came and turns[here, there] > 0:
                came[there] = here
                waiting.append(there)
    return came


def alternating(labels: list[Label], chance: Random) -> list[Label]:
    """The labels mixed: each kind once, in random order, then each that is left once more, and so on."""
    turns: dict[Label, int] = {}
    keyed = []
    for label in labels:
        turn = turns[label] = turns.get(label, 0) + 1
        keyed.append((turn, chance.random(), label))
    return [label for _, _, label in sorted(keyed)]
