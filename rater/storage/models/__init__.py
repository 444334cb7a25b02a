"""The tables, one file a noun; importing this package registers them all."""

from rater.storage.models.audit import AuditEvent
from rater.storage.models.homework import Difficulty, HomeworkReport, HomeworkTask
from rater.storage.models.jobs import Job
from rater.storage.models.people import Invitation, Person, SignIn
from rater.storage.models.ratings import Assignment, Note, Point, Rating, Revision, Wave
from rater.storage.models.recordings import Exclusion, OutcomeValue, Patient, Recording, Therapist, TherapySession
from rater.storage.models.studies import Membership, Rater, ScaleVersion, Study

__all__ = [
    "Assignment",
    "AuditEvent",
    "Difficulty",
    "Exclusion",
    "HomeworkReport",
    "HomeworkTask",
    "Invitation",
    "Job",
    "Membership",
    "Note",
    "OutcomeValue",
    "Patient",
    "Person",
    "Point",
    "Rater",
    "Rating",
    "Recording",
    "Revision",
    "ScaleVersion",
    "SignIn",
    "Study",
    "Therapist",
    "TherapySession",
    "Wave",
]
