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
from rater.terms import JobState, Role, WaveKind
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


def _entry(study: Study, roles: Set[Role]) -> dict[str, Any]:
    links = []
    if Role.RATER in roles:
        links.append((gettext("My sessions"), url_for("ratings.queue", slug=study.slug)))
    if roles & {Role.COORDINATOR, Role.RESEARCHER}:
        links.append((gettext("Study page"), url_for("studies.page", slug=study.slug)))
    return {
        "slug": study.slug,
        "title": study.title,
        "synthetic": study.synthetic,
        "roles": sorted(roles),
        "links": links,
        "explanations": [str(words.EXPLANATIONS[role]) for role in sorted(roles) if role in words.EXPLANATIONS],
    }


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
            reliability=kept and {**kept, "job_url": _job_url(kept["job"])},
            compute_url=url_for("reliability.compute", slug=slug),
            exports=[_export(job) for job in export_history(session, study)] if exports else [],
            export_url=url_for("exports.ask", slug=slug),
        )


def _job_url(job: Job | None) -> str | None:
    return url_for("jobs.page", public_id=job.public_id) if job else None


def _export(job: Job) -> dict[str, Any]:
    done = job.state == JobState.DONE
    return {
        "url": url_for("exports.fetch", public_id=job.public_id) if done else _job_url(job),
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
