"""A patient's sessions in the order in which they were held: which one follows another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def next_held(number: int, held: Iterable[int]) -> int | None:
    """The number of the session in which homework of session `number` is reviewed: the patient's next, gaps skipped.

    A session that is excluded was held all the same, so homework goes to it and not past it.
    """
    return min((each for each in held if each > number), default=None)


def previous_held(number: int, held: Iterable[int]) -> int | None:
    """The number of the session whose homework is reviewed in session `number`; None where it is the first."""
    return max((each for each in held if each < number), default=None)


def follows_first(number: int, held: Mapping[int, int], added: Collection[int]) -> int | None:
    """The id of the session that follows session `number`, where it is new and none followed before.

    `held` are the patient's sessions, ids by number, those of the ids `added` included. Homework that was left
    without a review although a later session was there stays so.
    """
    if next_held(number, (each for each, key in held.items() if key not in added)) is not None:
        return None
    following = next_held(number, held)
    return None if following is None else held[following]
