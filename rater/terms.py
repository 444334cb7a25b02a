"""The vocabulary that several layers share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person does in one study."""

    RATER = "rater"
    COORDINATOR = "coordinator"
    RESEARCHER = "researcher"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    TRAINEE = "trainee"


CODE_LETTERS = "CDFGHJKMNPQRTVWX"
"""What the code that raters know a session by begins with; no vowels, so that it spells no word."""

CODE_SIGNS = CODE_LETTERS + "234679"
"""What such a code goes on with; no two signs look alike."""


class WaveKind(StrEnum):
    """A batch of rating work."""

    TRAINING = "training"
    CALIBRATION = "calibration"
    MAIN = "main"
    RECALIBRATION = "recalibration"


class Position(StrEnum):
    """Where a rater stands in a session's double coding; `ALL` where every rater rates it."""

    MAIN = "main"
    SECOND = "second"
    ALL = "all"


class SessionUse(StrEnum):
    """What a therapy session serves; only main sessions count as held."""

    MAIN = "main"
    TRAINING = "training"
    CALIBRATION = "calibration"


class Completed(StrEnum):
    """How far a homework task was reported as done; `UNKNOWN`: it could not be told."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


class HomeworkStatus(StrEnum):
    """What the homework log knows of a session: tasks, that there were none, that nobody can tell, or nothing yet."""

    ASSIGNED = "assigned"
    NONE = "none"
    UNKNOWN = "unknown"
    NOT_ENTERED = "not_entered"


class LogList(StrEnum):
    """The lists of the homework log that each study may make its own."""

    HOMEWORK = "homework"
    DIFFICULTIES = "difficulties"


class ScaleKind(StrEnum):
    """`OUTCOME` scales are never shown to raters and never enter reliability."""

    OBSERVER = "observer"
    OUTCOME = "outcome"


class MissingKind(StrEnum):
    """The three kinds of missing point."""

    NOT_APPLICABLE = "not_applicable"
    NOT_RATABLE = "not_ratable"
    NOT_RATED = "not_rated"


class RateAtEnd(StrEnum):
    """Whether a study has its raters listen before they rate."""

    OFF = "off"
    ADVISE = "advise"
    REQUIRE = "require"


DEFAULT_HEARD_SHARE = 0.9


class ObstacleReason(StrEnum):
    """Why a rater cannot rate a session."""

    UNUSABLE_AUDIO = "unusable_audio"
    DEVIATES_FROM_MANUAL = "deviates_from_manual"
    KNOWS_PERSON = "knows_person"
    OTHER = "other"


class ObstacleAnswer(StrEnum):
    """What became of a session set aside: the coordinator gives it back or withdraws it, or the rater takes it back."""

    GIVEN_BACK = "given_back"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"


class MaskReason(StrEnum):
    """Why some seconds of a recording are silenced."""

    OUTCOME_READ_ALOUD = "outcome_read_aloud"
    NAME_SPOKEN = "name_spoken"
    OTHER = "other"


class JobState(StrEnum):
    """Where a piece of background work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ImportState(StrEnum):
    """Where an import of sessions stands: being prepared, handed to the worker, done, or given up."""

    DRAFT = "draft"
    ASKED = "asked"
    DONE = "done"
    CANCELLED = "cancelled"


class ExclusionScope(StrEnum):
    """What a session is left out of; each takes in those before it.

    `ANALYSIS`: rated, but not analysed; `MAIN`: not in the main wave, may serve training and calibration;
    `EVERYTHING`: in no wave at all.
    """

    ANALYSIS = "analysis"
    MAIN = "main"
    EVERYTHING = "everything"


@dataclass(frozen=True)
class LeftOut:
    """Why a therapy session is left out, and of what."""

    reason: str
    scope: ExclusionScope = ExclusionScope.MAIN

    def bars(self, wave: str) -> bool:
        """Whether the session has no part in the wave."""
        in_main = self.scope is ExclusionScope.MAIN and wave == WaveKind.MAIN
        return self.scope is ExclusionScope.EVERYTHING or in_main


def strongest(found: Iterable[LeftOut]) -> LeftOut | None:
    """The one that leaves out most; of several equal ones the first."""
    return max(found, key=lambda each: list(ExclusionScope).index(each.scope), default=None)


class MailKind(StrEnum):
    """What a mail is about: a person's work, at most daily, or a worry about a patient, at once."""

    DIGEST = "digest"
    CONCERN = "concern"


class MailState(StrEnum):
    """Where a mail stands; `UNSURE`: Rater was cut off while it handed the mail over, and does not send it twice."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    UNSURE = "unsure"
    DROPPED = "dropped"


HOMEWORK_TYPES = ("psychoeducational", "behavioral", "cognitive", "self_monitoring", "relapse_prevention")
DIFFICULTY_TYPES = (
    "negative_events",
    "depressive_symptoms",
    "lack_of_strategies",
    "lack_of_time",
    "too_difficult",
    "other_homework_related",
)


@dataclass(frozen=True)
class Reason:
    """Why something is so: an English sentence with named gaps, filled and translated at the edge."""

    template: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.params)


class RatingState(StrEnum):
    """Where a rater's work on one session stands."""

    OPEN = "open"
    STARTED = "started"
    SUBMITTED = "submitted"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Actor:
    """Who does something: a person who signed in, or the command line (no person)."""

    person_id: int | None
    name: str

    @property
    def is_command_line(self) -> bool:
        """Whether the operating system, not a membership, has let this actor in."""
        return self.person_id is None


COMMAND_LINE = Actor(None, "command line")
