"""Where a trainee's own session stands, as the trainee is told."""

from __future__ import annotations

from enum import StrEnum

from rater.terms import RatedBy


class Standing(StrEnum):
    """What comes next for a session: nothing to hear, closed, to be rated by the trainee, waiting, or answered."""

    NOT_RECORDED = "not_recorded"
    CLOSED = "closed"
    TO_RATE = "to_rate"
    WAITING = "waiting"
    RELEASED = "released"


def rates_oneself(rated_by: str) -> bool:
    """Whether trainees rate their own sessions in a programme with this setting."""
    return rated_by in (RatedBy.SELF, RatedBy.BOTH)


def standing(*, recorded: bool, is_open: bool, to_rate: bool, self_first: bool, released: bool) -> Standing:
    """Where a session stands.

    What is released shows before the trainee has rated the session only where trainees need not rate first; a session
    that was answered is not asked to be rated any more.
    """
    if not recorded:
        return Standing.NOT_RECORDED
    if not is_open:
        return Standing.CLOSED
    if to_rate and (self_first or not released):
        return Standing.TO_RATE
    return Standing.RELEASED if released else Standing.WAITING
