"""Drawing an allocation: which sessions are double-coded, and who rates what."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from rater.allocation.constraints import OpenWork, faults_in, open_work
from rater.allocation.dyads import free_labels
from rater.allocation.loads import even_loads
from rater.allocation.noise import Noise
from rater.allocation.plans import (
    ALGORITHM,
    ALONE,
    Bar,
    BarOn,
    Label,
    Plan,
    PlannedSession,
    SessionToRate,
    Settings,
    number_to_double,
    plan_digest,
)
from rater.allocation.strata import spread_over_strata
from rater.errors import BadInput

__all__ = [
    "ALGORITHM",
    "Bar",
    "BarOn",
    "Plan",
    "PlannedSession",
    "SessionToRate",
    "Settings",
    "allocate",
    "number_to_double",
    "plan_digest",
]

_STRATA_STEPS = 5_000
_STRATA_STEPS_EACH = 25
_STRATA_COMPARED = 4_000_000


def allocate(sessions: Sequence[SessionToRate], settings: Settings) -> Plan:
    """A plan that keeps every hard rule and is as even as the search finds; one seed always draws the same plan.

    Every session has one main rater and exactly floor(pN + 1/2) a second, different one; bars, caps and kept rows are
    obeyed. Without bars, caps and kept rows, total load, pairs and main load are each within 1. With them, the sum of
    squared total loads is the least that any plan reaches; pairs, then main loads, are searched for. Raises BadInput
    for inputs that make no sense and NoFeasibleAllocation, with the size of what is missing, where no plan exists.
    The order of sessions, raters and rules does not matter.
    """
    if faults := faults_in(sessions, settings):
        raise BadInput(faults)
    work = open_work(sessions, settings)
    chance = Random(f"{ALGORITHM} {settings.seed}")  # noqa: S311 - reproducible, not secret
    noise = Noise(chance.getrandbits(64))
    labels = _draw(work, chance, noise)
    drawn = zip(work.all_sessions, (*labels, *work.kept_labels), strict=True)
    rows = sorted((_row(session, label, work.raters) for session, label in drawn), key=lambda row: row.session_id)
    return Plan(tuple(rows), settings.seed)


def _draw(work: OpenWork, chance: Random, noise: Noise) -> list[Label]:
    number = len(work.sessions)
    order, doubled = _systematic(work, chance)
    if not _is_free(work):
        labels = even_loads(work, order, doubled, chance, noise)
    else:
        labels = _dealt(work, order, doubled, chance)
    effort = min(_STRATA_STEPS, _STRATA_STEPS_EACH * number, _STRATA_COMPARED // max(1, number))
    return spread_over_strata(work, labels, chance, noise, effort)


def _is_free(work: OpenWork) -> bool:
    everyone = tuple(range(len(work.raters)))
    most = len(work.sessions) + work.to_double
    return (
        not work.kept_labels
        and not _has_begun(work)
        and min(work.room, default=0) >= most
        and all(able == everyone for able in work.able)
    )


def _has_begun(work: OpenWork) -> bool:
    return any(label != (ALONE, ALONE) for label in work.begun)


def _systematic(work: OpenWork, chance: Random) -> tuple[list[int], set[int]]:
    """Sessions in the order of their strata, ties at random, and every (N/K)th of them, so that each gets its share."""
    tie = [chance.random() for _ in work.sessions]
    order = sorted(
        range(len(work.sessions)),
        key=lambda i: (work.sessions[i].therapist, work.sessions[i].patient, work.sessions[i].phase, tie[i]),
    )
    able = [i for i in order if work.may_double(i)]
    start = chance.randrange(max(1, len(able)))
    doubled = {
        i for place, i in enumerate(able)
        if (place * work.to_double + start) % len(able) < work.to_double
    }  # fmt: skip
    return order, doubled


def _dealt(work: OpenWork, order: Sequence[int], doubled: set[int], chance: Random) -> list[Label]:
    singles, doubles = free_labels(len(work.raters), len(order), work.to_double, chance)
    labels: list[Label] = [(ALONE, ALONE)] * len(order)
    for session in order:
        labels[session] = (doubles if session in doubled else singles).pop()
    return labels


def _row(session: SessionToRate, label: Label, raters: Sequence[str]) -> PlannedSession:
    main, second = label
    return PlannedSession(session.id, raters[main], None if second == ALONE else raters[second])
