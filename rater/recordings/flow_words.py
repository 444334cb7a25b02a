"""What the boxes of the flow and those set aside are called; filled and translated at the edge."""

from __future__ import annotations

from rater.recordings.flow import Aside, Step
from rater.terms import Reason

TITLE = Reason("From sessions registered to sessions analysed")
DESCRIPTION = Reason("A flow diagram: {registered} sessions registered, {held} held, {analysed} analysed")
SESSIONS = Reason("{sessions} sessions of {patients} patients")
PATIENTS = Reason("{count} patients")
ONE_PATIENT = Reason("1 patient")
DOUBLE_CODED = Reason("double-coded, of those rated")
STEPS = {
    Step.REGISTERED: Reason("Sessions registered"),
    Step.HELD: Reason("Held, for the main wave"),
    Step.RECORDED: Reason("With a recording"),
    Step.ELIGIBLE: Reason("Eligible"),
    Step.ALLOCATED: Reason("Allocated"),
    Step.RATED: Reason("Rated by the main rater"),
    Step.ANALYSED: Reason("Analysed"),
    Step.DOUBLE: Reason("of these, double-coded: {count}"),
}
ASIDE = {
    "session_0": Reason("Session 0, never rated"),
    "use_training": Reason("For training"),
    "use_calibration": Reason("For calibration"),
    "without_recording": Reason("Without a recording"),
    "excluded_analysis": Reason("Left out of analysis"),
    "excluded_main": Reason("Left out of the main wave"),
    "excluded_everything": Reason("Left out of everything"),
    "not_allocated": Reason("Not yet allocated"),
    "rating_open": Reason("Not yet begun"),
    "rating_started": Reason("Begun"),
    "rating_set_aside": Reason("Cannot be rated"),
}


def aside_words(aside: Aside) -> Reason:
    """Why these sessions are aside, without their count and the study's own word."""
    return ASIDE.get(aside.why, Reason("Other"))
