"""Keep a study's data as they stand under a name, and rebuild the dataset of that moment."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.orm import Session

from rater import __version__
from rater.errors import BadInput, fault
from rater.exports.bundle import Tell, WrittenBundle, untold, write_bundle
from rater.exports.contents import DEIDENTIFIED, Asked, StudyData
from rater.exports.frozen import frozen, thawed
from rater.exports.operations import freeze_named, packed_bundle, study_data
from rater.storage.audit import data_version, record
from rater.storage.models import Freeze, Job, Person, Study
from rater.storage.queries import jobs
from rater.storage.queries.freezes import freeze_by_name, freezes_of_study
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import COMMAND_LINE, Actor

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Taken:
    """A study's data as they stood: the document, the version of the data, and the files that were written from it."""

    content: bytes
    version: int
    files: Mapping[str, str]


@dataclass(frozen=True)
class Rebuilt:
    """A bundle written from a freeze; `differing` are files whose bytes are not those of the moment of freezing.

    They differ where another release writes them; None where the choice is another than that of the freeze, whose
    files are de-identified and CSV, so that there is nothing to compare.
    """

    bundle: WrittenBundle
    release: str
    sha256: str
    differing: tuple[str, ...] | None


def check_freeze(session: Session, study: Study, name: str, note: str) -> None:
    """Raises BadInput for a name that cannot be one or is taken, and for a note that is too long."""
    if not NAME.fullmatch(name):
        cause, remedy = "{name} cannot name a freeze", "Use at most 64 letters, digits, dots, hyphens and underscores"
        raise BadInput(fault(cause, remedy, column="NAME", name=name))
    if len(note) > LONGEST_NOTE:
        cause = "The note has {length} signs"
        raise BadInput(fault(cause, "Use at most {most}", column="--note", length=len(note), most=LONGEST_NOTE))
    if freeze_by_name(session, study.id, name) is not None:
        cause, remedy = "There is a freeze {name} already", "A freeze never changes; choose another name"
        raise BadInput(fault(cause, remedy, column="NAME", name=name))


def take_data(session: Session, study: Study, exports: Path) -> Taken:
    """The study's data as they stand; nothing is kept yet, in the folder of exports neither."""
    exports.mkdir(parents=True, exist_ok=True)
    version = data_version(session, study.id)
    content = frozen(study_data(session, study))
    with TemporaryDirectory(prefix=".freeze-", dir=exports) as place:
        written = write_bundle(thawed(content), Path(place, "bundle"))
    return Taken(content, version, {each.name: each.sha256 for each in written.files})


def keep_freeze(
    session: Session, actor: Actor, study: Study, name: str, note: str, taken: Taken, *, now: datetime
) -> Freeze:
    """Keep the data under the name; who did it is audited. Raises BadInput as `check_freeze`."""
    check_freeze(session, study, name, note)
    kept = Freeze(
        study_id=study.id,
        name=name,
        note=note,
        release=__version__,
        sha256=hashlib.sha256(taken.content).hexdigest(),
        files=dict(taken.files),
        data=zlib.compress(taken.content, 9),
        data_version=taken.version,
        frozen_at=now,
        by_id=actor.person_id,
    )
    session.add(kept)
    session.flush()
    about = f"freeze:{kept.public_id}"
    record(session, actor, "freeze.made", about, now=now, study_id=study.id, name=name, sha256=kept.sha256)
    return kept


def ask_freeze(session: Session, actor: Actor, slug: str, name: str, note: str, *, now: datetime) -> Job:
    """Queue a freeze of the study's data. Raises NotFound, NotPermitted, and BadInput as `check_freeze`."""
    study = study_for(session, actor, slug, Action.EXPORT, now=now)
    check_freeze(session, study, name, note)
    job = jobs.ask(session, actor, study.id, jobs.FREEZE, now=now, name=name, note=note)
    record(session, actor, "freeze.asked", f"job:{job.public_id}", now=now, study_id=study.id, name=name)
    job.data_version = data_version(session, study.id)
    return job


def keep_asked_freeze(session: Session, job: Job, taken: Taken, *, now: datetime) -> str:
    """Keep what was taken for a job of `ask_freeze`, in the name of whoever asked; its SHA-256."""
    person = session.get(Person, job.asked_by_id) if job.asked_by_id else None
    actor = Actor(person.id, person.name) if person else COMMAND_LINE
    name, note = str(job.asked["name"]), str(job.asked["note"])
    return keep_freeze(session, actor, job.study, name, note, taken, now=now).sha256


def freezes_of(session: Session, study: Study) -> list[Freeze]:
    """The study's freezes, the newest first."""
    return freezes_of_study(session, study.id)


def frozen_data(kept: Freeze) -> StudyData:
    """The data of the freeze. Raises BadInput where they are not what was frozen."""
    try:
        content = zlib.decompress(kept.data)
    except zlib.error:
        content = b""
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        remedy = "Take the database back from a backup"
        raise BadInput(fault("The data of the freeze {name} have been damaged", remedy, name=kept.name))
    return thawed(content)


def rebuild(kept: Freeze, folder: Path, asked: Asked = DEIDENTIFIED, tell: Tell = untold) -> Rebuilt:
    """Write the bundle of the freeze into a folder that is absent, empty or holds an earlier export.

    Raises BadInput as `frozen_data`, and for any other folder.
    """
    bundle = write_bundle(frozen_data(kept), folder, asked, tell)
    found = {each.name: each.sha256 for each in bundle.files}
    names = sorted({*found, *kept.files})
    differing = tuple(name for name in names if found.get(name) != kept.files.get(name))
    return Rebuilt(bundle, kept.release, kept.sha256, differing if asked == DEIDENTIFIED else None)


def rebuild_bundle(
    session: Session, study: Study, name: str, folder: Path, asked: Asked, tell: Tell = untold
) -> dict[str, Any]:
    """Write the bundle of a freeze as `folder`.zip; what the export history shows of it, and which files differ."""
    kept = freeze_named(session, study, name)
    found: list[Rebuilt] = []

    def write(place: Path) -> WrittenBundle:
        found.append(rebuild(kept, place, asked, tell))
        return found[0].bundle

    result = packed_bundle(folder, study.slug, write)
    return {**result, "differing": found[0].differing and list(found[0].differing), "release": kept.release}
