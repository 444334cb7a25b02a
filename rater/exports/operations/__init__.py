"""Make a study's dataset, and keep the bundles that were made."""

from __future__ import annotations

import hashlib
import shutil
import sys
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.orm import Session

from rater.analysis.operations.register import listed_sessions
from rater.errors import BadInput, NotFound, fault
from rater.exports.bundle import Tell, WrittenBundle, untold, write_bundle
from rater.exports.contents import (
    DEIDENTIFIED,
    AddedTask,
    AgreedPoint,
    Asked,
    Assigned,
    AssignedTask,
    CriterionRow,
    HeardDifficulty,
    KeptDraw,
    ListenedRating,
    ReportedTask,
    Rights,
    StudyData,
    WrittenNote,
)
from rater.exports.formats import Format, formats_named
from rater.exports.rated import CountedRating, StreamedRatings
from rater.reliability.operations import reliability
from rater.storage.audit import data_version, record
from rater.storage.models import Freeze, Job, Study
from rater.storage.queries import datasets, jobs
from rater.storage.queries.freezes import freeze_by_name
from rater.storage.queries.points import counted_at, counting_revisions, wave_names
from rater.storage.queries.versions import old_versions
from rater.studies.operations import permit, retention_of, session_scales_of, study_for
from rater.studies.permissions import Action
from rater.studies.training import training_settings
from rater.terms import Actor, AnalysisRule, JobState, Position, WaveKind, kind_of_wave

STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """A dataset as one file."""

    path: Path
    name: str


def study_data(session: Session, study: Study) -> StudyData:
    """All that a bundle holds: registers, the revision that counts of each rating, reliability and analysis."""
    data = streamed_data(session, study)
    return replace(data, ratings=tuple(data.ratings))


def streamed_data(session: Session, study: Study) -> StudyData:
    """The same, but points are read from the database whenever somebody goes through the ratings.

    It holds as long as the transaction; submitted revisions do not change, so that each going through gives the same.
    """
    from rater.analysis.operations.computing import analysis

    ratings = streamed_ratings(session, study)
    assignments = datasets.assignment_counts(session, study.id)
    return StudyData(
        study=study.slug,
        title=study.title,
        synthetic=study.synthetic,
        scales=tuple(scale for _, scale in session_scales_of(study)),
        sessions=tuple(listed_sessions(session, study)),
        ratings=ratings,
        old_versions=_old_versions(session, study),
        tasks=tuple(AssignedTask(*row) for row in datasets.task_rows(session, study.id)),
        reports=tuple(ReportedTask(*row) for row in datasets.report_rows(session, study.id)),
        added_tasks=tuple(AddedTask(*row) for row in datasets.other_task_rows(session, study.id)),
        listened=tuple(ListenedRating(*row) for row in datasets.listening_rows(session, study.id)),
        difficulties=tuple(HeardDifficulty(*row) for row in datasets.difficulty_rows(session, study.id)),
        allocation=tuple(Assigned(*row) for row in datasets.assigned_rows(session, study.id, WaveKind.MAIN)),
        draws=tuple(
            KeptDraw(number, *row) for number, row in enumerate(datasets.draw_rows(session, study.id), start=1)
        ),
        notes=tuple(WrittenNote(*row) for row in datasets.note_rows(session, study.id)),
        consensus=tuple(AgreedPoint(*row) for row in datasets.consensus_rows(session, study.id)),
        criterion=tuple(CriterionRow(*row) for row in datasets.criterion_rows(session, study.id)),
        analysis_rule=AnalysisRule(training_settings(study.gate_required, study.training).analysis_rule),
        outcomes=datasets.outcome_values(session, study.id),
        assignments={wave: assignments[wave] for wave in _in_order(assignments)},
        reliability={wave: reliability(session, study, wave) for wave in ratings.waves},
        analysis=analysis(session, study),
        patients=datasets.covariates(session, study.id),
        consent_version=study.consent_version,
        keep_until=retention_of(study).until,
    )


def _old_versions(session: Session, study: Study) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for wave, scale, version in old_versions(session, study.id):
        found.setdefault(wave, {})[scale] = version
    return found


def _in_order(waves: Iterable[str]) -> list[str]:
    """Waves in the order of a study's course, whatever the order in which they were made."""
    known = list(WaveKind)
    kinds = {wave: kind_of_wave(wave) for wave in waves}
    return sorted(kinds, key=lambda wave: (known.index(kind) if (kind := kinds[wave]) else len(known), len(wave), wave))


def streamed_ratings(session: Session, study: Study) -> StreamedRatings:
    """The ratings that count, by wave, session, role and rater; see `streamed_data`."""
    places = {position.value: place for place, position in enumerate(Position)}
    keys: dict[str, Sequence[int]] = {}
    first = None
    for wave in _in_order(wave_names(session, study.id)):
        found = []
        for key, code, rater, position, submitted in counting_revisions(session, study.id, wave):
            found.append((code, places[position], sys.intern(rater), key))
            first = min(filter(None, (first, submitted)), default=None)
        keys[wave] = array("q", (each[-1] for each in sorted(found)))
    return StreamedRatings(keys, partial(_ratings_at, session), first)


def _ratings_at(session: Session, wave: str, keys: Sequence[int]) -> Iterator[CountedRating]:
    for each in counted_at(session, list(keys)):
        lead = (wave, each.session_id, each.rater_id, each.position, each.rating_code, each.revision)
        given = (each.points, each.missing, each.heard_share, frozenset(each.unsure))
        yield CountedRating(*lead, each.submitted_at, *given)


def export_study(
    session: Session, study: Study, folder: Path, asked: Asked = DEIDENTIFIED, tell: Tell = untold
) -> WrittenBundle:
    """Write the study's dataset into a folder that is absent, empty or holds an earlier export.

    Raises BadInput, with nothing written, for any other folder.
    """
    return write_bundle(streamed_data(session, study), folder, asked, tell)


def told(asked: Asked) -> dict[str, Any]:
    """What was asked for, as jobs and the audit keep it; `asked_for` reads it."""
    return {
        "rights": asked.rights.value,
        "formats": [each.value for each in asked.formats],
        **({"notes": True} if asked.notes else {}),
    }


def asked_for(told: Mapping[str, Any]) -> Asked:
    """What a job or an audit row says was asked for."""
    return Asked(Rights(told["rights"]), formats_named(told.get("formats", [Format.CSV])), bool(told.get("notes")))


def note_export(
    session: Session, actor: Actor, study: Study, asked: Asked, kept: Freeze | None = None, *, now: datetime
) -> None:
    """Audit that the actor is about to get the study's dataset, or that of a freeze."""
    wanted = told(asked) | ({"freeze": kept.name} if kept else {})
    record(session, actor, "export.made", f"study:{study.slug}", now=now, study_id=study.id, **wanted)


def export_bundle(
    session: Session, study: Study, folder: Path, asked: Asked = DEIDENTIFIED, tell: Tell = untold
) -> dict[str, Any]:
    """Write the study's dataset as `folder`.zip; what the export history shows of it: files, counts, SHA-256."""
    return packed_bundle(folder, study.slug, lambda place: export_study(session, study, place, asked, tell))


def packed_bundle(folder: Path, slug: str, write: Callable[[Path], WrittenBundle]) -> dict[str, Any]:
    """What `write` writes into a folder, as `folder`.zip; see `export_bundle`."""
    packed = folder.with_suffix(".zip")
    packed.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".export-", dir=packed.parent) as place:
        written = write(Path(place, slug))
        whole = Path(place, packed.name)
        _pack(Path(place, slug), [each.name for each in written.files], whole)
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


def ask_export(
    session: Session, actor: Actor, slug: str, asked: Asked = DEIDENTIFIED, *, freeze: str = "", now: datetime
) -> Job:
    """Queue an export of the data as they stand, or as they stood when they were frozen under a name.

    Raises NotFound, NotPermitted, and BadInput where there is no such freeze.
    """
    study = study_for(session, actor, slug, Action.EXPORT, now=now)
    wanted = told(asked) | ({"freeze": freeze_named(session, study, freeze).name} if freeze else {})
    job = jobs.ask(session, actor, study.id, "export", now=now, **wanted)
    record(session, actor, "export.asked", f"job:{job.public_id}", now=now, study_id=study.id, **wanted)
    job.data_version = data_version(session, study.id)
    return job


def freeze_named(session: Session, study: Study, name: str) -> Freeze:
    """The study's freeze of this name. Raises BadInput where there is none."""
    kept = freeze_by_name(session, study.id, name)
    if kept is None:
        cause, remedy = "The study {slug} has no freeze {name}", "rater freeze SLUG lists those that there are"
        raise BadInput(fault(cause, remedy, column="--freeze", slug=study.slug, name=name))
    return kept


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
