"""A worry about a patient reaches the person named, and nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound
from rater.ratings.operations.concerns import (
    concerns_told_to,
    open_concern,
    raise_concern,
    take_on,
    whom_to_tell,
)
from rater.ratings.operations.locking import lock_wave
from rater.ratings.operations.setting_aside import set_aside
from rater.storage.models import AuditEvent, Concern, Person
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, Actor, Role
from tests.builders.study import NOON, actor_of, make_person, make_study
from tests.ratings.closing import Work, details, make_work, submit_all

TEXT = "She says that she has put the tablets ready"


@pytest.fixture
def work(session: Session) -> Work:
    return make_work(session)


def name_person(session: Session, work: Work) -> tuple[Person, Actor]:
    """Dr. Sam, a supervisor, whom the study names."""
    sam = make_person(session, "sam@example.org", (work.study, Role.SUPERVISOR))
    work.study.concern_person_id, work.study.concern_contact = sam.id, "030 5550100, day and night"
    session.flush()
    return sam, actor_of(sam)


def may_open(session: Session, concern: Concern, *people: Actor) -> list[bool]:
    found = []
    for each in people:
        try:
            found.append(open_concern(session, each, concern.public_id, now=NOON) is concern)
        except NotFound:
            found.append(False)
    return found


def test_the_person_named_is_told_and_nobody_else(session: Session, work: Work) -> None:
    sam, as_sam = name_person(session, work)
    told = whom_to_tell(session, work.study, now=NOON)
    assert (told.names, told.contact) == (["Sam"], "030 5550100, day and night")
    concern = raise_concern(session, work.anna, work.id, f" {TEXT}\r\n", now=NOON)
    assert (concern.text, concern.told_person_id, concern.seen_at) == (TEXT, sam.id, None)
    assert may_open(session, concern, as_sam, work.carla, work.rosa, work.anna) == [True, False, False, False]
    assert concerns_told_to(session, as_sam, now=NOON) == [concern]
    assert concerns_told_to(session, work.carla, now=NOON) == []


def test_the_audit_keeps_that_it_was_raised_but_not_the_words(session: Session, work: Work) -> None:
    sam, _ = name_person(session, work)
    raise_concern(session, work.anna, work.id, TEXT, now=NOON)
    assert details(session, "concern.raised") == [{"told": sam.id}]
    assert "tablets" not in str(session.scalars(select(AuditEvent.detail)).all())


def test_without_a_name_the_coordinators_are_told(session: Session, work: Work) -> None:
    concern = raise_concern(session, work.anna, work.id, TEXT, now=NOON)
    assert concern.told_person_id is None
    assert whom_to_tell(session, work.study, now=NOON).names == ["Carla"]
    assert may_open(session, concern, work.carla, work.rosa, work.anna) == [True, False, False]
    end_membership(session, COMMAND_LINE, work.study, _person(session, work.carla), Role.COORDINATOR, now=NOON)
    assert may_open(session, concern, work.carla, work.rosa, work.anna) == [False, True, False]


def test_a_person_who_left_does_not_take_a_worry_along(session: Session, work: Work) -> None:
    sam, as_sam = name_person(session, work)
    concern = raise_concern(session, work.anna, work.id, TEXT, now=NOON)
    end_membership(session, COMMAND_LINE, work.study, sam, Role.SUPERVISOR, now=NOON)
    assert may_open(session, concern, as_sam, work.carla) == [False, True]
    assert raise_concern(session, work.anna, work.id, "again", now=NOON).told_person_id is None


def test_it_can_be_raised_in_every_state(session: Session, work: Work) -> None:
    raise_concern(session, work.anna, work.id, "before rating", now=NOON)
    set_aside(session, work.anna, work.id, "unusable_audio", "", now=NOON)
    raise_concern(session, work.anna, work.id, "set aside", now=NOON)
    lock_wave(session, work.rosa, work.study, "main", now=NOON)
    raise_concern(session, work.anna, work.id, "locked", now=NOON)
    assert session.scalar(select(func.count()).select_from(Concern)) == 3


def test_it_can_be_raised_after_submission(session: Session, work: Work) -> None:
    submit_all(session, work)
    assert raise_concern(session, work.anna, work.id, TEXT, now=NOON).text == TEXT


def test_sent_twice_it_is_one(session: Session, work: Work) -> None:
    first = raise_concern(session, work.anna, work.id, TEXT, now=NOON)
    assert raise_concern(session, work.anna, work.id, TEXT, now=NOON) is first
    assert len(details(session, "concern.raised")) == 1
    take_on(session, work.carla, first.public_id, now=NOON)
    assert raise_concern(session, work.anna, work.id, TEXT, now=NOON) is not first


@pytest.mark.parametrize("text", ["", " \n ", "x", "x" * 5001, "a\x00b"])
def test_emptiness_is_refused(session: Session, work: Work, text: str) -> None:
    with pytest.raises(BadInput):
        raise_concern(session, work.anna, work.id, text, now=NOON)
    assert session.scalar(select(func.count()).select_from(Concern)) == 0


def test_it_is_taken_on_once(session: Session, work: Work) -> None:
    concern = raise_concern(session, work.anna, work.id, TEXT, now=NOON)
    second = raise_concern(session, work.anna, work.id, "something else", now=NOON)
    for _ in range(2):
        assert take_on(session, work.carla, concern.public_id, now=NOON).seen_at == NOON
    assert len(details(session, "concern.seen")) == 1
    assert concerns_told_to(session, work.carla, now=NOON) == [second, concern]
    with pytest.raises(NotFound):
        take_on(session, work.rosa, second.public_id, now=NOON)


def test_only_the_rater_raises_and_other_studies_hear_nothing(session: Session, work: Work) -> None:
    other = make_study(session, "other")
    olga = actor_of(make_person(session, "olga@example.org", *[(other, role) for role in Role], code="R1"))
    for stranger in (olga, work.carla):
        with pytest.raises(NotFound):
            raise_concern(session, stranger, work.id, TEXT, now=NOON)
    concern = raise_concern(session, work.anna, work.id, TEXT, now=NOON)
    assert may_open(session, concern, olga) == [False]
    assert concerns_told_to(session, olga, now=NOON) == []


def _person(session: Session, actor: Actor) -> Person:
    found = session.get(Person, actor.person_id)
    assert found is not None
    return found
