"""What becomes of an example when its recording changes, or when it is removed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from rater.errors import Refused
from rater.recordings.operations.excerpts import begin_cut, keep_cut, make_cut
from rater.recordings.operations.masking import WantedSpan, set_span
from rater.storage.database import writing
from rater.storage.models import Example, Job, TrainingStep
from rater.storage.queries.jobs import EXAMPLE, newest
from rater.terms import COMMAND_LINE, JobState, Role
from rater.training.operations.examples import cut_again, remove_example
from tests.application import NOON
from tests.training.made_examples import LATER, Training


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
