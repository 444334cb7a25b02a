"""The numbers of a free draw: how many ratings of each kind make loads and pairs even, before any session is named."""

from __future__ import annotations

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
    return singles, _alternating(doubled, chance)


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


def _alternating(labels: list[Label], chance: Random) -> list[Label]:
    turns: dict[Label, int] = {}
    keyed = []
    for label in labels:
        turn = turns[label] = turns.get(label, 0) + 1
        keyed.append((turn, chance.random(), label))
    return [label for _, _, label in sorted(keyed)]
