"""Which therapy sessions may be rated in which wave, and whether a file names sessions that the study has."""

from __future__ import annotations

from collections.abc import Collection

from rater.tables import Faults, nearest, shown
from rater.terms import LeftOut, Reason, SessionUse, WaveKind, kind_of_wave

MOST_GUESSES = 20


def why_not_rated(wave: str, number: int, use: str, left_out: LeftOut | None) -> Reason | None:
    """Why a session cannot be rated in a wave, or None if it can.

    Session 0 is never rated, nor is what is left out of everything. The main wave takes sessions of main use that
    are not left out of it; the other waves take any.
    """
    if number == 0:
        return Reason("session 0 is held but never rated")
    if wave == WaveKind.MAIN and use != SessionUse.MAIN:
        return Reason("it serves {use}", {"use": str(use)})
    if left_out is not None and left_out.bars(wave):
        return Reason("it is excluded: {reason}", {"reason": left_out.reason})
    return None


def serves(wave: str, number: int, use: str, left_out: LeftOut | None) -> bool:
    """Whether a session is among those that an allocation of the wave is drawn over."""
    kind = kind_of_wave(wave)
    if kind in (WaveKind.TRAINING, WaveKind.CALIBRATION):
        return use == kind and why_not_rated(wave, number, use, left_out) is None
    return why_not_rated(WaveKind.MAIN, number, use, left_out) is None


def is_known(
    faults: Faults, sessions: Collection[str], name: str | None, line: int, column: str = "session_id"
) -> bool:
    """Whether the study has the session; a name that it lacks becomes a fault, an empty one does not."""
    if name in sessions:
        return True
    if name:
        guess = nearest(name, sessions) if len(faults) < MOST_GUESSES else None
        remedy = "Did you mean {guess}?" if guess else "Import the session first, or correct the name"
        cause = "The study has no session {value}"
        faults.add(cause, remedy, line=line, column=column, value=shown(name), guess=guess)
    return False
