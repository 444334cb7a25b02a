"""In which order a rater meets the sessions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from random import Random


def queue_order(session_ids: Iterable[str], rater: str, seed: int, patients: Mapping[str, str]) -> list[str]:
    """The rater's sessions in random order, each patient's spread over the whole queue.

    `patients` maps session to patient. Two sessions of one patient never follow one another unless that patient
    has more than half of the queue (rounded up). Main and second ratings are not told apart, and the order in
    which the sessions are handed in does not matter.
    """
    chance = Random(f"queue {seed} {rater}")  # noqa: S311 - reproducible, not secret
    waiting = _shuffled_by_patient(session_ids, patients, chance)
    due = {patient: deque(_spread(len(ids), chance)) for patient, ids in waiting.items()}
    order: list[str] = []
    last: str | None = None
    left = sum(len(ids) for ids in waiting.values())
    while left:
        last = _next_patient(waiting, due, last, left)
        order.append(waiting[last].pop())
        due[last].popleft()
        left -= 1
        if not waiting[last]:
            del waiting[last]
    return order


def _shuffled_by_patient(
    session_ids: Iterable[str], patients: Mapping[str, str], chance: Random
) -> dict[str, list[str]]:
    waiting: dict[str, list[str]] = {}
    for session_id in sorted(session_ids):
        waiting.setdefault(patients[session_id], []).append(session_id)
    for ids in waiting.values():
        chance.shuffle(ids)
    return waiting


def _spread(count: int, chance: Random) -> list[float]:
    start = chance.random()
    return [(place + start) / count for place in range(count)]


def _next_patient(
    waiting: Mapping[str, list[str]], due: Mapping[str, deque[float]], last: str | None, left: int
) -> str:
    pressing = [patient for patient, ids in waiting.items() if 2 * len(ids) > left]
    if pressing:
        return pressing[0]
    others = [patient for patient in waiting if patient != last]
    return min(others or waiting, key=lambda patient: (due[patient][0], patient))
