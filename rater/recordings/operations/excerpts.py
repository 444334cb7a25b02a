"""Cut the sound of examples from recordings in the background, and withdraw what may not be heard any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from rater.recordings.masking import Stretch, merged
from rater.storage.audit import record
from rater.storage.media.store import MediaStore
from rater.storage.models import Example, Job, Recording, Study
from rater.storage.queries import jobs
from rater.storage.queries.examples import cutting_jobs, example_by_id, examples_from
from rater.storage.queries.masking import spans_of
from rater.storage.queries.sessions import hold_study
from rater.terms import COMMAND_LINE, Actor

if TYPE_CHECKING:
    from rater.storage.media.excerpt import Tell

_OUTWARD_S = 1.0


@dataclass(frozen=True)
class BegunCut:
    """A cut to be made: what of which stored recording, what is silent in it, and the name to store it under."""

    name: str
    audio_name: str
    mime: str
    starts_s: float
    stops_s: float
    silent: tuple[Stretch, ...]


def ask_for_cut(session: Session, actor: Actor, example: Example, *, now: datetime) -> Job:
    """Queue the job that cuts an example."""
    return jobs.add(session, actor, example.study_id, jobs.EXAMPLE, now=now, example=example.public_id)


def begin_cut(session: Session, store: MediaStore, job_id: int) -> BegunCut | None:
    """Write down the name of a cut, to be committed before a file is stored under it; None where the example is gone.

    A job that is taken up again keeps its name, so that nothing is left of what it had begun.
    """
    job = session.get_one(Job, job_id)
    example = example_by_id(session, str(job.asked["example"]))
    if example is None:
        return None
    name = str(job.asked.get("name") or store.fresh_name())
    job.asked = {**job.asked, "name": name}
    session.flush()
    recording = example.recording
    silent = _silent(session, example)
    return BegunCut(name, recording.audio_name, recording.mime, example.starts_s, example.stops_s, silent)


def make_cut(store: MediaStore, begun: BegunCut, tell: Tell | None = None) -> dict[str, Any]:
    """Store the sound of a cut, and say of what it was made. Raises AudioError for a recording that is unreadable.

    The encoder is loaded here, so that pages do without it. Nothing is left of a cut that goes wrong.
    """
    from rater.storage.media.excerpt import cut_excerpt

    into = store.temp()
    try:
        with store.open(begun.audio_name) as file:
            cut_excerpt(file, begun.mime, (begun.starts_s, begun.stops_s), begun.silent, into, tell)
        store.put(into, begun.name)
    except BaseException:
        store.delete(begun.name)
        raise
    finally:
        into.unlink(missing_ok=True)
    return asdict(begun) | {"silent": [list(each) for each in begun.silent]}


def keep_cut(session: Session, study: Study, public_id: str, made: dict[str, Any], *, now: datetime) -> None:
    """Let a cut be heard from now on; where something in it was masked meanwhile it is cut once more instead."""
    hold_study(session, study.id)
    example = example_by_id(session, public_id)
    if example is None:
        discard(session, study.id, [made["name"]], now=now)
        return
    silent = [list(each) for each in _silent(session, example)]
    if made["silent"] != silent or made["audio_name"] != example.recording.audio_name:
        discard(session, study.id, [made["name"]], now=now)
        ask_for_cut(session, COMMAND_LINE, example, now=now)
        return
    discard(session, study.id, names_of(session, example) - {made["name"]}, now=now)
    example.stored_as = made["name"]
    session.flush()
    record(session, COMMAND_LINE, "example.cut", f"example:{public_id}", now=now, study_id=study.id, silent=silent)


def names_of(session: Session, example: Example) -> set[str]:
    """Every name in the media store that the sound of an example has, or may have been given by a job."""
    found = cutting_jobs(session, example.study_id).get(example.public_id, [])
    asked = [str(job.asked.get("name", "")) for job in found]
    return {each for each in [*asked, example.stored_as] if each}


def discard(session: Session, study_id: int, names: Sequence[str] | set[str], *, now: datetime) -> None:
    """Queue the deletion of files: it is done after the commit, and again if it is cut off."""
    if names:
        jobs.add(session, COMMAND_LINE, study_id, jobs.DISCARD, now=now, names=sorted(names))


def withdraw_cuts(
    session: Session, actor: Actor, study: Study, recording: Recording, stretch: Stretch | None, *, now: datetime
) -> None:
    """Let nobody hear the cuts of a recording that reach into a stretch of it, and cut them anew.

    Without a stretch the recording itself is another one: all of its cuts go, and somebody has to listen first.
    """
    for example in examples_from(session, recording.id):
        if stretch is not None and not _touches(stretch, example):
            continue
        if example.stored_as is not None:
            discard(session, study.id, [example.stored_as], now=now)
            example.stored_as = None
        if stretch is not None:
            ask_for_cut(session, actor, example, now=now)


def _touches(stretch: Stretch, example: Example) -> bool:
    """Whether silence for a stretch, which reaches a little outward, can change an example."""
    return stretch[0] - _OUTWARD_S < example.stops_s and example.starts_s < stretch[1] + _OUTWARD_S


def _silent(session: Session, example: Example) -> tuple[Stretch, ...]:
    """What is masked of an example's recording, for whomever: raters, trainers and researchers hear one cut."""
    return merged((start, stop) for start, stop, _ in spans_of(session.connection(), example.recording_id))
