"""What was rated with older words is shown, exported and imported with its own version."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.exports.operations import export_study
from rater.ratings.operations.importing import import_ratings, read_ratings_for
from rater.ratings.operations.manual import manual_for_rating
from rater.ratings.operations.opening import open_rating
from rater.ratings.operations.reopening import revision_history
from rater.scales.schema import Scale
from rater.storage.models import Assignment, Person, Point, ScaleVersion, Study
from rater.studies.operations import supersede_scale
from rater.terms import COMMAND_LINE, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study
from tests.studies.test_superseding import REFINED, WHY, rated

Refined = tuple[Study, Person, Assignment, Assignment]


@pytest.fixture
def refined_study(session: Session) -> Refined:
    """A study whose training was rated with the first version, and whose main wave is still to be rated."""
    study = make_study(session)
    anna = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    rated(session, study)
    trained = session.scalars(select(Assignment)).one()
    supersede_scale(session, COMMAND_LINE, study, REFINED, WHY, now=NOON)
    main = make_assignment(session, study, make_session(session, study, number=2), "R1")
    return study, anna, trained, main


def anchor(scales: list[Scale]) -> str:
    return scales[0].item("ghes2").anchors[2].in_("en")


def versions_in(folder: Path) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    with (folder / "ratings_long.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["wave"], row["scale"]), set()).add(row["scale_version"])
    return found


def test_a_rating_is_shown_in_the_words_of_its_wave(session: Session, refined_study: Refined) -> None:
    _, anna, trained, main = refined_study
    who, new = actor_of(anna), "half of the agreed tasks"
    shown = {each: open_rating(session, who, each.public_id, now=NOON).scales for each in (trained, main)}
    assert (anchor(shown[trained]) == new, anchor(shown[main]) == new) == (False, True)
    assert [scale.version for scale in shown[trained]] == [1, 1]
    assert anchor(revision_history(session, who, trained.public_id, now=NOON).scales) != new
    manuals = [manual_for_rating(session, who, each.public_id, "en", now=NOON) for each in (trained, main)]
    assert [each.scales[0].scale.version for each in manuals] == [1, 2]


def test_exports_name_the_version_of_each_rating(session: Session, refined_study: Refined, tmp_path: Path) -> None:
    study, *_ = refined_study
    rated(session, study, "main", number=3, locked=False)
    export_study(session, study, tmp_path / "out")
    assert versions_in(tmp_path / "out") == {
        ("training", "ghes"): {"1"},
        ("training", "sthar"): {"1"},
        ("main", "ghes"): {"2"},
        ("main", "sthar"): {"1"},
    }


def test_imported_ratings_use_the_new_version_and_a_locked_wave_takes_none(
    session: Session, refined_study: Refined, tmp_path: Path
) -> None:
    study, *_ = refined_study
    export_study(session, study, tmp_path / "out")
    data = (tmp_path / "out" / "ratings_long.csv").read_bytes()
    with pytest.raises(BadInput, match="The wave training is locked"):
        read_ratings_for(session, study, data)
    moved = data.replace(b",training,all,", b",main,main,")
    import_ratings(session, COMMAND_LINE, study, read_ratings_for(session, study, moved), now=NOON)
    used = session.execute(
        select(ScaleVersion.version, ScaleVersion.scale).join(Point, Point.scale_version_id == ScaleVersion.id)
    )
    assert {(scale, version) for version, scale in used} == {("ghes", 1), ("ghes", 2), ("sthar", 1)}
