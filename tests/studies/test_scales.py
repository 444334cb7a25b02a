"""A newer version of a scale takes the old one's place, unless something is pinned to that."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotPermitted
from rater.ratings.operations.manual import import_manual
from rater.storage.models import Manual, ScaleVersion, Study
from rater.studies.operations import apply_sheet, scales_of, setting_changes, take_newer_version
from rater.terms import COMMAND_LINE, Role
from tests.builders.study import (
    NOON,
    actor_of,
    make_assignment,
    make_person,
    make_rating,
    make_session,
    make_study,
    shipped,
)

NEWER = shipped("ghes")[0][1].replace("version: 1\n", "version: 2\n", 1)


def taken(session: Session, study: Study, source: str = NEWER) -> list[str]:
    take_newer_version(session, COMMAND_LINE, study, source, now=NOON, file="ghes.yaml")
    return [f"{row.scale}@{row.version}" for row, _ in scales_of(study)]


def test_it_takes_the_place_of_the_old_one_and_the_manual_goes_along(session: Session) -> None:
    study = make_study(session)
    import_manual(session, COMMAND_LINE, study, "ghes", b"# Manual", now=NOON)
    make_assignment(session, study, make_session(session, study), "R1")
    assert taken(session, study) == ["ghes@2", "sthar@1", "phq9@1"]
    row = session.scalars(select(ScaleVersion).where(ScaleVersion.scale == "ghes")).one()
    assert session.scalars(select(Manual.scale_version_id)).all() == [row.id]
    assert [change.changed for change in setting_changes(session, study)] == [["ghes@2"]]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (shipped("ghes")[0][1], "has version 1 of ghes, and this is version 1"),
        (NEWER.replace("id: ghes\n", "id: other\n", 1), "has no scale other"),
        (NEWER.replace("id: ghes7\n", "id: sta1\n", 1), "sta1"),
        ("id: [", "ghes.yaml:1"),
        ("", "ghes.yaml"),
    ],
)
def test_what_cannot_take_its_place_is_refused(session: Session, source: str, words: str) -> None:
    study = make_study(session)
    with pytest.raises(BadInput, match=words):
        taken(session, study, source)
    assert [row.version for row in study.scale_versions] == [1, 1, 1]


def test_a_rating_that_was_begun_pins_the_version(session: Session) -> None:
    study = make_study(session)
    work = make_assignment(session, study, make_session(session, study), "R1", wave="training")
    make_rating(session, work, {"sta1": 2}, submitted=False)
    with pytest.raises(BadInput, match="1 ratings or outcomes use ghes@1"):
        taken(session, study)


def test_settings_that_the_new_version_cannot_meet_are_told(session: Session) -> None:
    study = make_study(session)
    study.min_valid = {"ghes": {"GHES": 7, "gone": 1}}
    with pytest.raises(BadInput, match="1 valid items of gone, which has 0 now"):
        taken(session, study)
    apply_sheet(session, COMMAND_LINE, study, "min_valid: {ghes: {GHES: 7}}", now=NOON)
    assert taken(session, study)[0] == "ghes@2"


def test_raters_at_work_change_no_scale(session: Session) -> None:
    study = make_study(session)
    mixed = make_person(session, "m@example.org", (study, Role.RATER), (study, Role.COORDINATOR), code="R1")
    make_assignment(session, study, make_session(session, study), "R1")
    with pytest.raises(NotPermitted):
        take_newer_version(session, actor_of(mixed), study, NEWER, now=NOON)
