"""The vocabulary that several layers share."""

from __future__ import annotations

import re
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
    LEAD = "lead"


class StudyKind(StrEnum):
    """Whether a study is research, or a supervision programme."""

    RESEARCH = "research"
    SUPERVISION = "supervision"


class ConsentScope(StrEnum):
    """What a patient may have agreed that a recording serves."""

    RESEARCH = "research"
    SUPERVISION = "supervision"
    TEACHING = "teaching"


class RatedBy(StrEnum):
    """Whose ratings of a trainee's sessions a programme keeps."""

    SUPERVISOR = "supervisor"
    SELF = "self"
    BOTH = "both"


class Audience(StrEnum):
    """Who reads a comment once it is released: the supervisor alone, the trainee too, or the programme's lead too."""

    SUPERVISOR = "supervisor"
    BOTH = "both"
    LEAD = "lead"


class ReviewState(StrEnum):
    """Where a review, or one comment, stands."""

    DRAFT = "draft"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class CommentKind(StrEnum):
    """A comment, an answer to one, or what the trainee will try because of it."""

    COMMENT = "comment"
    REPLY = "reply"
    WILL_TRY = "will_try"


class MeetingState(StrEnum):
    """Whether a supervision meeting is to come or was held."""

    PLANNED = "planned"
    HELD = "held"


class MeetingPart(StrEnum):
    """The points of a supervision meeting in their usual order (Prasko et al. 2022)."""

    SCALES = "scales"
    HOMEWORK = "homework"
    EVENTS = "events"
    AGENDA = "agenda"
    PROBLEM = "problem"
    NEW_HOMEWORK = "new_homework"
    SUMMARY = "summary"
    EVALUATION = "evaluation"


class SupervisionTaskType(StrEnum):
    """What supervision homework is about."""

    SELF_OBSERVATION = "self_observation"
    MONITORING = "monitoring"
    TRYING = "trying"
    READING = "reading"
    CASE_FORMULATION = "case_formulation"
    SELF_REFLECTION = "self_reflection"


class SupervisionTaskState(StrEnum):
    """Where supervision homework stands."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DONE = "done"
    REVIEWED = "reviewed"
    DROPPED = "dropped"


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


_NUMBERED = re.compile(r"(training|calibration)-[1-9][0-9]?")


def kind_of_wave(name: str) -> WaveKind | None:
    """The kind of a wave by its name: the kind itself, or `training-2`, `calibration-3`; None for any other name."""
    if found := _NUMBERED.fullmatch(name):
        return WaveKind(found.group(1))
    return WaveKind(name) if name in set(WaveKind) else None


WAVE_NAMES = ", ".join((*WaveKind, f"{WaveKind.TRAINING}-2", f"{WaveKind.CALIBRATION}-2"))
"""The names that waves bear, as refusals list them; training and calibration may be numbered."""


class Position(StrEnum):
    """Where a rater stands in a session's double coding; `ALL` where every rater rates it."""

    MAIN = "main"
    SECOND = "second"
    ALL = "all"


class GateStatistic(StrEnum):
    """What the reliability gate looks at.

    `ICC_GROUP`: ICC(2,k) of all raters; `ICC_CRITERION`: a rater's ICC(2,1) with the criterion; `WITHIN_ONE` and
    `EXACT`: the share of a rater's points at most one apart from the criterion's, and equal to them.
    """

    ICC_GROUP = "icc_group"
    ICC_CRITERION = "icc_criterion"
    WITHIN_ONE = "within_one"
    EXACT = "exact"


class GateUnit(StrEnum):
    """What the gate's figure is of: the score itself, or the mean or median over its items."""

    SCORE = "score"
    ITEM_MEAN = "item_mean"
    ITEM_MEDIAN = "item_median"


class StepKind(StrEnum):
    """What a step of a training pathway asks of a rater."""

    MANUAL = "manual"
    EXAMPLE = "example"
    TRIAL = "trial"
    DISCUSSION = "discussion"
    CALIBRATION = "calibration"


class CertificationGround(StrEnum):
    """On what a decision about a rater rests: the gate, a person's reason against it, or drift."""

    GATE = "gate"
    OVERRIDE = "override"
    DRIFT = "drift"


class DriftAnswer(StrEnum):
    """What was done about a drift alert: somebody has taken note of it, or the rater goes back to training."""

    SEEN = "seen"
    BACK_TO_TRAINING = "back_to_training"


class AnalysisRule(StrEnum):
    """Which value the analysis file takes for an item of a double-coded session."""

    MEAN = "mean"
    CONSENSUS = "consensus"
    MAIN = "main"


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


class NoHomeworkReason(StrEnum):
    """Why a session assigned no homework, where there was a reason; without one it was forgotten."""

    LAST_SESSION = "last_session"
    CRISIS = "crisis"
    OTHER = "other"


class LogCondition(StrEnum):
    """What the homework log must leave open before a missing code is offered."""

    NOTHING_DUE = "nothing_due"
    NO_NEW_HOMEWORK = "no_new_homework"


class LogList(StrEnum):
    """The lists of the homework log that each study may make its own."""

    HOMEWORK = "homework"
    DIFFICULTIES = "difficulties"


class ScaleKind(StrEnum):
    """`OUTCOME` scales are never shown to raters and never enter reliability.

    `REFLECTION` scales are forms that a trainee fills in about himself or herself; they rate no session.
    """

    OBSERVER = "observer"
    OUTCOME = "outcome"
    REFLECTION = "reflection"


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
DEFAULT_DOUBLE_RATE = 0.4
"""The share of sessions that the source study had rated twice."""


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
    """Why something is so: an English sentence with named gaps, filled and translated at the edge.

    A gap may hold another reason. `plural` is the sentence where the gap `count` is not 1 (see `OneOrMany`).
    """

    template: str
    params: dict[str, Any] = field(default_factory=dict)
    plural: str = ""

    def __str__(self) -> str:
        return (self.template if self.is_singular else self.plural).format(**self.params)

    @property
    def is_singular(self) -> bool:
        """Whether `template` is said: always, unless there is a `plural` and the gap `count` is not 1."""
        return not self.plural or self.params["count"] == 1


@dataclass(frozen=True)
class OneOrMany:
    """A sentence for one thing and the same for several, whose number is the gap `count`."""

    template: str
    plural: str

    def of(self, count: int, **params: Any) -> Reason:
        """The sentence about so many."""
        return Reason(self.template, {**params, "count": count}, self.plural)


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
