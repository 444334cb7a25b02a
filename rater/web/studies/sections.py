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
from rater.terms import StudyKind
from rater.web.access import actor, now

RESEARCH, PROGRAMME = (frozenset({kind}) for kind in (StudyKind.RESEARCH, StudyKind.SUPERVISION))
ALL = RESEARCH | PROGRAMME


@dataclass(frozen=True)
class Section:
    """A page within a study, the endpoint behind it, what one must be allowed to do to open it, and in which kinds."""

    label: LazyString
    endpoint: str
    action: Action
    kinds: frozenset[StudyKind] = RESEARCH


SECTIONS = (
    Section(lazy_gettext("Supervision"), "supervision.home", Action.SEE_SUPERVISION, PROGRAMME),
    Section(lazy_gettext("Trainees"), "supervision.arrange", Action.ARRANGE_SUPERVISION, PROGRAMME),
    Section(lazy_gettext("Hand in"), "supervision.upload", Action.HAND_IN, PROGRAMME),
    Section(lazy_gettext("Overview"), "studies.page", Action.SEE_PROGRESS),
    Section(lazy_gettext("Board"), "studies.board", Action.SEE_PROGRESS),
    Section(lazy_gettext("Homework"), "homework.log", Action.ENTER_HOMEWORK, ALL),
    Section(lazy_gettext("Import"), "imports.start", Action.IMPORT, ALL),
    Section(lazy_gettext("Recordings"), "recordings.in_study", Action.MASK, ALL),
    Section(lazy_gettext("Consents"), "supervision.consents", Action.NOTE_CONSENT, ALL),
    Section(lazy_gettext("Exclusions"), "exclusions.page", Action.EXCLUDE, ALL),
    Section(lazy_gettext("Allocation"), "allocation.page", Action.ALLOCATE),
    Section(lazy_gettext("Training"), "training.overview", Action.LEAD_TRAINING),
    Section(lazy_gettext("Reliability"), "reliability.page", Action.SEE_RELIABILITY),
    Section(lazy_gettext("Analysis"), "analysis.page", Action.SEE_ANALYSIS),
    Section(lazy_gettext("Messages"), "studies.messages", Action.SEND_MESSAGES),
    Section(lazy_gettext("Manual"), "ratings.manual_page", Action.READ_MANUAL),
    Section(lazy_gettext("Settings"), "studies.settings", Action.SET_STUDY, ALL),
)


WITHIN = {
    "supervision.review": "supervision.home",
    "supervision.comment": "supervision.home",
    "supervision.change_comment": "supervision.home",
    "supervision.answer": "supervision.home",
    "supervision.change_review": "supervision.home",
    "supervision.hand_in_session": "supervision.upload",
    "supervision.place": "supervision.arrange",
    "supervision.appoint": "supervision.arrange",
    "homework.entry": "homework.log",
    "homework.ledger": "homework.log",
    "recordings.masks": "recordings.in_study",
    "recordings.mask": "recordings.in_study",
    "training.make": "training.overview",
    "training.examples": "training.overview",
    "training.drift": "training.overview",
    "training.trained": "training.overview",
    "training.criterion_list": "training.overview",
    "training.criterion": "training.overview",
    "training.keep_criterion": "training.overview",
    "training.wave": "training.overview",
    "training.meeting": "training.overview",
    "training.discussion": "training.overview",
    "training.keep_consensus": "training.overview",
    "training.propose_wording": "training.overview",
    "training.proposals": "training.overview",
    "training.wording": "training.overview",
    "training.take": "training.overview",
    "training.override": "training.overview",
    "training.steps": "training.overview",
    "training.add": "training.overview",
    "training.change": "training.overview",
    "training.give": "training.overview",
    "training.gate": "training.overview",
}
"""Pages that belong to a section without being the one that it opens with."""


@dataclass(frozen=True)
class Link:
    """A link to a section; `current` is "page" where it leads to the page that shows it, "true" from within it."""

    label: str
    url: str
    current: str


def links_in(session: Session, study: Study) -> list[Link]:
    """The sections of a study that the person in this request may open, in their order."""
    return [
        Link(
            str(each.label),
            url_for(each.endpoint, slug=study.slug),
            _current(each, url_for(each.endpoint, slug=study.slug)),
        )
        for each in SECTIONS
        if study.kind in each.kinds and may_do(session, actor(), study, each.action, now=now())
    ]


def _current(section: Section, url: str) -> str:
    if request.path == url:
        return "page"
    return "true" if WITHIN.get(request.endpoint or "") == section.endpoint else ""
