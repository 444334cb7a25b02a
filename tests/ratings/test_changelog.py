"""Raters read what a new version changed before they begin another session; what they have begun goes on."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import NotFound, NotPermitted, Refused
from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.changelog import changelog_of, read_changes
from rater.ratings.operations.notes import save_note
from rater.ratings.operations.opening import my_queue, open_rating
from rater.ratings.operations.saving import save_point, save_sheet, save_unsure
from rater.storage.models import ChangelogReading, Person, Study
from rater.studies.operations import supersede_scale
from rater.terms import COMMAND_LINE, Actor, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study
from tests.studies.test_superseding import REFINED, WHY


@pytest.fixture
def study(session: Session) -> Study:
    return make_study(session)


@pytest.fixture
def anna(session: Session, study: Study) -> Person:
    return make_person(session, "anna@example.org", (study, Role.RATER), code="R1")


def assigned(session: Session, study: Study, wave: str, number: int) -> str:
    work = make_assignment(session, study, make_session(session, study, number=number), "R1", wave=wave, place=number)
    return work.public_id


def supersede(session: Session, study: Study) -> None:
    supersede_scale(session, COMMAND_LINE, study, REFINED, WHY, now=NOON)


def ways(session: Session, who: Actor, work: str) -> int:
    """How many of a point, a mark, a sheet and a note are taken, each tried by itself."""
    told: list[str] = []
    for way in (
        lambda: save_point(session, who, work, "ghes1", 3, None, now=NOON),
        lambda: save_unsure(session, who, work, "ghes1", True, now=NOON),
        lambda: save_sheet(session, who, work, {"ghes2": GivenPoint(2, None)}, now=NOON),
        lambda: save_note(session, who, work, "a" * 32, 3, "a plan", now=NOON),
    ):
        try:
            way()
        except Refused as refused:
            told.append(str(refused))
    assert all("Read first what has changed in ghes" in each for each in told)
    return 4 - len(told)


@pytest.mark.parametrize("wave", ["main", "training", "calibration", "recalibration"])
def test_no_session_is_begun_before_the_changes_are_read(
    session: Session, study: Study, anna: Person, wave: str
) -> None:
    who, work = actor_of(anna), assigned(session, study, wave, 1)
    supersede(session, study)
    assert open_rating(session, who, work, now=NOON).to_read_first == ["ghes"]
    assert my_queue(session, who, study.slug, now=NOON).to_read_first == ["ghes"]
    assert ways(session, who, work) == 0
    for _ in range(2):
        read_changes(session, who, study.slug, "ghes", now=NOON)
    assert len(session.scalars(select(ChangelogReading)).all()) == 1
    assert open_rating(session, who, work, now=NOON).to_read_first == []
    assert my_queue(session, who, study.slug, now=NOON).to_read_first == []
    assert ways(session, who, work) == 4


def test_control_without_a_new_version_nothing_is_to_be_read(session: Session, study: Study, anna: Person) -> None:
    who, work = actor_of(anna), assigned(session, study, "main", 1)
    assert open_rating(session, who, work, now=NOON).to_read_first == []
    assert ways(session, who, work) == 4


def test_a_session_with_a_note_is_begun_and_goes_on(session: Session, study: Study, anna: Person) -> None:
    who, work = actor_of(anna), assigned(session, study, "training", 1)
    supersede(session, study)
    read_changes(session, who, study.slug, "ghes", now=NOON)
    save_note(session, who, work, "b" * 32, 3, "a plan", now=NOON)
    session.query(ChangelogReading).delete()
    assert open_rating(session, who, work, now=NOON).to_read_first == []
    assert ways(session, who, work) == 4


def test_the_changelog_shows_before_and_after_of_every_version(session: Session, study: Study, anna: Person) -> None:
    supersede(session, study)
    found = changelog_of(session, actor_of(anna), study.slug, "ghes", now=NOON)
    (only,) = found.versions
    assert (found.is_due, only.is_read, only.row.version) == (True, False, 2)
    assert [(each.item, each.point, each.after and each.after.in_("en")) for each in only.changes] == [
        ("ghes2", 2, "half of the agreed tasks")
    ]
    assert only.html == f"<p>{WHY}</p>\n"


def test_who_may_read_and_who_may_say_so(session: Session, study: Study, anna: Person) -> None:
    supersede(session, study)
    coordinator = actor_of(make_person(session, "c@example.org", (study, Role.COORDINATOR)))
    assert not changelog_of(session, coordinator, study.slug, "ghes", now=NOON).is_due
    with pytest.raises(NotPermitted):
        read_changes(session, coordinator, study.slug, "ghes", now=NOON)
    for scale in ("phq9", "nothing"):
        with pytest.raises(NotFound):
            changelog_of(session, actor_of(anna), study.slug, scale, now=NOON)
    with pytest.raises(NotFound):
        changelog_of(session, actor_of(make_person(session, "x@example.org")), study.slug, "ghes", now=NOON)
