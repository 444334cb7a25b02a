"""The pages within a study, for those who may open them: one line here is a link on each of them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from rater.storage.models import Study
from rater.studies.operations import may_do
from rater.studies.permissions import Action
from rater.web.access import actor, now


@dataclass(frozen=True)
class Section:
    """A page within a study, the endpoint behind it, and what one must be allowed to do to open it."""

    label: LazyString
    endpoint: str
    action: Action


SECTIONS = (
    Section(lazy_gettext("Overview"), "studies.page", Action.SEE_PROGRESS),
    Section(lazy_gettext("Board"), "studies.board", Action.SEE_PROGRESS),
    Section(lazy_gettext("Homework"), "homework.log", Action.ENTER_HOMEWORK),
    Section(lazy_gettext("Import"), "imports.start", Action.IMPORT),
    Section(lazy_gettext("Recordings"), "recordings.in_study", Action.MASK),
    Section(lazy_gettext("Exclusions"), "exclusions.page", Action.EXCLUDE),
    Section(lazy_gettext("Allocation"), "allocation.page", Action.ALLOCATE),
    Section(lazy_gettext("Messages"), "studies.messages", Action.SEND_MESSAGES),
    Section(lazy_gettext("Manual"), "ratings.manual_page", Action.READ_MANUAL),
    Section(lazy_gettext("Settings"), "studies.settings", Action.SET_STUDY),
)


@dataclass(frozen=True)
class Link:
    """A link to a section; `current` where it leads to the page that shows it."""

    label: str
    url: str
    current: bool


def links_in(session: Session, study: Study) -> list[Link]:
    """The sections of a study that the person in this request may open, in their order."""
    return [
        Link(
            str(each.label),
            url_for(each.endpoint, slug=study.slug),
            request.path == url_for(each.endpoint, slug=study.slug),
        )
        for each in SECTIONS
        if may_do(session, actor(), study, each.action, now=now())
    ]
