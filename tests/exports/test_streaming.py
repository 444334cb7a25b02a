"""Ratings read some at a time give the bundle that ratings held in memory give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.exports import resource as tables
from rater.exports.bundle import write_bundle
from rater.exports.contents import Asked, Rights, StudyData
from rater.exports.formats import Format
from rater.exports.operations import export_study, streamed_data
from rater.exports.rated import CountedRating, StreamedRatings
from rater.exports.resource import Column, Resource
from rater.exports.writing import write_table
from rater.recordings.exclusions import Wanted
from rater.recordings.operations.excluding import exclude
from rater.storage.models import Point, Rating, Revision, Study
from rater.storage.queries.points import rated_sessions, wave_names
from rater.terms import COMMAND_LINE, Position, WaveKind
from tests.builders.study import NOON, all_points, make_assignment, make_rating, make_session, make_study
from tests.exports.builders import Exported, bytes_of, import_example, make_counted
from tests.exports.test_cells import FORMULAS

WANTED = Asked(Rights.FULL, (Format.CSV, Format.PARQUET, Format.SAV), notes=True)


def held_ratings(session: Session, study: Study) -> tuple[CountedRating, ...]:
    """All ratings at once, from the one query that joins them with their points."""
    places = list(Position)
    found = []
    for wave in sorted(wave_names(session, study.id), key=lambda name: list(WaveKind).index(WaveKind(name))):
        rows = rated_sessions(session, study.id, wave)
        rows.sort(key=lambda each: (each.session_id, places.index(Position(each.position)), each.rater_id))
        for each in rows:
            lead = (wave, each.session_id, each.rater_id, each.position, each.rating_code, each.revision)
            given = (each.submitted_at, each.points, each.missing, each.heard_share, frozenset(each.unsure))
            found.append(CountedRating(*lead, *given))
    return tuple(found)


def test_the_example_study_gives_the_same_bytes_on_both_databases(
    session: Session, exported: Exported, tmp_path: Path
) -> None:
    """Streamed, held, and as the other test has it from SQLite; a point that differs is seen."""
    study = import_example(session)
    session.scalars(select(Point).where(Point.item == "ghes2").limit(1)).one().unsure = True
    session.flush()
    data = streamed_data(session, study)
    held = replace(data, ratings=held_ratings(session, study))
    write_bundle(data, tmp_path / "streamed", WANTED)
    write_bundle(held, tmp_path / "held", WANTED)
    streamed = bytes_of(tmp_path / "streamed")
    assert streamed == bytes_of(tmp_path / "held")
    assert streamed["ratings_long.csv"].count(b",yes\n") == 1
    session.scalars(select(Point).where(Point.unsure)).one().unsure = False
    session.flush()
    export_study(session, study, tmp_path / "plain")
    assert bytes_of(tmp_path / "plain") == bytes_of(exported.folder)
    export_study(session, study, tmp_path / "plain", WANTED)
    assert bytes_of(tmp_path / "plain")["ratings_long.csv"] != streamed["ratings_long.csv"]


def test_only_what_counts_is_streamed(session: Session) -> None:
    """A later revision that is open, a rating without points, one not submitted, and sessions left out of the wave."""
    study = make_study(session)
    for number in range(1, 6):
        held = make_session(session, study, number=number)
        for place, code in enumerate(("R2", "R1")):
            position = Position.SECOND if place else Position.MAIN
            assignment = make_assignment(session, study, held, code, position=position)
            points = {} if number == 2 else {**all_points(study), "ghes1": "NOT_RATABLE"}
            rating = make_rating(session, assignment, points, submitted=number != 3)
            if number == 4:
                _reopen(session, rating)
    exclude(session, COMMAND_LINE, study, Wanted("P01-S05", reason="poor_audio"), now=NOON)
    found = tuple(streamed_data(session, study).ratings)
    assert found == held_ratings(session, study)
    assert [(each.session_id, each.rater_id, each.version) for each in found] == [
        (f"P01-S0{number}", rater, 1) for number in (1, 4) for rater in ("R2", "R1")
    ]
    assert found[0].missing == {"ghes1": "NOT_RATABLE"}


def _reopen(session: Session, rating: Rating) -> None:
    session.add(Revision(rating_id=rating.id, number=2))
    session.flush()


def test_few_ratings_are_read_at_once_and_none_before_somebody_goes_through_them() -> None:
    read: list[tuple[str, list[int]]] = []

    def ratings_at(wave: str, keys: Sequence[int]) -> Iterator[CountedRating]:
        read.append((wave, list(keys)))
        return (make_counted(f"S{key}", "R1", {"a1": float(key)}, wave=wave) for key in keys)

    ratings = StreamedRatings({"training": [7], "calibration": [], "main": [3, 1, 2]}, ratings_at, NOON, at_once=2)
    data = StudyData("pilot", "Pilot", False, (), (), ratings)
    assert (data.first_submission, len(ratings), ratings.waves, read) == (NOON, 4, ["training", "main"], [])
    found = list(ratings)
    assert read == [("training", [7]), ("main", [3, 1]), ("main", [2])]
    assert [each.session_id for each in found] == ["S7", "S3", "S1", "S2"]
    assert list(ratings) == found
    assert found[3] in ratings
    assert make_counted("S4", "R1", {}) not in ratings


Row = tuple[tuple[object, ...], ...]


@pytest.mark.parametrize("most", [2, 4096])
def test_rows_in_pieces_are_written_as_any_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Pieces that rows share and pieces of their own, more than are kept, with every kind of cell."""
    monkeypatch.setattr(tables, "MOST_KEPT", most)
    columns = tuple(Column(name, "string", name) for name in "abcdef")
    odd = [*FORMULAS, "a,b", 'a "b"', "a\r\nb\rc", "", None, True, 1, 1.0, -0.5, NOON, NOON.date(), timedelta(days=2)]
    rows: list[Row] = []
    for value in odd:
        lead: tuple[object, ...] = ("S1", value)
        for last in (None, "yes"):
            rows.append((lead, (value, "x", value), (last,)))
    flat = [[*first, *second, *third] for first, second, third in rows]
    for folder, given, pieces in (("pieces", rows, True), ("flat", flat, False)):
        (tmp_path / folder).mkdir()
        write_table(Resource("x.csv", "X", columns, given, in_pieces=pieces), tmp_path / folder)
    assert bytes_of(tmp_path / "pieces") == bytes_of(tmp_path / "flat")
