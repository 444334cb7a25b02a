"""A version of other words takes the place of one that training was rated with, and what was rated keeps the old."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotPermitted
from rater.ratings.operations.locking import lock_wave
from rater.ratings.operations.manual import import_manual
from rater.scales.refining import Refinement, refined
from rater.storage.models import AuditEvent, Manual, Study
from rater.storage.queries.versions import old_versions
from rater.studies.operations import ensure_wave, scales_of, scales_of_wave, supersede_scale
from rater.terms import COMMAND_LINE, Position, Role
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_session,
    make_study,
    shipped,
)

GHES = shipped("ghes")[0][1]
REFINED = refined(GHES, [Refinement("ghes2", 2, "half of the agreed tasks")])
WHY = "Point 2 of ghes2 names half of the tasks."


def version_of(study: Study) -> int:
    return scales_of(study)[0][0].version


def rated(session: Session, study: Study, wave: str = "training", *, number: int = 1, locked: bool = True) -> None:
    work = make_assignment(
        session, study, make_session(session, study, number=number), "R1", wave=wave, position=Position.ALL
    )
    make_rating(session, work, all_points(study))
    if locked:
        lock_wave(session, COMMAND_LINE, study, wave, now=NOON)


def supersede(session: Session, study: Study, source: str = REFINED, changes: str = WHY) -> None:
    supersede_scale(session, COMMAND_LINE, study, source, changes, now=NOON, file="ghes.yaml")


def test_a_locked_training_wave_keeps_its_version_and_other_waves_take_the_new_one(session: Session) -> None:
    study = make_study(session)
    import_manual(session, COMMAND_LINE, study, "ghes", b"# Manual", now=NOON)
    rated(session, study)
    old, _ = scales_of(study)[0]
    supersede(session, study)
    new, scale = scales_of(study)[0]
    assert (new.version, new.changes, new.superseded_at, old.version, old.superseded_at) == (2, WHY, None, 1, NOON)
    assert scale.item("ghes2").anchors[2].in_("en") == "half of the agreed tasks"
    assert set(session.scalars(select(Manual.scale_version_id))) == {old.id, new.id}
    versions = {
        wave: [row.version for row, _ in scales_of_wave(session, ensure_wave(session, study, wave))]
        for wave in ("training", "training-2", "main")
    }
    assert versions == {"training": [1, 1, 1], "training-2": [2, 1, 1], "main": [2, 1, 1]}
    assert old_versions(session, study.id) == [("training", "ghes", 1)]
    kept = session.scalars(select(AuditEvent).where(AuditEvent.action == "study.scale_superseded")).one()
    assert kept.detail == {"scale": "ghes", "before": 1, "after": 2}


def test_three_versions_stay_with_the_waves_that_they_were_rated_with(session: Session) -> None:
    study = make_study(session)
    rated(session, study)
    supersede(session, study)
    rated(session, study, "training-2", number=2)
    supersede(session, study, refined(REFINED, [Refinement("ghes2", 2, "about half")]))
    assert old_versions(session, study.id) == [("training", "ghes", 1), ("training-2", "ghes", 2)]
    assert version_of(study) == 3


@pytest.mark.parametrize("wave", ["main", "recalibration"])
def test_a_rating_of_the_main_phase_pins_the_version(session: Session, wave: str) -> None:
    study = make_study(session)
    rated(session, study, wave)
    with pytest.raises(BadInput, match=f"The wave {wave} holds 1 ratings, which stay pinned to ghes@1"):
        supersede(session, study)
    assert version_of(study) == 1


def test_every_fault_is_told_at_once(session: Session) -> None:
    study = make_study(session)
    rated(session, study, locked=False)
    rated(session, study, "main", number=2, locked=False)
    source = GHES.replace("ghes7", "ghes8")
    with pytest.raises(BadInput) as told:
        supersede(session, study, source, "short")
    words = " ".join(str(each) for each in told.value.faults)
    for part in (
        "version 1 of ghes, and this is version 1",
        "same items in the same order",
        "wave training holds 1 ratings and is not locked",
        "wave main holds 1 ratings",
        "told in 10 to 20000 characters, and these are 5",
    ):
        assert part in words, words
    assert version_of(study) == 1
    assert scales_of(study)[0][0].superseded_at is None


def test_a_version_that_nobody_used_may_change_more_than_words(session: Session) -> None:
    study = make_study(session)
    source = REFINED.replace("reverse: true", "reverse: false")
    supersede(session, study, source)
    assert version_of(study) == 2


def test_control_once_rated_it_may_not(session: Session) -> None:
    study = make_study(session)
    rated(session, study)
    with pytest.raises(BadInput, match="ghes5 would no longer be answered and scored as before"):
        supersede(session, study, REFINED.replace("reverse: true", "reverse: false"))


@pytest.mark.parametrize("changes", ["", "   too few  ", "x" * 20_001, "with a sign \x00 that nothing keeps"])
def test_what_changed_must_be_said(session: Session, changes: str) -> None:
    study = make_study(session)
    with pytest.raises(BadInput, match="What changed"):
        supersede(session, study, changes=changes)


def test_who_leads_training_may_and_others_may_not(session: Session) -> None:
    study = make_study(session)
    trainer = make_person(session, "t@example.org", (study, Role.TRAINER))
    coordinator = make_person(session, "c@example.org", (study, Role.COORDINATOR))
    rater = make_person(session, "r@example.org", (study, Role.RATER), code="R1")
    for person in (coordinator, rater):
        with pytest.raises(NotPermitted):
            supersede_scale(session, actor_of(person), study, REFINED, WHY, now=NOON)
    supersede_scale(session, actor_of(trainer), study, REFINED, WHY, now=NOON)
    assert version_of(study) == 2
