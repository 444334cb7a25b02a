"""A revealed wave talked over: who sees whom, what is apart, consensus beside the originals, proposals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, Refused, Stale
from rater.ratings.operations.locking import lock_wave
from rater.recordings.operations.hearing import hears, sound_for
from rater.storage.database import db
from rater.storage.models import AuditEvent, ConsensusPoint, Note, Recording, Study, TherapySession, Wave
from rater.studies.operations import scales_of, supersede_scale
from rater.terms import COMMAND_LINE, Actor, Position, Role, SessionUse
from rater.training.operations.consensus import decide
from rater.training.operations.discussing import open_discussion
from rater.training.operations.proposing import open_proposals, propose
from rater.training.operations.reporting import figures_table, ratings_table, wave_report
from rater.training.operations.revealing import reveal_wave
from rater.training.operations.seeing import see_wave
from rater.training.verdicts import Verdict
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_recording,
    make_session,
    make_study,
)
from tests.studies.test_superseding import REFINED, WHY, rated

AGREED = Verdict(3.0, None, "The task is named, the time is not")
AT = ("pilot", "training", "KP091", "ghes1")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def study(session: Session) -> Study:
    """Two training sessions rated by R1 to R3, ghes1 far apart in the first; R1 and R2 on a main session."""
    made = make_study(session)
    for code, name in (("R1", "anna"), ("R2", "ben"), ("R3", "cleo")):
        make_person(session, f"{name}@example.org", (made, Role.RATER), code=code)
    for number in (1, 2):
        target = make_session(session, made, "P09", number)
        target.use = SessionUse.TRAINING
        for place, code in enumerate(("R1", "R2", "R3")):
            given = make_assignment(session, made, target, code, wave="training", position=Position.ALL)
            apart = {"ghes1": 2.0 * place} if number == 1 else {"ghes2": "NOT_RATABLE"} if code == "R3" else {}
            make_rating(session, given, all_points(made) | apart)
            for text in ("#ghes1 named", "#ghes2 late", "a sigh"):
                note = Note(
                    public_id=f"{code}{text}"[:20], assignment_id=given.id, second=7, text=text, written_at=NOON
                )
                session.add(note)
    first = make_session(session, made, "P01", 1)
    for code, position in (("R1", Position.MAIN), ("R2", Position.SECOND)):
        given = make_assignment(session, made, first, code, position=position)
        make_rating(session, given, all_points(made) | ({"ghes3": 4} if code == "R2" else {}))
    alone = make_assignment(session, made, make_session(session, made, "P01", 2), "R1")
    make_rating(session, alone, all_points(made))
    session.flush()
    return made


@pytest.fixture
def revealed(session: Session, study: Study) -> Study:
    for wave in ("training", "main"):
        lock_wave(session, COMMAND_LINE, study, wave, now=NOON)
        reveal_wave(session, COMMAND_LINE, study, wave, now=NOON)
    return study


@pytest.fixture
def trainer(session: Session, study: Study) -> Actor:
    return actor_of(make_person(session, "tom@example.org", (study, Role.TRAINER)))


def rater(session: Session, name: str) -> Actor:
    return actor_of(make_person(session, f"{name}@example.org"))


def test_a_rater_sees_the_points_without_names_and_the_own_one_marked(session: Session, revealed: Study) -> None:
    found = open_discussion(session, rater(session, "ben"), *AT, now=LATER)
    assert [(each.value, each.is_mine, each.rater, each.name) for each in found.sides] == [
        (2.0, True, None, None), (0.0, False, None, None), (4.0, False, None, None),
    ]  # fmt: skip
    assert [(each.text, each.rater) for each in found.notes] == [("#ghes1 named", None)] * 3 + [("a sigh", None)] * 3
    assert found.counts == {0: 1, 1: 0, 2: 1, 3: 0, 4: 1}


def test_who_leads_sees_codes_and_names(session: Session, revealed: Study, trainer: Actor) -> None:
    found = open_discussion(session, trainer, *AT, now=LATER)
    assert [(each.rater, each.name) for each in found.sides] == [("R1", "Anna"), ("R2", "Ben"), ("R3", "Cleo")]
    assert found.following == ("KP092", "ghes2")
    assert (found.before, found.after) == (None, ("KP091", "ghes2"))


def test_nobody_sees_anything_before_the_reveal(session: Session, study: Study, trainer: Actor) -> None:
    lock_wave(session, COMMAND_LINE, study, "training", now=NOON)
    for who in (trainer, rater(session, "anna")):
        assert see_wave(session, who, "pilot", "training", now=LATER).rows == ()
        assert wave_report(session, who, "pilot", "training", now=LATER).topics == ()
        for code in ("KP091", "nowhere"):
            with pytest.raises(Refused, match="not revealed"):
                open_discussion(session, who, "pilot", "training", code, "ghes1", now=LATER)
    with pytest.raises(Refused, match="not revealed"):
        decide(session, trainer, *AT, AGREED, seen=0, now=LATER)


def test_raters_see_no_main_wave_and_no_wave_of_others(session: Session, revealed: Study, trainer: Actor) -> None:
    make_person(session, "dora@example.org", (revealed, Role.RATER), code="R4")
    for name, wave in (("anna", "main"), ("dora", "training"), ("anna", "training-9")):
        with pytest.raises(NotFound):
            see_wave(session, rater(session, name), "pilot", wave, now=LATER)
    carla = make_person(session, "carla@example.org", (revealed, Role.COORDINATOR))
    with pytest.raises(NotPermitted):
        see_wave(session, actor_of(carla), "pilot", "training", now=LATER)
    found = see_wave(session, trainer, "pilot", "main", now=LATER)
    assert {row.session_id for row in found.rows} == {"P01-S01"}, "sessions rated once are nothing to talk over"


def test_a_session_that_a_rater_still_has_to_rate_is_kept_from_him(session: Session, revealed: Study) -> None:
    target = next(each for each in see_wave(session, COMMAND_LINE, "pilot", "training", now=LATER).codes)
    assert target == "P09-S01"
    again = open_discussion(session, rater(session, "anna"), *AT, now=LATER).place.target
    make_assignment(session, revealed, again, "R1", wave="training-2", position=Position.ALL)
    with pytest.raises(NotFound):
        open_discussion(session, rater(session, "anna"), *AT, now=LATER)
    assert open_discussion(session, rater(session, "ben"), *AT, now=LATER).sides


def originals(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of ratings, revisions, points and assignments."""
    session.flush()
    tables = ("assignment", "rating", "revision", "point", "note")
    return {name: [tuple(row) for row in session.execute(select(db.metadata.tables[name]))] for name in tables}


def test_consensus_leaves_the_originals_byte_for_byte(session: Session, revealed: Study, trainer: Actor) -> None:
    before = originals(session)
    made = decide(session, trainer, *AT, AGREED, seen=0, now=LATER)
    assert (made.value, made.version, made.by_id, made.decided_at) == (3.0, 1, trainer.person_id, LATER)
    assert decide(session, trainer, *AT, AGREED, seen=0, now=LATER) is made
    missing = Verdict(None, "NOT_RATABLE", "Nobody can hear it")
    assert decide(session, trainer, *AT, missing, seen=1, now=LATER).version == 2
    assert originals(session) == before
    found = open_discussion(session, rater(session, "anna"), *AT, now=LATER)
    assert found.consensus is made
    assert [each.value for each in found.sides] == [0.0, 2.0, 4.0]
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "consensus.decided")).all()
    assert [(each.detail["value"], each.detail["missing_code"]) for each in events] == [
        (3.0, None),
        (None, "NOT_RATABLE"),
    ]


def test_control_a_consensus_written_over_a_point_is_seen(session: Session, revealed: Study) -> None:
    before = originals(session)
    session.execute(db.metadata.tables["point"].update().values(value=3.0))
    assert originals(session) != before


def test_a_consensus_wants_a_reason_and_clashes_are_told(session: Session, revealed: Study, trainer: Actor) -> None:
    for wrong, told in (
        (Verdict(3.0, None, " "), "rationale is empty"),
        (Verdict(7.0, None, "because"), "outside"),
        (Verdict(None, None, "because"), "neither"),
    ):
        with pytest.raises(BadInput, match=told):
            decide(session, trainer, *AT, wrong, seen=0, now=LATER)
    decide(session, trainer, *AT, AGREED, seen=0, now=LATER)
    with pytest.raises(Stale) as clash:
        decide(session, trainer, *AT, Verdict(1.0, None, "Otherwise"), seen=0, now=LATER)
    assert (clash.value.current["value"], clash.value.current["version"]) == (3.0, 1)
    with pytest.raises(NotPermitted):
        decide(session, rater(session, "anna"), *AT, AGREED, seen=1, now=LATER)
    assert [each.value for each in session.scalars(select(ConsensusPoint))] == [3.0]


def test_the_report_counts_what_is_apart_and_what_is_settled(session: Session, revealed: Study, trainer: Actor) -> None:
    report = wave_report(session, trainer, "pilot", "training", now=LATER)
    assert [(each.session, each.item, each.spread) for each in report.topics] == [
        ("P09-S01", "ghes1", 4.0), ("P09-S02", "ghes2", 0.0),
    ]  # fmt: skip
    assert (report.n_raters, report.n_settled) == (3, 0)
    decide(session, trainer, *AT, AGREED, seen=0, now=LATER)
    report = wave_report(session, trainer, "pilot", "training", now=LATER)
    assert (report.n_settled, report.following and report.following.item) == (1, "ghes2")
    assert "GHES" in report.scales[0].agreed
    main = wave_report(session, trainer, "pilot", "main", now=LATER)
    assert [(each.session, each.item) for each in main.topics] == [("P01-S01", "ghes3")]
    assert main.scales[0].agreed == {}


def test_a_raters_tables_hold_no_code_of_another(session: Session, revealed: Study, trainer: Actor) -> None:
    report = wave_report(session, rater(session, "ben"), "pilot", "training", now=LATER)
    for table in (ratings_table, figures_table):
        told = repr(table(report))
        assert not any(word in told for word in ("R1", "R2", "R3", "P09-", "Anna", "Cleo"))
    assert set(report.scales[0].compared) <= {"R2"}
    control = repr(ratings_table(wave_report(session, trainer, "pilot", "training", now=LATER)))
    assert all(word in control for word in ("R1", "R2", "R3", "P09-"))


def test_the_others_cannot_be_followed_from_item_to_item(session: Session, revealed: Study) -> None:
    _, rows = ratings_table(wave_report(session, rater(session, "ben"), "pilot", "training", now=LATER))
    others = [row[4] for row in rows if row[0] == "KP091" and row[2] == "ghes1" and row[3] == "other"]
    assert others == [0.0, 4.0]
    gone = [row[5] for row in rows if row[0] == "KP092" and row[2] == "ghes2" and row[3] == "other"]
    assert gone == [None, "NOT_RATABLE"], "who gave the code stands last there, whoever it is"


def heard(session: Session, study: Study, code: str) -> Recording:
    found = open_discussion(session, COMMAND_LINE, "pilot", "training", code, "ghes1", now=LATER).place.target
    return make_recording(session, found, "a", "p", size=10, mime="audio/ogg")


def test_who_leads_hears_what_experts_judge_and_the_rest_from_the_reveal_on(
    session: Session, revealed: Study, trainer: Actor
) -> None:
    recording = heard(session, revealed, "KP091")
    wave = see_wave(session, trainer, "pilot", "training", now=LATER).wave
    target = session.get_one(TherapySession, recording.session_id)
    assert hears(session, rater(session, "anna"), recording, now=LATER)
    wave.revealed_at = None
    session.flush()
    assert hears(session, trainer, recording, now=LATER), "the criterion is set before the reveal"
    target.use = SessionUse.MAIN
    session.flush()
    assert not hears(session, trainer, recording, now=LATER), "control: before the reveal"
    with pytest.raises(NotFound):
        sound_for(session, trainer, recording.public_id, now=LATER)
    wave.revealed_at = LATER
    session.flush()
    assert hears(session, trainer, recording, now=LATER)
    stranger = make_person(session, "dora@example.org", (revealed, Role.RATER), code="R4")
    assert not hears(session, actor_of(stranger), recording, now=LATER)


def test_who_leads_does_not_hear_while_he_has_sessions_to_rate(session: Session, revealed: Study) -> None:
    both = make_person(session, "ria@example.org", (revealed, Role.RATER), (revealed, Role.TRAINER), code="R5")
    recording = heard(session, revealed, "KP091")
    assert hears(session, actor_of(both), recording, now=LATER)
    make_assignment(session, revealed, make_session(session, revealed, "P05", 1), "R5", wave="training-2")
    assert not hears(session, actor_of(both), recording, now=LATER)


def test_a_proposal_is_listed_until_it_is_answered(session: Session, revealed: Study, trainer: Actor) -> None:
    words = {"text": "Half of the task", "rationale": "half was unclear"}
    made = propose(session, rater(session, "anna"), *AT, point=2, **words, now=LATER)
    propose(session, trainer, *AT, point=None, **words, now=LATER)
    assert [(each.item, each.point) for each in open_proposals(session, revealed)] == [("ghes1", 2.0), ("ghes1", None)]
    made.answer = "declined"
    session.flush()
    assert len(open_proposals(session, revealed)) == 1
    with pytest.raises(BadInput) as refused:
        propose(session, trainer, *AT, point=9, text=" ", rationale="", now=LATER)
    assert len(refused.value.faults) == 3


def test_what_was_rated_with_older_words_is_talked_over_in_them(session: Session) -> None:
    study = make_study(session)
    rated(session, study)
    wave = session.scalars(select(Wave)).one()
    wave.revealed_at = NOON
    before = open_discussion(session, COMMAND_LINE, "pilot", wave.name, "KP011", "ghes2", now=LATER).place
    supersede_scale(session, COMMAND_LINE, study, REFINED, WHY, now=NOON)
    after = open_discussion(session, COMMAND_LINE, "pilot", wave.name, "KP011", "ghes2", now=LATER).place
    assert (after.scale.version, after.item) == (1, before.item)
    assert scales_of(study)[0][1].item("ghes2") != before.item, "control: later waves have the new words"
