"""Which datasets of a study were made, by whom, with what in them, and the SHA-256 of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.exports.bundle import WrittenBundle
from rater.exports.contents import Asked
from rater.exports.operations import told
from rater.storage.models import Freeze, Job, Person, Study
from rater.storage.queries import jobs
from rater.terms import Actor, JobState

MOST = 10_000


@dataclass(frozen=True)
class MadeExport:
    """A dataset that was made; `by` is None for the command line, `sha256` is that of the ZIP, None for a folder."""

    made_at: datetime | None
    by: str | None
    asked: Mapping[str, Any]
    sha256: str | None
    files: tuple[Mapping[str, Any], ...]


def keep_export(
    session: Session,
    actor: Actor,
    study: Study,
    asked: Asked,
    written: WrittenBundle,
    kept: Freeze | None = None,
    *,
    now: datetime,
) -> None:
    """Enter a dataset that was written to a folder into the study's history."""
    wanted = told(asked) | ({"freeze": kept.name} if kept else {}) | {"folder": True}
    job = jobs.add(session, actor, study.id, "export", now=now, **wanted)
    jobs.finish(session, job.id, written.as_dict(), None, now=now)


def made_exports(session: Session, study: Study) -> list[MadeExport]:
    """The study's finished datasets, the newest first."""
    done = [each for each in jobs.history(session, study.id, "export", most=MOST) if each.state == JobState.DONE]
    return [_made(session, each) for each in done]


def _made(session: Session, job: Job) -> MadeExport:
    by = session.get(Person, job.asked_by_id) if job.asked_by_id else None
    result = job.result or {}
    asked = {key: value for key, value in job.asked.items() if key != "folder"}
    return MadeExport(job.ended_at, by.name if by else None, asked, result.get("sha256"), tuple(result["files"]))
