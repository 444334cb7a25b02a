"""Cuts that fail on their way: a full disk, a broken recording, a worker that dies."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from rater.recordings.operations.excerpts import begin_cut, make_cut
from rater.storage.database import reading, writing
from rater.storage.media.store import FileStore
from rater.storage.queries.jobs import EXAMPLE, newest
from rater.training.operations.examples import cut_again, examples_of
from tests.application import NOON
from tests.training.made_examples import Training


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
