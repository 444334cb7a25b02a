"""Who is arranged with whom: each refusal beside what is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, Refused
from rater.storage.models import AuditEvent, Review, Trainee
from rater.supervision.operations.arranging import (
    LONGEST_WORDS,
    appoint_supervisor,
    arrangement,
    leave_words,
    place_trainee,
    take_back_trainee,
)
from rater.supervision.operations.asking import Seat, trainee_for
from rater.supervision.operations.home import home_of
from rater.terms import Actor, Role
from tests.builders.study import NOON, actor_of, make_person, make_session
from tests.builders.supervision import Programme, make_programme, make_supervised

LATER = NOON + timedelta(days=1)


@pytest.fixture
def programme(session: Session) -> Programme:
    made = make_programme(session)
    made.people["nele"] = make_person(session, "nele@example.org", (made.study, Role.TRAINEE))
    return made


def by(programme: Programme, name: str = "carl") -> Actor:
    return actor_of(programme.people[name])


def place(session: Session, programme: Programme, email: str, code: str, name: str = "carl") -> Trainee:
    return place_trainee(session, by(programme, name), "clinic", email, code, now=LATER)


def seat(session: Session, programme: Programme, name: str, at: str) -> Seat | None:
    try:
        return trainee_for(session, by(programme, name), "clinic", at, now=LATER + timedelta(seconds=1)).seat
    except (NotFound, NotPermitted):
        return None


def test_a_trainee_is_placed_behind_a_code_known_or_new(session: Session, programme: Programme) -> None:
    make_session(session, programme.study, "P9", therapist="T3")
    assert arrangement(session, by(programme), "clinic", now=LATER).free_codes == ["T3"]
    made = place(session, programme, "nele@example.org", "T3")
    assert place(session, programme, " nele@example.org ", "T3 ") is made, "repeating changes nothing"
    found = arrangement(session, by(programme), "clinic", now=LATER)
    assert [each.trainee.therapist.code for each in found.trainees] == ["T1", "T2", "T3"]
    assert (found.unplaced, found.free_codes) == ([], [])
    assert seat(session, programme, "nele", made.public_id) is Seat.TRAINEE
    make_person(session, "nora@example.org", (programme.study, Role.TRAINEE))
    assert place(session, programme, "nora@example.org", "T77").therapist.code == "T77"


@pytest.mark.parametrize(
    ("email", "code", "column"),
    [
        ("nobody@example.org", "T3", "email"),
        ("sara@example.org", "T3", "email"),
        ("tom@example.org", "T3", "email"),
        ("nele@example.org", "T1", "code"),
        ("nele@example.org", " ", "code"),
        ("nele@example.org", "T" * 65, "code"),
        ("nele@example.org", "T\x00", "code"),
        ("nele\x00@example.org", "T3", "email"),
    ],
)
def test_what_cannot_be_placed_is_refused(
    session: Session, programme: Programme, email: str, code: str, column: str
) -> None:
    with pytest.raises(BadInput) as refused:
        place(session, programme, email, code)
    assert [each.column for each in refused.value.faults] == [column]
    assert place(session, programme, "nele@example.org", "T3")


def test_a_trainee_is_handed_over_with_words(session: Session, programme: Programme) -> None:
    tom = programme.trainees["tom"]
    leave_words(session, by(programme, "sara"), "clinic", tom.public_id, "Works on rationale.", now=LATER)
    changed = appoint_supervisor(session, by(programme), "clinic", tom.public_id, "sven@example.org", now=LATER)
    assert changed
    assert (seat(session, programme, "sara", tom.public_id), seat(session, programme, "sven", tom.public_id)) == (
        None,
        Seat.SUPERVISOR,
    )
    after = LATER + timedelta(seconds=1)
    (_, now_with) = sorted(tom.supervisions, key=lambda each: each.since)
    assert now_with.until is None
    found = home_of(session, by(programme, "sven"), "clinic", now=after).trainees
    assert {each.trainee.therapist.code: each.handover for each in found} == {"T1": "Works on rationale.", "T2": ""}
    with pytest.raises(NotFound):
        leave_words(session, by(programme, "sara"), "clinic", tom.public_id, "More", now=after)


def test_words_of_the_coordinator_take_the_place_of_the_supervisors(session: Session, programme: Programme) -> None:
    tom = programme.trainees["tom"]
    appoint_supervisor(
        session, by(programme), "clinic", tom.public_id, "sven@example.org", now=LATER, words="Sara is ill.\r\nAsk her."
    )
    assert [each.handover for each in tom.supervisions] == ["Sara is ill.\nAsk her.", ""]


def test_appointing_the_same_person_changes_nothing(session: Session, programme: Programme) -> None:
    tom = programme.trainees["tom"]
    assert not appoint_supervisor(session, by(programme), "clinic", tom.public_id, "sara@example.org", now=LATER)
    assert appoint_supervisor(session, by(programme), "clinic", tom.public_id, "", now=LATER)
    assert not appoint_supervisor(session, by(programme), "clinic", tom.public_id, "", now=LATER)
    assert seat(session, programme, "sara", tom.public_id) is None


@pytest.mark.parametrize("email", ["tina@example.org", "lea@example.org", "nobody@example.org", "tom@example.org"])
def test_who_is_no_supervisor_is_not_appointed(session: Session, programme: Programme, email: str) -> None:
    with pytest.raises(BadInput):
        appoint_supervisor(session, by(programme), "clinic", programme.trainees["tom"].public_id, email, now=LATER)
    assert programme.trainees["tom"].supervisions[0].until is None


def test_nobody_supervises_oneself(session: Session, programme: Programme) -> None:
    make_person(session, "tom@example.org", (programme.study, Role.SUPERVISOR))
    with pytest.raises(BadInput, match="him- or herself"):
        appoint_supervisor(
            session, by(programme), "clinic", programme.trainees["tom"].public_id, "tom@example.org", now=LATER
        )


def test_a_code_is_taken_back_only_while_nothing_rests_on_it(session: Session, programme: Programme) -> None:
    tom, tina = (programme.trainees[name].public_id for name in ("tom", "tina"))
    made, _ = make_supervised(session, programme)
    session.add(Review(session_id=made.id, by_id=programme.people["sara"].id, began_at=NOON))
    session.flush()
    with pytest.raises(Refused):
        take_back_trainee(session, by(programme), "clinic", tom, now=LATER)
    take_back_trainee(session, by(programme), "clinic", tina, now=LATER)
    found = arrangement(session, by(programme), "clinic", now=LATER)
    assert [(each.trainee.therapist.code, each.may_take_back) for each in found.trainees] == [("T1", False)]
    assert found.free_codes == ["T2"]


@pytest.mark.parametrize(("name", "allowed"), [("lea", True), ("sara", False), ("tom", False)])
def test_coordinators_and_leads_arrange(session: Session, programme: Programme, name: str, allowed: bool) -> None:
    if allowed:
        assert place(session, programme, "nele@example.org", "T3", name)
        return
    with pytest.raises(NotPermitted):
        place(session, programme, "nele@example.org", "T3", name)


def test_words_have_a_length_and_signs_that_can_be_seen(session: Session, programme: Programme) -> None:
    tom = programme.trainees["tom"].public_id
    for words in ("x" * (LONGEST_WORDS + 1), "a\x07b"):
        with pytest.raises(BadInput):
            leave_words(session, by(programme, "sara"), "clinic", tom, words, now=LATER)
    leave_words(session, by(programme, "sara"), "clinic", tom, "x" * LONGEST_WORDS, now=LATER)


def test_the_trace_has_who_and_when_and_no_words(session: Session, programme: Programme) -> None:
    tom = programme.trainees["tom"]
    appoint_supervisor(
        session, by(programme), "clinic", tom.public_id, "sven@example.org", now=LATER, words="Knows the patient well"
    )
    events = session.scalars(select(AuditEvent).where(AuditEvent.subject == f"trainee:{tom.public_id}")).all()
    assert [each.action for each in events] == ["supervision.ended", "supervision.begun"]
    assert "patient" not in str([each.detail for each in events])
