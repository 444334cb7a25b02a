"""A study with a session of which examples are cut, and the people who make and hear them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater import jobs
from rater.errors import NotFound
from rater.recordings.operations.taking_in import StoredAudio, keep_recording
from rater.storage.database import reading, writing
from rater.storage.media.audio import ingest
from rater.storage.media.store import FileStore
from rater.storage.models import Assignment, Example, Recording, Study
from rater.terms import Actor, Role, SessionUse
from rater.training.operations.examples import example_sound, examples_for, make_example
from tests.application import NOON
from tests.builders.audio import Sound, decoded, encode, speechlike
from tests.builders.study import actor_of, make_assignment, make_person, make_session, make_study

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
