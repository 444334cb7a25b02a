"""What an export is made from: a study's registers, its ratings as they count, and how much is still open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from rater.analysis.sessions import ListedSession
from rater.analysis.taking import Points, Taking
from rater.exports.formats import Format
from rater.exports.rated import CountedRating, StreamedRatings
from rater.scales.schema import Item, Scale
from rater.terms import AnalysisRule, WaveKind


class Rights(StrEnum):
    """`DEIDENTIFIED` gives codes and offsets; `FULL` adds dates and free text."""

    DEIDENTIFIED = "deidentified"
    FULL = "full"


@dataclass(frozen=True)
class Asked:
    """What somebody wants of a bundle; raters' notes are free text, which de-identified bundles hold if asked for."""

    rights: Rights = Rights.DEIDENTIFIED
    formats: tuple[Format, ...] = (Format.CSV,)
    notes: bool = False


DEIDENTIFIED = Asked()


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
class WrittenNote:
    """A note of a rater of a submitted rating, at a second of the recording."""

    wave: str
    session_id: str
    rater_id: str
    rating_id: str
    second: float
    text: str


@dataclass(frozen=True)
class AgreedPoint:
    """What the raters of a session agreed an item is when they met, beside their own points."""

    wave: str
    session_id: str
    item: str
    value: float | None
    missing_code: str | None
    rationale: str


@dataclass(frozen=True)
class CriterionRow:
    """What experts agree an item of a session is."""

    session_id: str
    item: str
    value: float | None
    missing_code: str | None
    rationale: str


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
class KeptDraw:
    """The record of one draw of the allocation: `inputs` suffice for `algorithm` to draw `plan` again."""

    number: int
    wave: str
    algorithm: str
    digest: str
    inputs: Mapping[str, Any]
    plan: Sequence[Sequence[str | None]]
    why: str
    drawn_at: datetime


@dataclass(frozen=True)
class StudyData:
    """Everything that a bundle holds, in the order in which it is written.

    `reliability` (by wave) and `analysis` are what was computed when the data were read; `patients` are covariates.
    `old_versions` names by wave and scale the version that ratings used where it is not the one of `scales`.
    """

    study: str
    title: str
    synthetic: bool
    scales: tuple[Scale, ...]
    sessions: tuple[ListedSession, ...]
    ratings: Collection[CountedRating] = ()
    old_versions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    tasks: tuple[AssignedTask, ...] = ()
    reports: tuple[ReportedTask, ...] = ()
    added_tasks: tuple[AddedTask, ...] = ()
    listened: tuple[ListenedRating, ...] = ()
    difficulties: tuple[HeardDifficulty, ...] = ()
    allocation: tuple[Assigned, ...] = ()
    draws: tuple[KeptDraw, ...] = ()
    notes: tuple[WrittenNote, ...] = ()
    consensus: tuple[AgreedPoint, ...] = ()
    criterion: tuple[CriterionRow, ...] = ()
    analysis_rule: AnalysisRule = AnalysisRule.MEAN
    outcomes: Mapping[str, Points] = field(default_factory=dict)
    assignments: Mapping[str, int] = field(default_factory=dict)
    reliability: Mapping[str, Any] = field(default_factory=dict)
    analysis: Mapping[str, Any] = field(default_factory=dict)
    patients: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    consent_version: str = ""
    keep_until: date | None = None

    @property
    def taking(self) -> Taking:
        """Which points `analysis.csv` takes."""
        agreed: dict[str, dict[str, float | None]] = {}
        for each in self.consensus:
            if each.wave == WaveKind.MAIN:
                agreed.setdefault(each.session_id, {})[each.item] = each.value
        return Taking(self.analysis_rule, agreed)

    @property
    def observer_scales(self) -> list[Scale]:
        """The scales that raters use."""
        return [scale for scale in self.scales if scale.observer]

    @property
    def rated_items(self) -> list[tuple[Scale, Item]]:
        """The items that raters give points to, each with its scale."""
        return [(scale, item) for scale in self.observer_scales for item in scale.items if item.scorable]

    @property
    def main_ratings(self) -> Iterator[CountedRating]:
        """The ratings of the main wave, by session, role and rater."""
        return (each for each in self.ratings if each.wave == WaveKind.MAIN)

    @property
    def analysed_ratings(self) -> Iterator[CountedRating]:
        """Those of them whose session is not left out of analysis."""
        out = {each.session_id for each in self.sessions if each.left_out}
        return (each for each in self.main_ratings if each.session_id not in out)

    @property
    def first_submission(self) -> datetime | None:
        """When the study's first rating was submitted."""
        if isinstance(self.ratings, StreamedRatings):
            return self.ratings.first_submission
        return min((each.submitted_at for each in self.ratings if each.submitted_at), default=None)
