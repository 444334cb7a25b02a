"""How far a piece of background work has come."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from rater.errors import NotFound
from rater.storage.database import reading
from rater.storage.models import Job
from rater.storage.queries import jobs
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import JobState
from rater.web.access import Access, actor, declares, now

pages = Blueprint("jobs", __name__)
NEEDS = {
    "reliability": Action.SEE_RELIABILITY,
    "analysis": Action.SEE_ANALYSIS,
    "export": Action.EXPORT,
    jobs.FREEZE: Action.EXPORT,
    jobs.EXAMPLE: Action.LEAD_TRAINING,
    jobs.DRIFT: Action.SEE_DRIFT,
}


@pages.get("/jobs/<public_id>")
@declares(Access.SIGNED_IN)
def page(public_id: str) -> ResponseReturnValue:
    """One job; the page looks again by itself until the job has ended."""
    with reading() as session:
        job = jobs.by_public_id(session, public_id)
        if job is None or job.kind not in NEEDS:
            raise NotFound
        permit(session, actor(), job.study, NEEDS[job.kind], now=now())
        return render_template(
            "jobs/job.html",
            job={
                "kind": job.kind,
                "state": JobState(job.state),
                "fault": job.fault,
                "holds": job.asked if job.kind == "export" else None,
                "progress": job.result if job.state == JobState.RUNNING else None,
                "asked_at": job.asked_at,
                "study": job.study,
                "result_url": _result_url(job),
                "files": (job.result or {}).get("files", []) if job.state == JobState.DONE else [],
            },
        )


def _result_url(job: Job) -> str | None:
    if job.state in (JobState.WAITING, JobState.RUNNING):
        return None
    if job.kind == jobs.EXAMPLE:
        return url_for("training.examples", slug=job.study.slug)
    if job.kind == "analysis":
        return url_for("analysis.page", slug=job.study.slug)
    if job.kind == jobs.DRIFT:
        return url_for("training.drift", slug=job.study.slug)
    if job.kind in ("export", jobs.FREEZE):
        if job.kind == "export" and job.state == JobState.DONE and not job.asked.get("folder"):
            return url_for("exports.fetch", public_id=job.public_id)
        return url_for("studies.page", slug=job.study.slug) + "#exports"
    return url_for("reliability.page" if job.kind == "reliability" else "studies.page", slug=job.study.slug)
