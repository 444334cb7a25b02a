"""What an allocation is drawn from, and what comes out."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

ALGORITHM = "rater-allocation 3"

Label = tuple[int, int]
"""Who rates a session while it is being drawn, as indices of raters: (main, second)."""

ALONE = -1
"""The second rater of a session that is rated once."""


class BarOn(StrEnum):
    """What a rater can be barred from."""

    THERAPIST = "therapist"
    PATIENT = "patient"
    SESSION = "session"


@dataclass(frozen=True)
class SessionToRate:
    """A therapy session that is eligible for the wave, with the strata it belongs to."""

    id: str
    therapist: str
    patient: str
    phase: str


@dataclass(frozen=True)
class PlannedSession:
    """Who rates one session; without a second rater the session is rated once."""

    session_id: str
    main_rater: str
    second_rater: str | None = None


@dataclass(frozen=True)
class BegunSession:
    """Who has started to rate one session; a place without a rater is still to be drawn.

    Where the main rater has started, a second may join or not; where only the second has, a main rater is needed.
    """

    session_id: str
    main_rater: str | None = None
    second_rater: str | None = None


@dataclass(frozen=True)
class Bar:
    """A rater must not rate one therapist, one patient or one session."""

    rater: str
    on: BarOn
    value: str

    def covers(self, session: SessionToRate) -> bool:
        """Whether the session is one of those barred."""
        barred = {BarOn.THERAPIST: session.therapist, BarOn.PATIENT: session.patient, BarOn.SESSION: session.id}
        return barred[self.on] == self.value


@dataclass(frozen=True)
class Settings:
    """The terms of one draw.

    `double` is the share of sessions to be rated twice; `caps` count main and second ratings together;
    `kept` rows are final, an empty second rater included; `begun` ratings stay and the rest of their sessions is drawn.
    Both may name raters outside `raters`.
    """

    double: float
    seed: int
    raters: Sequence[str]
    bars: Sequence[Bar] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    kept: Sequence[PlannedSession] = ()
    begun: Sequence[BegunSession] = ()


@dataclass(frozen=True)
class Plan:
    """One drawn allocation: a row per session, ordered by session id, and what drew it."""

    sessions: tuple[PlannedSession, ...]
    seed: int
    algorithm: str = ALGORITHM


def number_to_double(double: float, sessions: int) -> int:
    """K = floor(pN + 1/2), with p taken as the decimal number that was written, free of binary rounding."""
    return math.floor(Fraction(str(double)) * sessions + Fraction(1, 2))


def plan_digest(sessions: Sequence[SessionToRate], settings: Settings) -> str:
    """SHA-256 (hex) of everything that determines the plan; the order in which things are listed is not part of it."""
    inputs = {
        "algorithm": ALGORITHM,
        "sessions": sorted([each.id, each.therapist, each.patient, each.phase] for each in sessions),
        "double": str(Fraction(str(settings.double))),
        "seed": settings.seed,
        "raters": sorted(settings.raters),
        "bars": sorted({(bar.rater, bar.on.value, bar.value) for bar in settings.bars}),
        "caps": sorted(settings.caps.items()),
        "kept": sorted([row.session_id, row.main_rater, row.second_rater or ""] for row in settings.kept),
        "begun": sorted([row.session_id, row.main_rater or "", row.second_rater or ""] for row in settings.begun),
    }
    canonical = json.dumps(inputs, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
