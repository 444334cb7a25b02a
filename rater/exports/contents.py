"""What an export is made from: a study's registers, its ratings as they count, and how much is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from rater.scales.schema import Item, Scale
from rater.terms import LeftOut, SessionUse, WaveKind

Points = Mapping[str, float | None]


class Rights(StrEnum):
    """`DEIDENTIFIED` gives codes and offsets; `FULL` adds dates and free text."""

    DEIDENTIFIED = "deidentified"
    FULL = "full"


@dataclass(frozen=True)
class ListedSession:
    """A therapy session of the register; `left_out` says why it is left out and of what."""

    session_id: str
    patient_id: str
    therapist_id: str
    session_no: int
    phase: str | None
    held_on: date | None
    duration_min: float | None
    left_out: LeftOut | None
    use: str

    @property
    def held(self) -> bool:
        """Whether it counts as held: main use, and not a session 0, which is never rated."""
        return self.use == SessionUse.MAIN and self.session_no > 0

    @property
    def eligible(self) -> bool:
        """Whether it was held and is not left out of the main wave."""
        return self.held and not (self.left_out and self.left_out.bars(WaveKind.MAIN))

    @property
    def analysed(self) -> bool:
        """Whether it was held and is not left out at all."""
        return self.held and self.left_out is None


@dataclass(frozen=True)
class CountedRating:
    """One rating with the revision that counts: raw points and missing codes by item.

    `coverage` is the share of the recording heard before submission, None where it is not known; `unsure` are the
    items that the rater marked to be discussed.
    """

    wave: str
    session_id: str
    rater_id: str
    role: str
    rating_id: str
    version: int
    submitted_at: datetime | None
    points: Points
    missing: Mapping[str, str]
    coverage: float | None = None
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AssignedTask:
    """A homework task of the log."""

    homework_id: str
    assigned_session_id: str
    reviewed_session_id: str | None
    type: str
    description: str
    completed: str | None


@dataclass(frozen=True)
class ReportedTask:
    """What one rater reported of one task."""

    homework_id: str
    wave: str
    session_id: str
    rater_id: str
    completed: str


@dataclass(frozen=True)
class AddedTask:
    """A task that one rater heard of and that the homework log does not hold."""

    wave: str
    session_id: str
    rater_id: str
    type: str
    description: str
    completed: str | None


@dataclass(frozen=True)
class ListenedRating:
    """What was heard for one rating: start, stop and speed of each interval, in seconds of the recording."""

    wave: str
    session_id: str
    rater_id: str
    rating_id: str
    heard: Sequence[Sequence[float]]


@dataclass(frozen=True)
class HeardDifficulty:
    """A difficulty with homework that was mentioned; without a rater it is the study's own."""

    session_id: str
    difficulty_type: str
    rater_id: str | None


@dataclass(frozen=True)
class Assigned:
    """Who rates a session of the main wave, and as which of the two."""

    session_id: str
    rater_id: str
    position: str


@dataclass(frozen=True)
class StudyData:
    """Everything that a bundle holds, in the order in which it is written."""

    study: str
    title: str
    synthetic: bool
    scales: tuple[Scale, ...]
    sessions: tuple[ListedSession, ...]
    ratings: tuple[CountedRating, ...] = ()
    tasks: tuple[AssignedTask, ...] = ()
    reports: tuple[ReportedTask, ...] = ()
    added_tasks: tuple[AddedTask, ...] = ()
    listened: tuple[ListenedRating, ...] = ()
    difficulties: tuple[HeardDifficulty, ...] = ()
    allocation: tuple[Assigned, ...] = ()
    outcomes: Mapping[str, Points] = field(default_factory=dict)
    assignments: Mapping[str, int] = field(default_factory=dict)
    reliability: Mapping[str, Any] = field(default_factory=dict)
    consent_version: str = ""
    keep_until: date | None = None

    @property
    def observer_scales(self) -> list[Scale]:
        """The scales that raters use."""
        return [scale for scale in self.scales if scale.observer]

    @property
    def rated_items(self) -> list[tuple[Scale, Item]]:
        """The items that raters give points to, each with its scale."""
        return [(scale, item) for scale in self.observer_scales for item in scale.items if item.scorable]

    @property
    def main_ratings(self) -> list[CountedRating]:
        """The ratings of the main wave, by session, role and rater."""
        return [each for each in self.ratings if each.wave == WaveKind.MAIN]

    @property
    def analysed_ratings(self) -> list[CountedRating]:
        """Those of them whose session is not left out of analysis."""
        out = {each.session_id for each in self.sessions if each.left_out}
        return [each for each in self.main_ratings if each.session_id not in out]
