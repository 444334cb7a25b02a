"""Which sessions a rater is given again, and where in the queue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from rater.allocation.plans import SessionToRate


def given_again(rated: Mapping[str, Sequence[SessionToRate]], share: float, seed: int) -> dict[str, list[str]]:
    """By rater, the ids of the sessions to rate again: of n rated ones floor(share * n + 1/2), spread over the strata.

    They are every so many-th in the order of therapist, patient and phase, from a start at random within the seed.
    """
    chosen = {}
    for rater, sessions in rated.items():
        chance = Random(f"again {seed} {rater}")  # noqa: S311 - reproducible, not secret
        tie = {each.id: chance.random() for each in sorted(sessions, key=lambda each: each.id)}
        order = sorted(sessions, key=lambda each: (each.therapist, each.patient, each.phase, tie[each.id]))
        number = math.floor(Fraction(str(share)) * len(order) + Fraction(1, 2))
        start = chance.randrange(max(1, len(order)))
        chosen[rater] = [each.id for place, each in enumerate(order) if (place * number + start) % len(order) < number]
    return chosen


def spread_among(places: Sequence[int], number: int, chance: Random) -> list[int]:
    """Places in a queue for `number` more sessions, each behind one of the places waiting, as far apart as they allow.

    Without any waiting they follow one another from 1.
    """
    if not places:
        return list(range(1, number + 1))
    waiting, shift = sorted(places), chance.random()
    return [waiting[int((turn + shift) * len(waiting) / number)] for turn in range(number)]
