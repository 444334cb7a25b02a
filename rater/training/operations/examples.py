"""Examples: excerpts of recordings that show raters a point of an item, who makes them, and who hears them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, Refused, fault
from rater.ratings.texts import checked_text
from rater.recordings.operations.excerpts import ask_for_cut, discard, names_of
from rater.storage.audit import record
from rater.storage.models import Example, Job, Recording, Study, TherapySession
from rater.storage.queries.examples import (
    closed_sessions,
    cutting_jobs,
    example_by_id,
    examples_in,
    is_being_cut,
    is_in_a_pathway,
    is_traced,
)
from rater.storage.queries.masking import RecordedSession, recorded_session, recorded_sessions
from rater.storage.queries.sessions import hold_study
from rater.storage.queries.studies import roles_in
from rater.studies.operations import may_do, permit, scales_of, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, Reason, Role
from rater.training.examples import LONGEST_TEXT, LONGEST_TITLE, WantedExample, example_faults, may_serve, unfit

TRACED_FOR = timedelta(minutes=15)
IN_A_PATHWAY = Reason("A step of the training pathway asks raters to listen to this example. Take the step out first")
NO_TITLE, NAME_IT = Reason("The example has no title"), Reason("Say in a few words what is heard")


@dataclass(frozen=True)
class ShownExample:
    """An example on a page: how its cut stands, and whether a newer version of its scale has come since.

    `trouble` says why the last attempt to cut it failed; `fits` is False where its session may no longer serve.
    """

    row: Example
    is_being_cut: bool
    trouble: str
    is_older: bool
    fits: bool

    @property
    def version(self) -> int:
        """The version of the scale that it was made for."""
        return self.row.scale_version.version

    @property
    def therapy_session(self) -> TherapySession:
        """The session that it was cut from."""
        return self.row.recording.therapy_session

    @property
    def is_ready(self) -> bool:
        """Whether it can be heard by those who may."""
        return self.fits and self.row.stored_as is not None


@dataclass(frozen=True)
class ExampleSound:
    """What is needed to send an example; `is_traced` tells whether the audit shows this hearing already."""

    name: str
    study_id: int
    is_traced: bool


def make_example(
    session: Session,
    actor: Actor,
    study: Study,
    recording: Recording,
    scale: str,
    item: str,
    point: float | None,
    starts_s: float,
    stops_s: float,
    title: str,
    text: str = "",
    *,
    now: datetime,
) -> Example:
    """Make an example of the newest version of a scale; a job cuts its sound, and until then nobody hears it.

    Raises NotPermitted, NotFound for a recording of another study, and BadInput with every fault: a session that may
    not serve, a scale, item or point that raters do not use, seconds that are too few, too many or not there, words
    that are missing, too long or hold signs that nobody sees.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    hold_study(session, study.id)
    therapy_session = recording.therapy_session
    if therapy_session.study_id != study.id:
        raise NotFound
    wanted = WantedExample(scale, item, point, starts_s, stops_s, title, text)
    pairs = {row.scale: (row, parsed) for row, parsed in scales_of(study, observer_only=True)}
    version, parsed = pairs.get(scale, (None, None))
    faults = [] if may_serve(therapy_session.use, therapy_session.left_out) else [unfit(therapy_session.code)]
    faults += example_faults(wanted, parsed, ", ".join(pairs), recording.duration_s)
    title, wrong = _words(title, "title", LONGEST_TITLE, shortest=1)
    text, also_wrong = _words(text, "text", LONGEST_TEXT, shortest=0)
    faults += [*wrong, *also_wrong]
    if faults or version is None:
        raise BadInput(faults)
    example = Example(
        study_id=study.id,
        scale_version_id=version.id,
        recording_id=recording.id,
        item=item,
        point=point,
        title=title,
        text=text,
        starts_s=starts_s,
        stops_s=stops_s,
        made_at=now,
        by_id=actor.person_id,
    )
    session.add(example)
    session.flush()
    told: dict[str, Any] = {"scale": f"{scale}@{version.version}", "item": item, "point": point}
    told |= {"recording": recording.public_id, "starts_s": starts_s, "stops_s": stops_s}
    record(session, actor, "example.made", _subject(example), now=now, study_id=study.id, **told)
    ask_for_cut(session, actor, example, now=now)
    return example


def _words(text: str, column: str, longest: int, *, shortest: int) -> tuple[str, list[Fault]]:
    try:
        return checked_text(text, longest, shortest=shortest, empty=NO_TITLE, remedy=NAME_IT), []
    except BadInput as error:
        return text, [Fault(each.cause, each.remedy, column=column) for each in error.faults]


def cut_again(session: Session, actor: Actor, study: Study, public_id: str, *, now: datetime) -> None:
    """Queue the cutting of an example once more, unless it waits already. Raises NotPermitted, NotFound."""
    example = _found(session, actor, study, public_id, now=now)
    if not is_being_cut(cutting_jobs(session, study.id).get(public_id, [])):
        ask_for_cut(session, actor, example, now=now)


def remove_example(session: Session, actor: Actor, study: Study, public_id: str, *, now: datetime) -> None:
    """Remove an example; nobody hears it from this moment, and its sound is deleted in the background.

    Raises NotPermitted, NotFound, and Refused while a step of a training pathway uses it.
    """
    example = _found(session, actor, study, public_id, now=now)
    if is_in_a_pathway(session, example):
        raise Refused(IN_A_PATHWAY)
    discard(session, study.id, names_of(session, example), now=now)
    told = {"title": example.title, "item": example.item}
    record(session, actor, "example.removed", _subject(example), now=now, study_id=study.id, **told)
    session.delete(example)
    session.flush()


def _found(session: Session, actor: Actor, study: Study, public_id: str, *, now: datetime) -> Example:
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    hold_study(session, study.id)
    example = example_by_id(session, public_id)
    if example is None or example.study_id != study.id:
        raise NotFound
    return example


def examples_of(session: Session, study: Study) -> list[ShownExample]:
    """All examples of a study, those of older versions of its scales among them."""
    jobs = cutting_jobs(session, study.id)
    return [_shown(each, jobs.get(each.public_id, [])) for each in examples_in(session, study.id)]


def examples_to_lead(
    session: Session, actor: Actor, slug: str, *, now: datetime
) -> tuple[Study, list[ShownExample], list[RecordedSession]]:
    """A study with its examples and the sessions that more may be cut from. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.LEAD_TRAINING, now=now)
    fitting = [
        each for each in recorded_sessions(session, study.id) if may_serve(each.session.use, each.session.left_out)
    ]
    return study, examples_of(session, study), fitting


def recording_in(session: Session, study: Study, public_id: str) -> Recording:
    """The recording of a study with this id. Raises BadInput."""
    found = recorded_session(session, public_id)
    if found is None or found.session.study_id != study.id:
        raise BadInput(fault("No session is chosen", "Choose the session to cut from", column="session"))
    return found.recording


def examples_for(
    session: Session, actor: Actor, study: Study, *, now: datetime
) -> dict[str, dict[str, list[ShownExample]]]:
    """What the actor may hear of a study's examples now, by scale and item.

    Of a session that a rater can still rate nothing is told: what it shows would be known before it is rated.
    """
    ready = [each for each in examples_of(session, study) if each.is_ready]
    heard: dict[str, dict[str, list[ShownExample]]] = {}
    for each in _heard(session, actor, study, ready, now=now):
        heard.setdefault(each.row.scale_version.scale, {}).setdefault(each.row.item, []).append(each)
    return heard


def example_sound(session: Session, actor: Actor, public_id: str, *, now: datetime) -> ExampleSound:
    """The stored sound of an example, for whoever leads the training of its study and for the study's raters.

    Raises NotFound for everybody else, for a rater who can still rate its session, for who knows somebody in it, for
    a session that may no longer serve, and while the sound is being cut.
    """
    example = example_by_id(session, public_id)
    if example is None or example.stored_as is None:
        raise NotFound
    study = session.get_one(Study, example.study_id)
    shown = _shown(example, [])
    if not shown.is_ready or not _heard(session, actor, study, [shown], now=now):
        raise NotFound
    traced = is_traced(session, actor.person_id, _subject(example), since=now - TRACED_FOR)
    return ExampleSound(example.stored_as, study.id, traced)


def trace_example(session: Session, actor: Actor, public_id: str, sound: ExampleSound, *, now: datetime) -> None:
    """Write that the actor hears this example; committed before the first byte leaves."""
    record(session, actor, "example.played", f"example:{public_id}", now=now, study_id=sound.study_id)


def _heard(
    session: Session, actor: Actor, study: Study, examples: Iterable[ShownExample], *, now: datetime
) -> list[ShownExample]:
    leads = may_do(session, actor, study, Action.LEAD_TRAINING, now=now)
    if not leads and Role.RATER not in roles_in(session, actor.person_id, study.id, now=now):
        return []
    found = list(examples)
    closed = closed_sessions(session, actor.person_id, {each.therapy_session.id for each in found}, leads=leads)
    return [each for each in found if each.therapy_session.id not in closed]


def _shown(row: Example, jobs: list[Job]) -> ShownExample:
    session, last = row.recording.therapy_session, jobs[-1] if jobs else None
    return ShownExample(
        row,
        is_being_cut(jobs),
        (last.fault or "") if last is not None and row.stored_as is None else "",
        row.scale_version.superseded_at is not None,
        may_serve(session.use, session.left_out),
    )


def _subject(example: Example) -> str:
    return f"example:{example.public_id}"
