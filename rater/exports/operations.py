"""Make a study's dataset, and keep the bundles that were made."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.exports.bundle import WrittenBundle, write_bundle
from rater.exports.contents import (
    AddedTask,
    Assigned,
    AssignedTask,
    CountedRating,
    HeardDifficulty,
    ListedSession,
    ListenedRating,
    ReportedTask,
    Rights,
    StudyData,
)
from rater.reliability.operations import reliability
from rater.storage.audit import data_version, record
from rater.storage.models import Job, Study
from rater.storage.queries import datasets, jobs
from rater.storage.queries.points import rated_sessions, wave_names
from rater.studies.operations import permit, retention_of, scales_of, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, JobState, Position, WaveKind

STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """A dataset as one file."""

    path: Path
    name: str


def study_data(session: Session, study: Study) -> StudyData:
    """All that a bundle holds: registers, the revision that counts of each rating, and each wave's reliability."""
    waves = wave_names(session, study.id)
    ratings = _counted_ratings(session, study, waves)
    rated = {each.wave for each in ratings}
    assignments = datasets.assignment_counts(session, study.id)
    return StudyData(
        study=study.slug,
        title=study.title,
        synthetic=study.synthetic,
        scales=tuple(scale for _, scale in scales_of(study)),
        sessions=tuple(ListedSession(*row) for row in datasets.session_rows(session, study.id)),
        ratings=ratings,
        tasks=tuple(AssignedTask(*row) for row in datasets.task_rows(session, study.id)),
        reports=tuple(ReportedTask(*row) for row in datasets.report_rows(session, study.id)),
        added_tasks=tuple(AddedTask(*row) for row in datasets.other_task_rows(session, study.id)),
        listened=tuple(ListenedRating(*row) for row in datasets.listening_rows(session, study.id)),
        difficulties=tuple(HeardDifficulty(*row) for row in datasets.difficulty_rows(session, study.id)),
        allocation=tuple(Assigned(*row) for row in datasets.assigned_rows(session, study.id, WaveKind.MAIN)),
        outcomes=datasets.outcome_values(session, study.id),
        assignments={wave: assignments[wave] for wave in _in_order(assignments)},
        reliability={wave: reliability(session, study, wave) for wave in _in_order(rated)},
        consent_version=study.consent_version,
        keep_until=retention_of(study).until,
    )


def _in_order(waves: Iterable[str]) -> list[str]:
    """Waves in the order of a study's course, whatever the order in which they were made."""
    known = list(WaveKind)
    return sorted(waves, key=lambda wave: (known.index(WaveKind(wave)) if wave in known else len(known), wave))


def _counted_ratings(session: Session, study: Study, waves: Iterable[str]) -> tuple[CountedRating, ...]:
    places = list(Position)
    found = []
    for wave in _in_order(waves):
        counted = rated_sessions(session, study.id, wave)
        counted.sort(key=lambda each: (each.session_id, places.index(Position(each.position)), each.rater_id))
        found += [
            CountedRating(
                wave,
                each.session_id,
                each.rater_id,
                each.position,
                each.rating_code,
                each.revision,
                each.submitted_at,
                each.points,
                each.missing,
                each.heard_share,
                frozenset(each.unsure),
            )
            for each in counted
        ]
    return tuple(found)


def export_study(
    session: Session, study: Study, folder: Path, *, rights: Rights = Rights.DEIDENTIFIED
) -> WrittenBundle:
    """Write the study's dataset into a folder that is absent, empty or holds an earlier export.

    Raises BadInput, with nothing written, for any other folder.
    """
    return write_bundle(study_data(session, study), folder, rights)


def note_export(session: Session, actor: Actor, study: Study, rights: Rights, *, now: datetime) -> None:
    """Audit that the actor is about to get the study's dataset."""
    record(session, actor, "export.made", f"study:{study.slug}", now=now, study_id=study.id, rights=rights.value)


def export_bundle(
    session: Session, study: Study, folder: Path, *, rights: Rights = Rights.DEIDENTIFIED
) -> dict[str, Any]:
    """Write the study's dataset as `folder`.zip; what the export history shows of it: files, counts, SHA-256."""
    packed = folder.with_suffix(".zip")
    packed.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".export-", dir=packed.parent) as place:
        written = export_study(session, study, Path(place, study.slug), rights=rights)
        whole = Path(place, packed.name)
        _pack(Path(place, study.slug), [each.name for each in written.files], whole)
        with whole.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        whole.replace(packed)
    return {**written.as_dict(), "sha256": sha256}


def _pack(folder: Path, names: Iterable[str], packed: Path) -> None:
    """One ZIP file with the folder inside; equal files give equal bytes."""
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with (folder / name).open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)


def ask_export(session: Session, actor: Actor, slug: str, *, now: datetime) -> Job:
    """Queue a de-identified export of the data as they stand. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.EXPORT, now=now)
    rights = Rights.DEIDENTIFIED.value
    job = jobs.ask(session, actor, study.id, "export", now=now, rights=rights)
    record(session, actor, "export.asked", f"job:{job.public_id}", now=now, study_id=study.id, rights=rights)
    job.data_version = data_version(session, study.id)
    return job


def export_history(session: Session, study: Study) -> list[Job]:
    """The study's exports, newest first."""
    return jobs.history(session, study.id, "export")


def finished_export(session: Session, actor: Actor, public_id: str, exports: Path, *, now: datetime) -> Bundle:
    """The bundle of a finished export; who fetches it is audited. Raises NotFound, NotPermitted."""
    job = jobs.by_public_id(session, public_id)
    if job is None or job.kind != "export" or job.state != JobState.DONE:
        raise NotFound
    permit(session, actor, job.study, Action.EXPORT, now=now)
    path = exports / f"{job.public_id}.zip"
    if not path.exists():
        raise NotFound
    record(session, actor, "export.fetched", f"job:{job.public_id}", now=now, study_id=job.study_id)
    return Bundle(path, f"{job.study.slug}-{job.asked_at:%Y-%m-%d}.zip")
