"""Masked spans from the moment they are set until the silenced version is made, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater import jobs
from rater.errors import BadInput, NotFound, NotPermitted, Refused
from rater.ratings.operations.listening import note_listening
from rater.recordings.operations.hearing import sound_for
from rater.recordings.operations.masking import WantedSpan, masks_of, remove_span, set_span
from rater.recordings.operations.silencing import ask_everywhere, begin_silenced, make_silenced
from rater.recordings.operations.taking_in import StoredAudio, keep_recording
from rater.recordings.operations.voice import silences_for
from rater.storage.database import reading, writing
from rater.storage.media.audio import ingest
from rater.storage.media.store import MediaStore
from rater.storage.models import AuditEvent, Job, MaskedSpan, Person, Recording, SilencedVersion, Study
from rater.studies.operations import add_member
from rater.terms import COMMAND_LINE, Actor, JobState, Role
from tests.application import NOON
from tests.builders.audio import encode, speechlike
from tests.builders.study import actor_of, make_assignment, make_person, make_session, make_study

SPAN = WantedSpan(2.0, 4.0)
LATER = NOON + timedelta(days=1)


@dataclass
class Masking:
    """A study with one recording of 10 s that anna rates, and what may be done to it."""

    app: Flask
    study_id: int
    public_id: str
    assignment: str
    people: dict[str, Actor]

    @property
    def store(self) -> MediaStore:
        store: MediaStore = self.app.extensions["rater_media"]
        return store

    def run(self) -> None:
        """Do all jobs."""
        while jobs.run_next(self.app.extensions["rater_settings"], lambda: LATER):
            pass

    def set(self, wanted: WantedSpan = SPAN) -> str | None:
        with writing() as session:
            span = set_span(session, COMMAND_LINE, *self._both(session), wanted, now=NOON)
            return span.public_id if span else None

    def remove(self, public_id: str) -> None:
        with writing() as session:
            remove_span(session, COMMAND_LINE, *self._both(session), public_id, now=LATER)

    def name(self, who: str) -> str:
        """The stored file that somebody gets."""
        with reading() as session:
            return sound_for(session, self.people[who], self.public_id, now=LATER).audio_name

    def files(self) -> int:
        return sum(1 for each in Path(self.app.extensions["rater_settings"].home).glob("media/??/*"))

    def _both(self, session: Session) -> tuple[Recording, Study]:
        recording = session.scalars(select(Recording).where(Recording.public_id == self.public_id)).one()
        return recording, session.get_one(Study, self.study_id)


@pytest.fixture
def masking(app: Flask, tmp_path: Path) -> Iterator[Masking]:
    store: MediaStore = app.extensions["rater_media"]
    made = store.temp()
    audio = ingest([encode(tmp_path / "a.mp3", speechlike(10))], made)
    stored = StoredAudio(store.put(made), store.put_bytes(audio.peaks.to_bytes()), audio)
    with app.app_context(), writing() as session:
        study = make_study(session)
        held = make_session(session, study)
        keep_recording(session, held, stored, now=NOON)
        people = {
            name: actor_of(make_person(session, f"{name}@example.org", (study, role), code=code))
            for name, role, code in (
                ("anna", Role.RATER, "R1"),
                ("carla", Role.COORDINATOR, None),
                ("rosa", Role.RESEARCHER, None),
            )
        }
        assignment = make_assignment(session, study, held, "R1").public_id
        session.refresh(held)
        assert held.recording is not None
        public_id = held.recording.public_id
        found = Masking(app, study.id, public_id, assignment, people)
    with app.app_context():
        yield found


def test_nothing_leaves_until_the_silenced_version_is_made(masking: Masking) -> None:
    whole = masking.name("anna")
    assert masking.set() is not None
    with pytest.raises(Refused, match="being prepared"):
        masking.name("anna")
    with pytest.raises(Refused), reading() as session:
        silences_for(session, masking.people["anna"], masking.public_id, now=LATER)
    assert masking.name("carla") == whole, "who sets spans hears them"
    masking.run()
    assert masking.name("anna") not in (whole, "")
    assert masking.name("carla") == whole


def test_a_person_with_two_roles_hears_what_both_allow(masking: Masking) -> None:
    masking.set()
    masking.run()
    silent = masking.name("anna")
    with writing() as session:
        carla = session.get_one(Person, masking.people["carla"].person_id)
        study = session.get_one(Study, masking.study_id)
        add_member(session, COMMAND_LINE, study, carla, Role.RATER, now=NOON)
    assert masking.name("carla") == silent


def test_a_change_withdraws_the_old_version_at_once_and_deletes_it_after(masking: Masking) -> None:
    before = masking.files()
    masking.set()
    masking.run()
    first = masking.name("anna")
    assert masking.files() == before + 2
    masking.set(replace(SPAN, start_s=6.0, stop_s=7.0))
    with pytest.raises(Refused):
        masking.name("anna")
    masking.run()
    second = masking.name("anna")
    assert second != first
    assert masking.files() == before + 2
    with pytest.raises(NotFound):
        masking.store.size(first)


def test_removed_spans_leave_their_trace(masking: Masking) -> None:
    whole, before = masking.name("anna"), masking.files()
    public_id = masking.set()
    masking.run()
    assert public_id is not None
    masking.remove(public_id)
    assert masking.name("anna") == whole
    masking.run()
    assert masking.files() == before
    with reading() as session:
        span = session.scalars(select(MaskedSpan)).one()
        assert span.removed_at == LATER
        assert session.scalars(select(SilencedVersion)).all() == []
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject == f"recording:{masking.public_id}")
        )
        assert set(actions) == {"span.masked", "span.unmasked"}
    with pytest.raises(NotFound):
        masking.remove(public_id)


def test_a_span_that_was_set_already_is_not_set_twice(masking: Masking) -> None:
    assert masking.set() is not None
    assert masking.set() is None
    with reading() as session:
        assert len(session.scalars(select(Job).where(Job.kind == "mask")).all()) == 1


def test_a_job_that_began_before_a_change_gives_out_nothing_old(
    masking: Masking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spans change while the worker encodes: what it made is not handed out, and goes."""
    from rater.recordings.operations import silencing

    masking.set()
    before, make = masking.files(), silencing.make_silenced

    def interrupted(*given: object) -> object:
        made = make(*given)  # type: ignore[arg-type]  # handed on as it came
        monkeypatch.setattr(silencing, "make_silenced", make)
        late.append(replace(SPAN, start_s=1.0, stop_s=5.0))
        return made

    late: list[WantedSpan] = []
    monkeypatch.setattr(silencing, "make_silenced", interrupted)
    keep = silencing.keep_silenced

    def kept(session: Session, study: Study, public_id: str, *given: object, **more: object) -> None:
        if late:
            recording = session.scalars(select(Recording)).one()
            set_span(session, COMMAND_LINE, recording, study, late.pop(), now=NOON)
        keep(session, study, public_id, *given, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(silencing, "keep_silenced", kept)
    assert jobs.run_next(masking.app.extensions["rater_settings"], lambda: LATER)
    with pytest.raises(Refused):
        masking.name("anna")
    masking.run()
    assert masking.name("anna")
    assert masking.files() == before + 2


def test_work_that_failed_is_asked_for_again_and_files_left_over_go(masking: Masking) -> None:
    masking.set()
    with writing() as session:
        session.scalars(select(Job)).one().state = JobState.FAILED
        assert ask_everywhere(session, COMMAND_LINE, now=LATER) == 1
        assert ask_everywhere(session, COMMAND_LINE, now=LATER) == 0
    masking.run()
    before = masking.files()
    with writing() as session:
        session.scalars(select(SilencedVersion)).one().key = None
    jobs.delete_retired(masking.app.extensions["rater_settings"])
    assert masking.files() == before - 2


@pytest.mark.parametrize("stored", [True, False])
def test_what_a_worker_left_half_made_is_swept_after_a_day(masking: Masking, stored: bool) -> None:
    """The worker dies before its work is committed, with files in the store or before the first of them."""
    before, now = masking.files(), datetime.now(UTC)
    settings = masking.app.extensions["rater_settings"]
    masking.set()
    with writing() as session:
        begun = begin_silenced(session, masking.store, masking.public_id, now=now)
    if stored:
        with reading() as session:
            make_silenced(session, masking.store, masking.public_id, begun)
        assert masking.files() == before + 2
    with pytest.raises(Refused):
        masking.name("anna")
    jobs.sweep(settings, now)
    assert masking.files() == before + 2 * stored, "what was begun just now may still be in the making"
    with writing() as session:
        session.scalars(select(SilencedVersion)).one().made_at = now - timedelta(days=2)
    jobs.sweep(settings, now)
    assert masking.files() == before
    with reading() as session:
        assert session.scalars(select(SilencedVersion)).all() == []
    masking.run()
    assert masking.name("anna")
    assert masking.files() == before + 2


def test_a_replaced_recording_is_silenced_anew(masking: Masking, tmp_path: Path) -> None:
    masking.set()
    masking.run()
    made = masking.store.temp()
    audio = ingest([encode(tmp_path / "b.mp3", speechlike(12, seed=4))], made)
    stored = StoredAudio(masking.store.put(made), masking.store.put_bytes(audio.peaks.to_bytes()), audio)
    with writing() as session:
        keep_recording(session, session.scalars(select(Recording)).one().therapy_session, stored, now=NOON)
        assert ask_everywhere(session, COMMAND_LINE, now=LATER) == 1
    with pytest.raises(Refused):
        masking.name("anna")
    masking.run()
    assert masking.name("anna") != stored.audio_name


def test_masked_seconds_need_not_be_heard(masking: Masking) -> None:
    def tell(start: float, stop: float) -> float:
        with writing() as session:
            told = ([[start, stop, 1]], stop, 1.0, "a" * 32, 1.0)
            return note_listening(session, masking.people["anna"], masking.assignment, *told, now=LATER).share

    assert tell(0, 2) == pytest.approx(0.2, abs=0.01)
    masking.set()
    assert tell(0, 2) == pytest.approx(0.25, abs=0.01)
    assert tell(2, 4) == pytest.approx(0.25, abs=0.01), "hearing the silence adds nothing"
    assert tell(4, 10) == 1.0


def test_silences_tell_nothing_of_what_is_masked(masking: Masking) -> None:
    masking.set()
    masking.run()
    with writing() as session:
        session.scalars(select(Recording)).one().silences = [[2.5, 3.6], [7, 8]]
    with reading() as session:
        quiet = {
            who: silences_for(session, masking.people[who], masking.public_id, now=LATER) for who in ("anna", "carla")
        }
    assert [tuple(each) for each in quiet["anna"] or ()] == [(2, 4), (7, 8)]
    assert [tuple(each) for each in quiet["carla"] or ()] == [(2.5, 3.6), (7, 8)]


def test_who_may_look_at_spans(masking: Masking) -> None:
    masking.set()
    with reading() as session:
        _, shown = masks_of(session, masking.people["carla"], masking.public_id, now=LATER)
        assert ([each.start_s for each in shown.spans], shown.ready) == ([2.0], False)
        for name in ("anna", "rosa"):
            with pytest.raises(NotPermitted):
                masks_of(session, masking.people[name], masking.public_id, now=LATER)
        with pytest.raises(NotFound):
            masks_of(session, masking.people["carla"], "x" * 22, now=LATER)


def test_everything_that_is_wrong_with_a_span_is_told_at_once(masking: Masking) -> None:
    with pytest.raises(BadInput) as refused:
        masking.set(WantedSpan(5, 30, "phq", ("rater", "coordinator"), "x" * 500))
    assert {each.column for each in refused.value.faults} == {"stop", "reason", "role", "note"}
    with reading() as session:
        assert session.scalars(select(MaskedSpan)).all() == []
