"""What the steps of a pathway are called, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from rater.terms import StepKind, WaveKind


def usual_title(kind: StepKind, about: str) -> str:
    """The title of a step that is given none: its kind, and the scale, example or wave that it is about."""
    if kind is StepKind.MANUAL:
        return str(gettext("Read the manual of %(scale)s", scale=about.upper()))
    if kind is StepKind.EXAMPLE:
        return str(gettext("Listen: %(title)s", title=about))
    name, _, number = about.partition("-")
    which = f" {number}" if number else (" 1" if name == WaveKind.TRAINING else "")
    if kind is StepKind.TRIAL:
        return str(gettext("Trial rating%(which)s", which=which))
    if kind is StepKind.DISCUSSION:
        return str(gettext("Discussion of trial%(which)s", which=which))
    return str(gettext("Calibration%(which)s", which=which))
