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
NEEDS = {"reliability": Action.SEE_RELIABILITY, "export": Action.EXPORT}


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
                "asked_at": job.asked_at,
                "study": job.study,
                "result_url": _result_url(job),
            },
        )


def _result_url(job: Job) -> str | None:
    if job.state in (JobState.WAITING, JobState.RUNNING):
        return None
    if job.kind == "export" and job.state == JobState.DONE:
        return url_for("exports.fetch", public_id=job.public_id)
    return url_for("studies.page", slug=job.study.slug) + "#reliability"
