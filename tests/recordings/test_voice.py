"""Silences are found in the background, once a stored file, and told to those who may hear the recording."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select

from rater import jobs
from rater.errors import NotFound
from rater.recordings.operations.taking_in import StoredAudio, keep_recording
from rater.recordings.operations.voice import ask_everywhere, ask_for_silences, silences_for
from rater.storage.database import reading, writing
from rater.storage.media.audio import ingest
from rater.storage.models import Job, Recording, Study
from rater.storage.queries import jobs as queue
from rater.terms import COMMAND_LINE, Actor, JobState, Role
from tests.application import NOON
from tests.builders.audio import encode, silence, tone
from tests.builders.study import make_person, make_session, make_study


@pytest.fixture
def stored(app: Flask, tmp_path: Path) -> StoredAudio:
    """Two seconds of sound and eight of nothing, in the store."""
    store = app.extensions["rater_media"]
    made = store.temp()
    source = encode(tmp_path / "a.wav", np.concatenate([tone(2), silence(8)]))
    audio = ingest([source], made)
    return StoredAudio(store.put(made), store.put_bytes(audio.peaks.to_bytes()), audio)


@pytest.fixture
def study_id(app: Flask, stored: StoredAudio) -> int:
    """A study with two sessions that share the stored file; queued."""
    with app.app_context(), writing() as session:
        study = make_study(session)
        for number in (1, 2):
            keep_recording(session, make_session(session, study, number=number), stored, now=NOON)
        assert ask_for_silences(session, COMMAND_LINE, study, now=NOON) == 1
        assert ask_for_silences(session, COMMAND_LINE, study, now=NOON) == 0
        return study.id


def run(app: Flask) -> bool:
    return jobs.run_next(app.extensions["rater_settings"], lambda: NOON)


def test_one_job_fills_every_recording_of_the_file(app: Flask, study_id: int) -> None:
    with app.app_context():
        with reading() as session:
            assert [row.silences for row in session.scalars(select(Recording))] == [None, None]
        assert run(app)
        assert not run(app)
        with reading() as session:
            first, second = session.scalars(select(Recording)).all()
            assert first.silences == second.silences
            assert first.silences is not None
            start, stop = first.silences[-1]
            assert 1.5 < start < 3
            assert stop == 10
            job = session.scalars(select(Job)).one()
            assert (job.state, job.result) == (JobState.DONE, {})


def test_a_replaced_recording_does_not_keep_the_old_silences(app: Flask, study_id: int, tmp_path: Path) -> None:
    with app.app_context():
        run(app)
        other = ingest([encode(tmp_path / "b.wav", tone(5))], tmp_path / "b")
        with writing() as session:
            first = session.scalars(select(Recording)).first()
            assert first is not None
            keep_recording(session, first.therapy_session, StoredAudio("0" * 32, "1" * 32, other), now=NOON)
            assert first.silences is None
            assert ask_for_silences(session, COMMAND_LINE, session.get_one(Study, study_id), now=NOON) == 1
        assert run(app)
        with reading() as session:
            job = session.scalars(select(Job).order_by(Job.id.desc())).first()
            assert job is not None
            assert job.state == JobState.FAILED


def test_what_failed_or_was_never_asked_for_is_queued_when_a_worker_starts(app: Flask, study_id: int) -> None:
    with app.app_context():
        with writing() as session:
            assert ask_everywhere(session, COMMAND_LINE, now=NOON) == 0
            session.scalars(select(Job)).one().state = JobState.FAILED
            assert ask_everywhere(session, COMMAND_LINE, now=NOON) == 1
        run(app)
        with writing() as session:
            assert ask_everywhere(session, COMMAND_LINE, now=NOON) == 0


def test_listening_gives_way_to_what_somebody_waits_for(app: Flask, study_id: int) -> None:
    with app.app_context(), writing() as session:
        later = queue.ask(session, COMMAND_LINE, study_id, "export", now=NOON + timedelta(hours=1))
        assert queue.take(session, now=NOON) == later.id
        taken = queue.take(session, now=NOON)
        assert taken is not None
        assert session.get_one(Job, taken).kind == queue.VOICE


def test_silences_are_told_to_those_who_may_hear(app: Flask, study_id: int) -> None:
    with app.app_context():
        run(app)
        with writing() as session:
            study = session.get_one(Study, study_id)
            cleo = make_person(session, "cleo@example.org", (study, Role.COORDINATOR))
            rosa = make_person(session, "rosa@example.org", (study, Role.RESEARCHER))
            recording = session.scalars(select(Recording)).first()
            assert recording is not None
            now = NOON + timedelta(days=30)
            got = silences_for(session, Actor(cleo.id, cleo.email), recording.public_id, now=now)
            assert got == recording.silences
            with pytest.raises(NotFound):
                silences_for(session, Actor(rosa.id, rosa.email), recording.public_id, now=now)
