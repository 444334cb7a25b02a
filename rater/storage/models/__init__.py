"""The tables, one file a noun; importing this package registers them all."""

from rater.storage.models.allocation import Draw
from rater.storage.models.audit import AuditEvent
from rater.storage.models.homework import (
    Difficulty,
    HomeworkAuthor,
    HomeworkEntry,
    HomeworkReport,
    HomeworkTask,
    LogType,
    OtherTask,
)
from rater.storage.models.imports import SessionImport, Upload
from rater.storage.models.jobs import Job
from rater.storage.models.masking import MaskedSpan, SilencedVersion
from rater.storage.models.notices import Mail
from rater.storage.models.people import Invitation, Person, SignIn
from rater.storage.models.ratings import (
    Assignment,
    Concern,
    Listening,
    Note,
    Obstacle,
    Point,
    Rating,
    Revision,
    Wave,
    WorkStretch,
)
from rater.storage.models.recordings import Exclusion, OutcomeValue, Patient, Recording, Therapist, TherapySession
from rater.storage.models.studies import (
    Decision,
    Manual,
    Membership,
    Message,
    MessageReading,
    Rater,
    ScaleVersion,
    Study,
)

__all__ = [
    "Assignment",
    "AuditEvent",
    "Concern",
    "Decision",
    "Difficulty",
    "Draw",
    "Exclusion",
    "HomeworkAuthor",
    "HomeworkEntry",
    "HomeworkReport",
    "HomeworkTask",
    "Invitation",
    "Job",
    "Listening",
    "LogType",
    "Mail",
    "Manual",
    "MaskedSpan",
    "Membership",
    "Message",
    "MessageReading",
    "Note",
    "Obstacle",
    "OtherTask",
    "OutcomeValue",
    "Patient",
    "Person",
    "Point",
    "Rater",
    "Rating",
    "Recording",
    "Revision",
    "ScaleVersion",
    "SessionImport",
    "SignIn",
    "SilencedVersion",
    "Study",
    "Therapist",
    "TherapySession",
    "Upload",
    "Wave",
    "WorkStretch",
]
