"""Examples from the moment they are asked for until they are removed: who makes and hears them, what is left."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater import jobs
from rater.errors import BadInput, NotFound, NotPermitted, Refused
from rater.recordings.exclusions import Wanted
from rater.recordings.operations.excerpts import begin_cut, keep_cut, make_cut
from rater.recordings.operations.excluding import exclude, lift
from rater.recordings.operations.masking import WantedSpan, set_span
from rater.recordings.operations.taking_in import StoredAudio, keep_recording
from rater.storage.database import reading, writing
from rater.storage.media.audio import ingest
from rater.storage.media.sealing import MAGIC
from rater.storage.media.store import FileStore
from rater.storage.models import Assignment, AuditEvent, Example, Job, Recording, Study, TherapySession, TrainingStep
from rater.storage.queries.jobs import EXAMPLE, newest
from rater.studies.operations import take_newer_version
from rater.terms import COMMAND_LINE, Actor, JobState, RatingState, Role, SessionUse
from rater.training.operations.examples import (
    cut_again,
    example_sound,
    examples_for,
    examples_of,
    make_example,
    remove_example,
)
from tests.application import NOON
from tests.builders.audio import Sound, decoded, encode, speechlike
from tests.builders.study import (
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_session,
    make_study,
)

LATER = NOON + timedelta(days=1)
SECONDS = 30
STARTS, STOPS = 12.0, 18.0


@dataclass
class Training:
    """A study with one recorded session of use training, and people; `public_id` is an example's once one is made."""

    app: Flask
    people: dict[str, Actor]
    public_id: str = ""

    @property
    def store(self) -> FileStore:
        store: FileStore = self.app.extensions["rater_media"]
        return store

    def make(self, who: str = "theo", **changed: Any) -> str:
        wanted = {
            "scale": "ghes",
            "item": "ghes1",
            "point": 3,
            "starts_s": STARTS,
            "stops_s": STOPS,
            "title": "A plan is kept",
            "text": "Hear how *much* was done",
        }
        with writing() as session:
            study, recording = self.both(session)
            made = make_example(session, self.people[who], study, recording, **{**wanted, **changed}, now=NOON)
            self.public_id = made.public_id
        return self.public_id

    def run(self) -> None:
        """Do all jobs."""
        while jobs.run_next(self.app.extensions["rater_settings"], lambda: datetime.now(UTC)):
            pass

    def both(self, session: Session) -> tuple[Study, Recording]:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        return study, session.scalars(select(Recording)).one()

    def hears(self, who: str) -> bool:
        """Whether somebody is given the sound, and the manual agrees with that."""
        with reading() as session:
            told = examples_for(session, self.people[who], self.both(session)[0], now=LATER)
            try:
                example_sound(session, self.people[who], self.public_id, now=LATER)
            except NotFound:
                assert told == {}
                return False
            assert [each.row.public_id for each in told["ghes"]["ghes1"]] == [self.public_id]
            return True

    def row(self) -> Example | None:
        with reading() as session:
            found = session.scalar(select(Example))
            if found is not None:
                session.expunge(found)
            return found

    def files(self) -> set[str]:
        """The names of all files in the store, those in the making among them."""
        return {each.name for each in self.store.folder.rglob("*") if each.is_file()}

    def sound(self, folder: Path) -> Sound:
        """The stored sound of the example, decoded."""
        row = self.row()
        assert row is not None
        assert row.stored_as is not None
        (folder / "heard").write_bytes(self.store.open(row.stored_as).read())
        return decoded(folder / "heard")[:, 0]


@pytest.fixture
def training(sqlite_app: Flask, tmp_path: Path) -> Iterator[Training]:
    with sqlite_app.app_context():
        yield build(sqlite_app, tmp_path)


@pytest.fixture
def anywhere(app: Flask, tmp_path: Path) -> Iterator[Training]:
    """The same on each kind of database."""
    with app.app_context():
        yield build(app, tmp_path)


def build(app: Flask, tmp_path: Path) -> Training:
    store = app.extensions["rater_media"]
    made = store.temp()
    source = encode(tmp_path / "a.wav", speechlike(SECONDS), out_rate=48000, tags={"title": "Frau Muster"})
    audio = ingest([source], made)
    stored = StoredAudio(store.put(made), store.put_bytes(audio.peaks.to_bytes()), audio)
    with writing() as session:
        study = make_study(session)
        held = make_session(session, study)
        held.use = SessionUse.TRAINING
        keep_recording(session, held, stored, now=NOON)
        people = {
            name: actor_of(make_person(session, f"{name}@example.org", (study, role), code=code))
            for name, role, code in (
                ("anna", Role.RATER, "R1"),
                ("ben", Role.RATER, "R2"),
                ("carla", Role.COORDINATOR, None),
                ("rosa", Role.RESEARCHER, None),
                ("sam", Role.SUPERVISOR, None),
                ("tina", Role.TRAINEE, None),
                ("theo", Role.TRAINER, None),
            )
        }
        mixed = make_person(session, "mixed@example.org", (study, Role.RATER), (study, Role.TRAINER), code="R3")
        other = make_study(session, "other")
        olga = make_person(session, "olga@example.org", *[(other, role) for role in Role], code="R1")
        people |= {"mixed": actor_of(mixed), "olga": actor_of(olga)}
    return Training(app, people)


def assign(session: Session, training: Training, code: str, wave: str = "training") -> Assignment:
    """The session of the example, to be rated in a wave."""
    study, recording = training.both(session)
    return make_assignment(session, study, recording.therapy_session, code, wave=wave)


def test_the_cut_holds_the_seconds_asked_for(training: Training, tmp_path: Path) -> None:
    training.make()
    assert training.row().stored_as is None  # type: ignore[union-attr]  # it is there
    assert not training.hears("anna"), "nothing is told of it before it is cut"
    training.run()
    assert training.hears("anna")
    heard, whole = training.sound(tmp_path), speechlike(SECONDS)
    edge, rate = 960, 48000
    assert len(heard) == pytest.approx((STOPS - STARTS) * rate, abs=2)

    def likeness(starts_s: float) -> float:
        there = whole[round(starts_s * 16000) :][: round((STOPS - STARTS) * 16000)]
        return float(np.corrcoef(heard[::3][edge:-edge], there[: len(heard[::3])][edge:-edge])[0, 1])

    assert likeness(STARTS) > 0.97
    assert likeness(STARTS + 0.01) < 0.5, "a cut at other seconds is seen"
    assert likeness(STARTS - 5) < 0.5


def test_the_row_tells_who_made_it_of_what_for_which_version(anywhere: Training) -> None:
    anywhere.make()
    anywhere.run()
    with reading() as session:
        (shown,) = examples_of(session, anywhere.both(session)[0])
        assert (shown.version, shown.is_older, shown.is_ready, shown.is_being_cut, shown.trouble) == (
            1, False, True, False, "",
        )  # fmt: skip
        assert shown.row.by_id == anywhere.people["theo"].person_id
        events = session.scalars(select(AuditEvent).where(AuditEvent.subject == f"example:{anywhere.public_id}"))
        assert [each.action for each in events] == ["example.made", "example.cut"]


def test_what_is_stored_is_neither_the_recording_nor_named_by_it(training: Training) -> None:
    before = training.files()
    training.make()
    training.run()
    (name,) = training.files() - before
    assert len(name) == 32
    with reading() as session:
        recording = training.both(session)[1]
        whole = training.store.open(recording.audio_name).read()
    kept = training.store.open(name).read()
    assert kept[:4] == b"\x1aE\xdf\xa3"
    assert b"Muster" not in kept
    assert not any(whole[at : at + 64] in kept for at in range(44, len(whole) - 64, 4096))


@pytest.mark.parametrize("who", ["anna", "carla", "sam", "tina"])
def test_who_does_not_lead_the_training_makes_and_removes_none(training: Training, who: str) -> None:
    with pytest.raises(NotPermitted):
        training.make(who)
    training.make()
    for act in (remove_example, cut_again):
        with pytest.raises(NotPermitted), writing() as session:
            act(session, training.people[who], training.both(session)[0], training.public_id, now=NOON)
    assert training.row() is not None


def test_who_leads_the_training_and_raters_hear(anywhere: Training) -> None:
    anywhere.make()
    anywhere.run()
    heard = {name for name in anywhere.people if anywhere.hears(name)}
    assert heard == {"anna", "ben", "rosa", "theo", "mixed"}


@pytest.mark.parametrize(
    ("state", "locked", "hears"),
    [
        (RatingState.OPEN, False, False),
        (RatingState.STARTED, False, False),
        (RatingState.SET_ASIDE, False, True),
        (RatingState.SUBMITTED, False, False),
        (RatingState.SUBMITTED, True, True),
        (RatingState.OPEN, True, True),
    ],
)
def test_a_rater_who_can_still_rate_the_session_hears_nothing(
    anywhere: Training, state: RatingState, locked: bool, hears: bool
) -> None:
    """Ben, who has no part in that wave, is the control; withdrawn work (set aside) bars nobody."""
    anywhere.make()
    anywhere.run()
    with writing() as session:
        assigned = assign(session, anywhere, "R1")
        if state is not RatingState.OPEN:
            make_rating(session, assigned, all_points(anywhere.both(session)[0]))
            assigned.state = state
        assigned.wave.locked_at = NOON if locked else None
    assert anywhere.hears("anna") is hears
    assert anywhere.hears("ben")


def test_a_trainer_who_still_rates_is_a_rater(training: Training) -> None:
    training.make()
    training.run()
    with writing() as session:
        assign(session, training, "R3")
    assert not training.hears("mixed")
    with pytest.raises(NotPermitted):
        training.make("mixed")


def test_nobody_hears_a_session_that_came_to_be_of_the_main_wave(training: Training) -> None:
    training.make()
    training.run()
    with writing() as session:
        session.scalars(select(TherapySession)).one().use = SessionUse.MAIN
    assert not any(training.hears(name) for name in training.people)


def test_a_session_of_the_main_wave_is_refused_until_it_is_excluded_from_it(training: Training) -> None:
    with writing() as session:
        session.scalars(select(TherapySession)).one().use = SessionUse.MAIN
    with pytest.raises(BadInput, match="could not rate it blind") as refused:
        training.make(starts_s=1.0, stops_s=2.0, title=" ", text="a\x00b")
    assert [each.column for each in refused.value.faults] == ["session", "stop", "title", "text"]
    assert training.row() is None
    with writing() as session:
        study = training.both(session)[0]
        left, _ = exclude(session, COMMAND_LINE, study, Wanted("P01-S01", "", "practice", "main", ""), now=NOON)
        exclusion = left.public_id
    training.make()
    training.run()
    assert training.hears("anna")
    with writing() as session:
        lift(session, COMMAND_LINE, training.both(session)[0], exclusion, "it is rated after all", now=LATER)
    assert not training.hears("anna")


def test_a_masked_span_withdraws_the_cut_until_it_is_made_anew(training: Training, tmp_path: Path) -> None:
    training.make()
    training.run()
    before, files = training.sound(tmp_path), training.files()
    with writing() as session:
        study, recording = training.both(session)
        set_span(session, COMMAND_LINE, recording, study, WantedSpan(14.0, 15.0, roles=(Role.TRAINEE,)), now=NOON)
    assert not training.hears("theo")
    training.run()
    assert training.hears("theo")
    after, inside = training.sound(tmp_path), slice(2 * 48000, 3 * 48000)
    assert np.abs(before[inside]).max() > 0.02
    assert np.abs(after[inside]).max() < 0.001
    assert len(training.files() - files) == 3, "the new cut, and a silenced version with its peaks"
    assert len(files - training.files()) == 1, "the old cut is gone"


def test_a_span_elsewhere_leaves_the_cut_alone(training: Training) -> None:
    training.make()
    training.run()
    name = training.row().stored_as  # type: ignore[union-attr]  # it is there
    with writing() as session:
        set_span(session, COMMAND_LINE, *reversed(training.both(session)), WantedSpan(25.0, 27.0), now=NOON)
    assert training.row().stored_as == name  # type: ignore[union-attr]  # it is there


def test_what_is_masked_while_it_is_cut_is_not_heard(training: Training) -> None:
    public_id = training.make()
    with writing() as session:
        job = newest(session, training.both(session)[0].id, EXAMPLE)
        assert job is not None
        begun = begin_cut(session, training.store, job.id)
    assert begun is not None
    made = make_cut(training.store, begun)
    with writing() as session:
        set_span(session, COMMAND_LINE, *reversed(training.both(session)), WantedSpan(14.0, 15.0), now=NOON)
    with writing() as session:
        keep_cut(session, training.both(session)[0], public_id, made, now=NOON)
    assert training.row().stored_as is None  # type: ignore[union-attr]  # it is there
    training.run()
    assert training.hears("anna")
    assert begun.name not in training.files()


def test_another_recording_in_its_place_withdraws_the_cut(training: Training, tmp_path: Path) -> None:
    from rater.recordings.operations.excerpts import withdraw_cuts

    training.make()
    training.run()
    name = training.row().stored_as  # type: ignore[union-attr]  # it is there
    with writing() as session:
        withdraw_cuts(session, COMMAND_LINE, *training.both(session), None, now=NOON)
    assert not training.hears("theo")
    training.run()
    assert not training.hears("theo"), "somebody has to listen first"
    assert name not in training.files()
    with writing() as session:
        cut_again(session, training.people["theo"], training.both(session)[0], training.public_id, now=NOON)
        cut_again(session, training.people["theo"], training.both(session)[0], training.public_id, now=NOON)
        waiting = [job for job in session.scalars(select(Job)) if job.state == JobState.WAITING]
        assert len(waiting) == 1
    training.run()
    assert training.hears("theo")


def test_removing_takes_the_row_and_the_sound(anywhere: Training) -> None:
    before = anywhere.files()
    anywhere.make()
    anywhere.run()
    assert anywhere.files() != before
    with writing() as session:
        remove_example(session, anywhere.people["rosa"], anywhere.both(session)[0], anywhere.public_id, now=LATER)
    assert not anywhere.hears("theo")
    anywhere.run()
    assert anywhere.row() is None
    assert anywhere.files() == before


def test_one_removed_before_it_is_cut_leaves_nothing(training: Training) -> None:
    before = training.files()
    training.make()
    with writing() as session:
        remove_example(session, training.people["rosa"], training.both(session)[0], training.public_id, now=LATER)
    training.run()
    assert training.files() == before


def test_one_that_a_step_of_a_pathway_uses_stays(training: Training) -> None:
    training.make()
    with writing() as session:
        step = TrainingStep(study_id=training.both(session)[0].id, place=1, kind="example", title="Listen")
        step.example = session.scalars(select(Example)).one()
        session.add(step)
    with pytest.raises(Refused, match="training pathway"), writing() as session:
        remove_example(session, training.people["theo"], training.both(session)[0], training.public_id, now=LATER)
    assert training.row() is not None


def test_a_disk_that_is_full_leaves_no_file_and_a_reason(training: Training, monkeypatch: pytest.MonkeyPatch) -> None:
    before, name = training.files(), training.make()

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(training.store.__class__, "put", full)
        with pytest.raises(OSError, match="No space"):
            training.run()
    assert training.files() == before
    assert not training.hears("theo")
    with writing() as session:
        (shown,) = examples_of(session, training.both(session)[0])
        assert "log" in shown.trouble
        cut_again(session, training.people["theo"], training.both(session)[0], name, now=NOON)
    training.run()
    assert training.hears("theo")


def test_a_file_put_by_a_cut_that_fails_after_all_is_deleted(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, put = training.files(), FileStore.put
    training.make()

    def late(store: FileStore, made: Path, name: str = "") -> str:
        put(store, made, name)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(FileStore, "put", late)
    with pytest.raises(OSError, match="Input/output"):
        training.run()
    assert training.files() == before


def test_a_recording_that_is_broken_leaves_no_file_and_a_reason(training: Training) -> None:
    with reading() as session:
        path = training.store._path(training.both(session)[1].audio_name)
    path.write_bytes(path.read_bytes()[:4000])
    before = training.files()
    training.make()
    training.run()
    assert training.files() == before
    with reading() as session:
        (shown,) = examples_of(session, training.both(session)[0])
        assert "cannot be read" in shown.trouble


def test_a_worker_that_dies_in_the_middle_leaves_one_file(training: Training) -> None:
    before = training.files()
    training.make()
    with writing() as session:
        job = newest(session, training.both(session)[0].id, EXAMPLE)
        assert job is not None
        begun = begin_cut(session, training.store, job.id)
    assert begun is not None
    make_cut(training.store, begun)
    training.run()
    assert training.files() - before == {begun.name}


def test_a_newer_version_of_the_scale_keeps_the_examples_of_the_older(training: Training) -> None:
    training.make()
    training.run()
    with writing() as session:
        study = training.both(session)[0]
        row = next(each for each in study.scale_versions if each.scale == "ghes")
        source = row.source.replace("version: 1", "version: 2", 1)
        assert source != row.source
        made, before = take_newer_version(session, COMMAND_LINE, study, source, now=LATER)
        assert (made.version, before) == (2, 1)
    with reading() as session:
        study = training.both(session)[0]
        assert [each.version for each in study.scale_versions if each.scale == "ghes"] == [2]
        (shown,) = examples_of(session, study)
        assert (shown.version, shown.is_older) == (1, True)
    assert training.hears("anna")


def test_a_recording_of_another_study_is_not_found(training: Training) -> None:
    with writing() as session:
        other = session.scalars(select(Study).where(Study.slug == "other")).one()
        given = (COMMAND_LINE, other, training.both(session)[1], "ghes", "ghes1", 3, STARTS, STOPS, "title")
        with pytest.raises(NotFound):
            make_example(session, *given, now=NOON)


def test_a_cut_lies_encrypted_like_the_recording(training: Training) -> None:
    """Control: opened through its key it is a WebM file; on the disk no file of the store is."""
    training.make()
    training.run()
    assert training.store.open(str(training.row().stored_as)).read(4) == b"\x1aE\xdf\xa3"  # type: ignore[union-attr]
    on_disk = [each.read_bytes() for each in training.store.folder.rglob("*") if each.is_file()]
    assert [each.startswith(MAGIC) for each in on_disk] == [True] * 3
