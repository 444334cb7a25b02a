"""Proposals become a new version of a scale, or are declined."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted
from rater.ratings.operations.changelog import read_changes
from rater.storage.models import AnchorProposal, AuditEvent, Person, ScaleVersion, Study
from rater.studies.operations import scales_of
from rater.terms import Role
from rater.training.operations.proposing import open_proposals
from rater.training.operations.wording import (
    decline_proposal,
    plan_wording,
    readers_of,
    take_proposals,
)
from tests.builders.study import NOON, actor_of, make_person, make_study
from tests.studies.test_superseding import WHY, rated


@pytest.fixture
def study(session: Session) -> Study:
    return make_study(session)


@pytest.fixture
def trainer(session: Session, study: Study) -> Person:
    return make_person(session, "tom@example.org", (study, Role.TRAINER))


def propose(session: Session, study: Study, item: str, point: int | None, text: str) -> str:
    row = next(row for row, scale in scales_of(study) if item in scale.item_ids)
    made = AnchorProposal(
        scale_version_id=row.id, item=item, point=point, text=text, rationale="unclear", proposed_at=NOON
    )
    session.add(made)
    session.flush()
    return made.public_id


def open_ones(session: Session, study: Study) -> list[str]:
    return [each.public_id for each in open_proposals(session, study)]


def test_chosen_proposals_make_a_version_and_others_stay_open(session: Session, study: Study, trainer: Person) -> None:
    rated(session, study)
    chosen = [propose(session, study, "ghes2", 2, "half of them"), propose(session, study, "ghes1", 0, "none at all")]
    other = propose(session, study, "ghes2", 2, "some of them")
    made = take_proposals(session, actor_of(trainer), study, "ghes", chosen, WHY, now=NOON)
    scale = scales_of(study)[0][1]
    assert (made.version, made.changes) == (2, WHY)
    assert [scale.item(item).anchors[point].in_("en") for item, point in (("ghes2", 2), ("ghes1", 0))] == [
        "half of them",
        "none at all",
    ]
    assert open_ones(session, study) == [other]
    assert session.get(ScaleVersion, made.id) is made
    decline_proposal(session, actor_of(trainer), study, other, now=NOON)
    decline_proposal(session, actor_of(trainer), study, other, now=NOON)
    assert open_ones(session, study) == []
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("wording."))).all()
    assert sorted(actions) == ["wording.declined", "wording.taken", "wording.taken"]
    with pytest.raises(NotFound):
        decline_proposal(session, actor_of(trainer), study, chosen[0], now=NOON)


def test_a_plan_shows_before_and_after_and_writes_nothing(session: Session, study: Study) -> None:
    chosen = propose(session, study, "ghes2", 2, "die Hälfte")
    planned = plan_wording(session, study, "ghes", [chosen], language="de")
    (change,) = planned.changes
    assert change.before is not None
    assert change.after is not None
    assert (change.after.in_("de"), change.after.in_("en")) == ("die Hälfte", change.before.in_("en"))
    assert (planned.new.version, scales_of(study)[0][0].version, open_ones(session, study)) == (2, 1, [chosen])


def test_two_proposals_for_one_place_are_refused_and_stay_open(session: Session, study: Study, trainer: Person) -> None:
    both = [propose(session, study, "ghes2", 2, "half"), propose(session, study, "ghes2", 2, "some")]
    with pytest.raises(BadInput, match="given twice"):
        take_proposals(session, actor_of(trainer), study, "ghes", both, WHY, now=NOON)
    with pytest.raises(BadInput, match="No proposal is chosen"):
        take_proposals(session, actor_of(trainer), study, "ghes", [], WHY, now=NOON)
    with pytest.raises(BadInput, match="U\\+202E"):
        take_proposals(session, actor_of(trainer), study, "ghes", both[:1], f"{WHY}\u202e", now=NOON)
    assert open_ones(session, study) == both


def test_what_is_not_there_or_not_theirs(session: Session, study: Study, trainer: Person) -> None:
    chosen, other = propose(session, study, "ghes2", 2, "half"), make_study(session, "other")
    foreign = propose(session, other, "ghes2", 2, "half")
    for scale, ids in (("ghes", [foreign]), ("sthar", [chosen]), ("phq9", [chosen]), ("ghes", [chosen, "gone"])):
        with pytest.raises(NotFound):
            take_proposals(session, actor_of(trainer), study, scale, ids, WHY, now=NOON)
    with pytest.raises(NotFound):
        decline_proposal(session, actor_of(trainer), study, foreign, now=NOON)
    rater = actor_of(make_person(session, "r@example.org", (study, Role.RATER), code="R7"))
    with pytest.raises(NotPermitted):
        take_proposals(session, rater, study, "ghes", [chosen], WHY, now=NOON)
    with pytest.raises(NotPermitted):
        decline_proposal(session, rater, study, chosen, now=NOON)


def test_who_has_read_is_told(session: Session, study: Study, trainer: Person) -> None:
    for name in ("anna", "ben"):
        make_person(session, f"{name}@example.org", (study, Role.RATER), code=f"R_{name}")
    chosen = propose(session, study, "ghes2", 2, "half")
    made = take_proposals(session, actor_of(trainer), study, "ghes", [chosen], WHY, now=NOON)
    anna = actor_of(make_person(session, "anna@example.org"))
    read_changes(session, anna, study.slug, "ghes", now=NOON)
    versions, readers = readers_of(session, study)
    assert [row.id for row in versions] == [made.id]
    assert {each.code: each.read_at for each in readers} == {"R_anna": {made.id: NOON}, "R_ben": {}}
