"""What experts agree on: who may set it for which sessions, with versions, by page and by file."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, Refused, Stale
from rater.storage.models import AuditEvent, CriterionPoint, Exclusion, Study
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, Actor, ExclusionScope, Position, Role, SessionUse
from rater.training.operations.agreement import criterion_of
from rater.training.operations.criterion import (
    criterion_session,
    criterion_sessions,
    import_criterion,
    read_criterion_for,
    set_criterion,
)
from rater.training.verdicts import Verdict
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study

THREE = Verdict(3.0, None, "The task is named twice")


@pytest.fixture
def study(session: Session) -> Study:
    made = make_study(session)
    for number, use in ((1, SessionUse.TRAINING), (2, SessionUse.CALIBRATION), (3, SessionUse.MAIN)):
        make_session(session, made, "P09", number).use = use
    out = make_session(session, made, "P08", 1)
    session.add(Exclusion(study_id=made.id, session_id=out.id, reason="noise", scope="main", excluded_at=NOON))
    session.flush()
    return made


@pytest.fixture
def trainer(session: Session, study: Study) -> Actor:
    return actor_of(make_person(session, "tom@example.org", (study, Role.TRAINER)))


def test_it_is_kept_with_its_reasons_and_told_by_the_audit(session: Session, study: Study, trainer: Actor) -> None:
    assert set_criterion(session, trainer, study, "KP091", {"ghes1": THREE}, {"ghes1": 0}, now=NOON) == 1
    assert set_criterion(session, trainer, study, "KP091", {"ghes1": THREE}, {"ghes1": 0}, now=NOON) == 0
    (row,) = session.scalars(select(CriterionPoint))
    assert (row.value, row.rationale, row.version, row.by_id) == (3.0, "The task is named twice", 1, trainer.person_id)
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "criterion.set"))
    assert (event.detail["of_session"], event.detail["item"], event.detail["value"]) == ("P09-S01", "ghes1", 3.0)


def test_only_sessions_that_raters_do_not_rate_in_the_main_wave(session: Session, study: Study, trainer: Actor) -> None:
    found = [each.therapy_session.code for each in criterion_sessions(session, trainer, study, now=NOON)]
    assert found == ["P08-S01", "P09-S01", "P09-S02"]
    with pytest.raises(NotFound):
        set_criterion(session, trainer, study, "KP093", {"ghes1": THREE}, {}, now=NOON)
    session.scalars(select(Exclusion)).one().scope = ExclusionScope.EVERYTHING
    with pytest.raises(NotFound):
        criterion_session(session, trainer, study, "KP081", now=NOON)


def test_who_still_has_the_session_to_rate_neither_sees_nor_sets_it(session: Session, study: Study) -> None:
    both = make_person(session, "ria@example.org", (study, Role.RATER), (study, Role.TRAINER), code="R1")
    target = criterion_session(session, COMMAND_LINE, study, "KP091", now=NOON).therapy_session
    make_assignment(session, study, target, "R1", wave="training", position=Position.ALL)
    with pytest.raises(NotPermitted):
        set_criterion(session, actor_of(both), study, "KP092", {"ghes1": THREE}, {}, now=NOON)
    left = make_person(session, "lea@example.org", (study, Role.TRAINER))
    make_person(session, "lea@example.org", (study, Role.RATER), code="R2")
    make_assignment(session, study, target, "R2", wave="training", position=Position.ALL)
    end_membership(session, COMMAND_LINE, study, left, Role.RATER, now=NOON)
    with pytest.raises(Refused, match="still have this session"):
        set_criterion(session, actor_of(left), study, "KP091", {"ghes1": THREE}, {}, now=NOON)
    assert set_criterion(session, actor_of(left), study, "KP092", {"ghes1": THREE}, {}, now=NOON) == 1


def test_a_clash_tells_both_values_and_changes_nothing(session: Session, study: Study, trainer: Actor) -> None:
    set_criterion(session, trainer, study, "KP091", {"ghes1": THREE}, {"ghes1": 0}, now=NOON)
    other = {"ghes1": Verdict(1.0, None, "x"), "ghes2": THREE}
    with pytest.raises(Stale) as clash:
        set_criterion(session, trainer, study, "KP091", other, {"ghes1": 0, "ghes2": 0}, now=NOON)
    assert clash.value.current["ghes1"]["value"] == 3.0
    assert [row.item for row in session.scalars(select(CriterionPoint))] == ["ghes1"]
    assert set_criterion(session, trainer, study, "KP091", other, {"ghes1": 1, "ghes2": 0}, now=NOON) == 2


def test_what_is_taken_back_counts_no_more_and_is_not_overwritten_unseen(
    session: Session, study: Study, trainer: Actor
) -> None:
    set_criterion(session, trainer, study, "KP091", {"ghes1": THREE}, {"ghes1": 0}, now=NOON)
    set_criterion(session, trainer, study, "KP091", {"ghes1": Verdict()}, {"ghes1": 1}, now=NOON)
    assert criterion_of(session, study) == {}
    set_criterion(session, trainer, study, "KP091", {"ghes1": THREE}, {"ghes1": 0}, now=NOON)
    with pytest.raises(Stale):
        set_criterion(session, trainer, study, "KP091", {"ghes1": Verdict(1.0)}, {"ghes1": 1}, now=NOON)


def test_what_is_no_point_is_refused_with_every_fault(session: Session, study: Study, trainer: Actor) -> None:
    wrong = {"ghes1": Verdict(9.0), "ghes2": Verdict(None, "holiday"), "phq9_1": Verdict(1.0)}
    with pytest.raises(BadInput) as refused:
        set_criterion(session, trainer, study, "KP091", wrong, {}, now=NOON)
    assert len(refused.value.faults) == 3
    assert not session.scalars(select(CriterionPoint)).all()


GOOD = "session_id,item,value,missing_code,rationale\nP09-S01,ghes1,3,,named twice\nP09-S02,ghes2,,NOT_RATABLE,\n"


def test_a_file_is_taken_whole_and_again_without_change(session: Session, study: Study) -> None:
    content = read_criterion_for(session, study, GOOD.encode())
    assert import_criterion(session, COMMAND_LINE, study, content, now=NOON).counts["added"] == 2
    assert import_criterion(session, COMMAND_LINE, study, content, now=NOON).counts["unchanged"] == 2
    changed = read_criterion_for(session, study, GOOD.replace(",3,", ",2,").encode())
    assert import_criterion(session, COMMAND_LINE, study, changed, now=NOON).counts["updated"] == 1
    assert {key: row.value for key, row in criterion_of(session, study).items()} == {
        ("P09-S01", "ghes1"): 2.0,
        ("P09-S02", "ghes2"): None,
    }


def test_a_file_tells_all_its_faults_with_their_lines(session: Session, study: Study) -> None:
    bad = (
        "session_id,item,value,missing_code\nP09-S01,ghes1,7,\nP09-S01,ghess2,1,\nP09-S01,ghes3,,\n"
        "P09-S03,ghes1,1,\nP77-S01,ghes1,1,\nP09-S02,ghes1,1,NOT_RATABLE\nP09-S02,ghes1,1,\n"
    )
    with pytest.raises(BadInput) as refused:
        read_criterion_for(session, study, bad.encode())
    assert sorted({each.line for each in refused.value.faults if each.line}) == [2, 3, 4, 5, 6, 7, 8]
    assert "main wave" in str(refused.value)
    assert not session.scalars(select(CriterionPoint)).all()
