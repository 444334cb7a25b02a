"""The start page and the study page."""

from __future__ import annotations

from collections.abc import Set
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.config import Settings
from rater.exports.operations import export_history
from rater.exports.operations.freezing import freezes_of
from rater.notices.operations.facts import notices_for
from rater.ratings.operations.concerns import concerns_told_to
from rater.ratings.operations.locking import waves_of
from rater.ratings.operations.setting_aside import obstacles_of
from rater.reliability.operations import kept_reliability
from rater.storage.database import reading
from rater.storage.models import Job, Person, Study
from rater.storage.queries.progress import progress
from rater.storage.queries.studies import studies_of
from rater.studies.operations import may_do, study_for
from rater.studies.permissions import Action
from rater.terms import JobState, Role, StudyKind, WaveKind
from rater.web import words
from rater.web.access import Access, actor, declares, now, person
from rater.web.studies.sections import links_in

pages = Blueprint("studies", __name__)


@pages.get("/")
@declares(Access.SIGNED_IN)
def home() -> ResponseReturnValue:
    """The studies in which the person has a part, and where to go in each."""
    who = person()
    with reading() as session:
        studies = studies_of(session, actor().person_id or 0, now=now())
        concerns = concerns_told_to(session, actor(), now=now())
        waiting = notices_for(session, session.get_one(Person, actor().person_id), now=now(), zone=_zone())
        return render_template(
            "home.html",
            concerns=[each for each in concerns if each.seen_at is None],
            concerns_seen=sum(each.seen_at is not None for each in concerns),
            waiting={part.slug: part.lines for part in waiting},
            studies=[_entry(study, roles) for study, roles in studies.items()],
            administrator=words.ADMINISTRATOR_EXPLANATION if who and who.is_administrator else None,
        )


def _zone() -> ZoneInfo:
    settings: Settings = current_app.extensions["rater_settings"]
    return ZoneInfo(settings.timezone)


SUPERVISED = frozenset({Role.SUPERVISOR, Role.TRAINEE, Role.LEAD})


def _entry(study: Study, roles: Set[Role]) -> dict[str, Any]:
    programme = study.kind == StudyKind.SUPERVISION
    if programme:
        said = [str(words.EXPLANATIONS[role]) for role in sorted(roles) if role in words.EXPLANATIONS]
    else:
        said = [str(words.ELSEWHERE)] if roles & SUPERVISED else []
    return {
        "slug": study.slug,
        "title": study.title,
        "synthetic": study.synthetic,
        "roles": sorted(roles),
        "links": _into_programme(study, roles) if programme else _into_research(study, roles),
        "explanations": said,
    }


def _into_programme(study: Study, roles: Set[Role]) -> list[tuple[str, str]]:
    into = {
        Role.SUPERVISOR: gettext("My trainees"),
        Role.TRAINEE: gettext("My own sessions"),
        Role.LEAD: gettext("The programme"),
    }
    links = [(label, url_for("supervision.home", slug=study.slug)) for role, label in into.items() if role in roles][:1]
    if roles & {Role.COORDINATOR, Role.LEAD}:
        links.append((gettext("Trainees"), url_for("supervision.arrange", slug=study.slug)))
    if Role.COORDINATOR in roles:
        links += [
            (gettext("Import"), url_for("imports.start", slug=study.slug)),
            (gettext("Recordings"), url_for("recordings.in_study", slug=study.slug)),
            (gettext("Consents"), url_for("supervision.consents", slug=study.slug)),
            (gettext("Exclusions"), url_for("exclusions.page", slug=study.slug)),
        ]
    return links


def _into_research(study: Study, roles: Set[Role]) -> list[tuple[str, str]]:
    links = []
    if Role.RATER in roles:
        links.append((gettext("My sessions"), url_for("ratings.queue", slug=study.slug)))
    if roles & {Role.COORDINATOR, Role.RESEARCHER}:
        links.append((gettext("Study page"), url_for("studies.page", slug=study.slug)))
    if Role.TRAINER in roles:
        links.append((gettext("Training"), url_for("training.overview", slug=study.slug)))
    return links


@pages.get("/studies/<slug>")
@declares(Access.SIGNED_IN)
def page(slug: str) -> ResponseReturnValue:
    """Progress for coordinators and researchers; reliability and exports for researchers."""
    with reading() as session:
        study = study_for(session, actor(), slug, Action.SEE_PROGRESS, now=now())
        sees_reliability = may_do(session, actor(), study, Action.SEE_RELIABILITY, now=now())
        exports = may_do(session, actor(), study, Action.EXPORT, now=now())
        counts = progress(session, study.id, WaveKind.MAIN)
        answers = may_do(session, actor(), study, Action.ANSWER_OBSTACLES, now=now())
        kept = kept_reliability(session, study, WaveKind.MAIN) if sees_reliability else None
        return render_template(
            "studies/study.html",
            study=study,
            progress=counts,
            raters=counts.raters,
            waves=waves_of(session, study),
            may_lock=may_do(session, actor(), study, Action.LOCK_WAVE, now=now()),
            may_answer=answers,
            waiting=sum(each.answer is None for each in obstacles_of(session, study)) if answers else 0,
            sections=links_in(session, study),
            may_see_reliability=sees_reliability,
            may_export=exports,
            reliability=kept,
            compute_url=url_for("reliability.compute", slug=slug),
            exports=[_export(job) for job in export_history(session, study)] if exports else [],
            export_url=url_for("exports.ask", slug=slug),
            freezes=freezes_of(session, study) if exports else [],
            freeze_url=url_for("exports.freeze", slug=slug),
        )


def _export(job: Job) -> dict[str, Any]:
    fetched = job.state == JobState.DONE and not job.asked.get("folder")
    return {
        "url": url_for("exports.fetch", public_id=job.public_id) if fetched else None,
        "about_url": url_for("jobs.page", public_id=job.public_id),
        "asked": job.asked,
        "asked_at": job.asked_at,
        "state": JobState(job.state),
        "files": len((job.result or {}).get("files", [])),
        "sha256": (job.result or {}).get("sha256"),
    }


@pages.get("/style")
@declares(Access.SIGNED_IN)
def style() -> ResponseReturnValue:
    """Every component in every state."""
    return render_template("style.html")
