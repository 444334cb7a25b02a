"""Why an allocation is refused or its inputs make no sense, named here so that the catalogue has each sentence."""

from __future__ import annotations

from flask_babel import lazy_gettext

SENTENCES = (
    lazy_gettext("{required} sessions are to be double-coded, but there are only {sessions}"),
    lazy_gettext("Kept rows give raters sessions that they are barred from; the first is {rater} on {id}"),
    lazy_gettext("Kept rows already exceed the caps of {raters}"),
    lazy_gettext("Kept rows already have {kept} double-coded sessions, but {required} are asked for"),
    lazy_gettext("{missing} more sessions must be double-coded, but kept rows leave only {free} to draw"),
    lazy_gettext("No eligible rater for {count} of the sessions; the first is {id}"),
    lazy_gettext("{missing} sessions must be double-coded, but only {pairable} have two eligible raters"),
    lazy_gettext("The caps are too small: {missing} of the ratings find no rater"),
    lazy_gettext("The study has no {on} {value}"),
    lazy_gettext("Check the bar on {rater}"),
    lazy_gettext("{code!r} cannot be a rater's code"),
    lazy_gettext("Use letters, digits and _"),
    lazy_gettext("{id} has been rated by {rater}, but has no main rater"),
    lazy_gettext("Import an allocation that names its main rater"),
)
"""The engine knows no language; `web/errors.py` looks its sentences up."""
