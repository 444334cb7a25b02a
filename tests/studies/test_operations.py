import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted
from rater.storage.models import AuditEvent, Study
from rater.studies.operations import add_member, create_study, end_membership, ensure_raters, study_for, study_named
from rater.studies.permissions import Action
from rater.terms import COMMAND_LINE, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study, shipped

WORDS = """
id: diary
version: 1
title: Diary
range: {min: 0, max: 4}
items:
  - {id: d1, text: What happened, kind: text}
"""


def test_a_study_has_its_scales_and_its_audit_event(session: Session) -> None:
    study = make_study(session)
    assert [row.scale for row in study.scale_versions] == ["ghes", "sthar", "phq9"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "study.created")).one()
    assert event.detail["scales"] == ["ghes@1", "sthar@1", "phq9@1"]


@pytest.mark.parametrize("slug", ["", "Pilot", "a b", "-a", "ä", "x" * 65, "../x"])
def test_a_misspelt_slug_is_refused(session: Session, slug: str) -> None:
    with pytest.raises(BadInput):
        create_study(session, COMMAND_LINE, slug, "T", shipped("ghes"), now=NOON)


@pytest.mark.parametrize("title", ["", " ", "a\nb", "a\x07b", "x" * 201])
def test_a_title_that_cannot_be_shown_is_refused(session: Session, title: str) -> None:
    with pytest.raises(BadInput):
        create_study(session, COMMAND_LINE, "pilot", title, shipped("ghes"), now=NOON)


def test_every_fault_is_told_and_nothing_is_written(session: Session) -> None:
    make_study(session)
    sources = [("a.yaml", "id: [broken"), ("b.yaml", WORDS), *shipped("ghes")]
    with pytest.raises(BadInput) as refused:
        create_study(session, COMMAND_LINE, "pilot", "T", sources, now=NOON)
    words = [str(each) for each in refused.value.faults]
    assert any("already" in each for each in words)
    assert any(each.startswith("a.yaml:") for each in words)
    assert any("d1" in each for each in words)
    assert session.scalar(select(func.count()).select_from(Study)) == 1


def test_the_same_item_in_two_scales_is_refused(session: Session) -> None:
    with pytest.raises(BadInput):
        create_study(session, COMMAND_LINE, "twice", "T", shipped("ghes", "ghes"), now=NOON)


def test_raters_get_the_next_free_code(session: Session) -> None:
    study = make_study(session)
    ensure_raters(session, study, ["R1"])
    anna = make_person(session, "anna@example.org", (study, Role.RATER))
    assert [rater.code for rater in ensure_raters(session, study, []).values() if rater.person_id == anna.id] == ["R2"]
    bert = make_person(session, "bert@example.org")
    with pytest.raises(BadInput):
        add_member(session, COMMAND_LINE, study, bert, Role.RATER, now=NOON, rater_code="R2")


def test_a_stranger_does_not_learn_that_a_study_exists(session: Session) -> None:
    study = make_study(session)
    stranger = actor_of(make_person(session, "eve@example.org"))
    for slug in (study.slug, "no-such-study"):
        with pytest.raises(NotFound):
            study_for(session, stranger, slug, Action.SEE_PROGRESS, now=NOON)


def test_a_rater_with_open_work_stays_blind_as_a_researcher(session: Session) -> None:
    study = make_study(session)
    anna = make_person(session, "anna@example.org", (study, Role.RATER), (study, Role.RESEARCHER), code="R1")
    assert study_for(session, actor_of(anna), "pilot", Action.EXPORT, now=NOON) is study
    make_assignment(session, study, make_session(session, study), "R1")
    with pytest.raises(NotPermitted):
        study_for(session, actor_of(anna), "pilot", Action.EXPORT, now=NOON)


def test_a_role_that_was_taken_is_gone(session: Session) -> None:
    study = make_study(session)
    anna = make_person(session, "anna@example.org", (study, Role.RESEARCHER))
    end_membership(session, COMMAND_LINE, study, anna, Role.RESEARCHER, now=NOON)
    with pytest.raises(NotFound):
        study_for(session, actor_of(anna), "pilot", Action.EXPORT, now=NOON)


def test_a_command_is_told_which_studies_there_are(session: Session) -> None:
    make_study(session)
    with pytest.raises(BadInput, match="pilot"):
        study_named(session, "nothing")
