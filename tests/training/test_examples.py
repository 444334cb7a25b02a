"""Examples from the moment they are asked for: what is cut, and who makes and hears it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from rater.errors import BadInput, NotFound, NotPermitted
from rater.recordings.exclusions import Wanted
from rater.recordings.operations.excluding import exclude, lift
from rater.storage.database import reading, writing
from rater.storage.media.sealing import MAGIC
from rater.storage.models import AuditEvent, Study, TherapySession
from rater.studies.operations import take_newer_version
from rater.terms import COMMAND_LINE, RatingState, SessionUse
from rater.training.operations.examples import cut_again, examples_of, make_example, remove_example
from tests.application import NOON
from tests.builders.audio import speechlike
from tests.builders.study import all_points, make_rating
from tests.training.made_examples import LATER, SECONDS, STARTS, STOPS, Training, assign


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
