"""Bundles of small studies: what was heard, what the log knows, what is left out, and a study without anything."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.allocation.designs import allocate
from rater.allocation.operations.drawing import Terms, draw_allocation, keep_allocation
from rater.allocation.plans import plan_digest
from rater.allocation.records import read_inputs
from rater.exports.contents import Asked, Rights
from rater.exports.operations import export_study, study_data
from rater.homework.entering import Given, GivenTask
from rater.homework.operations.entering import enter_homework
from rater.recordings.operations.importing import import_sessions, read_sessions_for
from rater.storage.database import writing
from rater.storage.models import Assignment, HomeworkReport, Listening, Note, OtherTask, Rating, Revision, Study
from rater.terms import COMMAND_LINE, HomeworkStatus, NoHomeworkReason
from tests.application import make_app
from tests.builders.study import (
    NOON,
    all_points,
    make_assignment,
    make_rating,
    make_session,
    make_study,
    make_task,
)
from tests.exports.builders import bytes_of, import_long, rows_of


def listened_study(session: Session) -> Study:
    """A rating with coverage, marks, a task of the rater's own, and a report taken back; and a rating without."""
    study = make_study(session)
    sessions = [make_session(session, study, number=number) for number in (1, 2)]
    first, second = (make_assignment(session, study, each, "R1") for each in sessions)
    revision = make_rating(session, first, {**all_points(study), "ghes2": "NOT_RATABLE"}).revisions[0]
    make_rating(session, second, all_points(study, 3))
    revision.heard_share = 0.6333
    for point in revision.points:
        point.unsure = point.item in ("ghes1", "ghes2")
    task = make_task(session, study, sessions[0], sessions[0])
    session.add_all(
        [
            Listening(
                assignment_id=first.id,
                heard=[[0.0, 30.5, 1.0], [20.0, 38.0, 1.5]],
                position_s=38.0,
                speed=1.5,
                changed_at=NOON,
            ),
            OtherTask(
                public_id="a" * 32,
                assignment_id=first.id,
                description="=Call a friend",
                type="behavioral",
                completed=None,
                version=1,
                changed_at=NOON,
            ),
            HomeworkReport(assignment_id=first.id, task_id=task.id, completed=None, version=2, changed_at=NOON),
        ]
    )
    session.flush()
    return study


def test_coverage_and_marks_come_out_and_go_in_again(session: Session, tmp_path: Path) -> None:
    told = export_study(session, listened_study(session), tmp_path / "bundle").counts
    assert (told["coverage_known"], told["unsure"]) == (1, 2)
    assert "marked as unsure: 2" in (tmp_path / "bundle" / "README.txt").read_text()
    long = rows_of(tmp_path / "bundle" / "ratings_long.csv")
    assert {(row["session_id"], row["coverage"]) for row in long} == {("P01-S01", "0.6333"), ("P01-S02", "")}
    assert [row["item"] for row in long if row["unsure"] == "yes"] == ["ghes1", "ghes2"]
    assert {row["unsure"] for row in long} == {"yes", ""}
    files = bytes_of(tmp_path / "bundle")
    other = make_app(tmp_path / "other")
    with other.app_context(), writing() as elsewhere:
        study = make_study(elsewhere)
        register = read_sessions_for(elsewhere, study, files["sessions.csv"])
        import_sessions(elsewhere, COMMAND_LINE, study, register, now=NOON)
        import_long(elsewhere, study, files["ratings_long.csv"])
        export_study(elsewhere, study, tmp_path / "again")
        assert (tmp_path / "again" / "ratings_long.csv").read_bytes() == files["ratings_long.csv"]
        import_long(elsewhere, study, files["ratings_long.csv"].replace(b",yes", b",").replace(b"0.6333", b"0.5"))
        export_study(elsewhere, study, tmp_path / "once-more")
    assert (tmp_path / "once-more" / "ratings_long.csv").read_bytes() == files["ratings_long.csv"], "kept as it was"


def test_what_was_heard_and_added_is_in_files_of_its_own(session: Session, tmp_path: Path) -> None:
    study = listened_study(session)
    for rights in Rights:
        export_study(session, study, tmp_path / rights, Asked(rights))
    heard = (tmp_path / "deidentified" / "listening.csv").read_text().splitlines()
    rating = session.scalars(select(Rating.code).order_by(Rating.id)).first()
    assert heard[1:] == [f"main,P01-S01,R1,{rating},0,30.5,1", f"main,P01-S01,R1,{rating},20,38,1.5"]
    assert rows_of(tmp_path / "deidentified" / "other_tasks.csv") == [
        {"wave": "main", "session_id": "P01-S01", "rater_id": "R1", "type": "behavioral", "completed": ""}
    ]
    assert rows_of(tmp_path / "full" / "other_tasks.csv")[0]["description"] == "'=Call a friend"
    assert rows_of(tmp_path / "full" / "homework_reports.csv") == [], "a report taken back is none"
    session.execute(update(HomeworkReport).values(completed="partly"))
    export_study(session, study, tmp_path / "control")
    assert len(rows_of(tmp_path / "control" / "homework_reports.csv")) == 1


def test_listening_of_a_rating_that_is_not_submitted_is_left_out(session: Session, tmp_path: Path) -> None:
    study = listened_study(session)
    session.execute(update(Revision).values(submitted_at=None))
    export_study(session, study, tmp_path / "bundle")
    assert rows_of(tmp_path / "bundle" / "listening.csv") == rows_of(tmp_path / "bundle" / "other_tasks.csv") == []


def test_no_date_and_no_text_unless_asked_for(session: Session, tmp_path: Path) -> None:
    """Free text and dates are in the full export, which shows that the search for them can find them."""
    study = make_study(session)
    first, second = make_session(session, study, number=1), make_session(session, study, number=2)
    first.held_on, second.held_on = date(2018, 1, 27), date(2018, 2, 3)
    make_task(session, study, first, second)
    make_rating(session, make_assignment(session, study, second, "R1"), all_points(study))
    for rights, seen in ((Rights.DEIDENTIFIED, False), (Rights.FULL, True)):
        export_study(session, study, tmp_path / rights, Asked(rights))
        text = "\n".join(each.read_text() for each in sorted((tmp_path / rights).iterdir()))
        assert ("Walk ten minutes" in text) is seen
        assert ("2018-" in text) is seen
        assert (f"{NOON:%Y-%m-%d}" in text) is seen
    days = [row["day"] for row in rows_of(tmp_path / "deidentified" / "sessions.csv")]
    assert days == ["0", "7"]
    assert rows_of(tmp_path / "deidentified" / "ratings_long.csv")[0]["submitted_at"] == "P0D"
    assert rows_of(tmp_path / "full" / "ratings_long.csv")[0]["submitted_at"] == f"{NOON:%Y-%m-%dT%H:%M:%SZ}"


def test_what_the_log_knows_of_each_session_is_exported(session: Session, tmp_path: Path) -> None:
    study = make_study(session)
    held = [make_session(session, study, number=number) for number in range(1, 7)]
    entered = (
        Given(HomeworkStatus.ASSIGNED, (GivenTask("behavioral", "walk"),)),
        Given(HomeworkStatus.NONE, reason=NoHomeworkReason.CRISIS),
        Given(HomeworkStatus.NONE),
        Given(HomeworkStatus.UNKNOWN),
    )
    for each, given in zip(held, entered, strict=False):
        enter_homework(session, COMMAND_LINE, study, each.rating_code, given, seen=0, now=NOON)
    make_task(session, study, held[4], held[5], code="OLD")
    for folder in ("first", "second"):
        export_study(session, study, tmp_path / folder)
    assert bytes_of(tmp_path / "first") == bytes_of(tmp_path / "second")
    rows = rows_of(tmp_path / "first" / "sessions.csv")
    assert list(rows[0])[-2:] == ["homework_status", "no_homework_reason"]
    assert [(row["homework_status"], row["no_homework_reason"]) for row in rows] == [
        ("assigned", ""),
        ("none", "crisis"),
        ("none", ""),
        ("unknown", ""),
        ("assigned", ""),
        ("not_entered", ""),
    ]


def test_what_is_not_submitted_is_counted_and_left_out(session: Session, tmp_path: Path) -> None:
    study = make_study(session)
    for number, submitted in ((1, True), (2, False)):
        assignment = make_assignment(session, study, make_session(session, study, number=number), "R1")
        make_rating(session, assignment, all_points(study), submitted=submitted)
    told = export_study(session, study, tmp_path / "bundle").counts
    assert told["waves"] == {"main": {"assignments": 2, "ratings": 1, "not_submitted": 1, "rows": 15}}
    assert {row["session_id"] for row in rows_of(tmp_path / "bundle" / "ratings_long.csv")} == {"P01-S01"}


def test_a_study_without_anything_has_a_bundle(session: Session, tmp_path: Path) -> None:
    told = export_study(session, make_study(session), tmp_path / "bundle")
    assert told.counts["rows"] == 0
    assert study_data(session, session.query(Study).one()).reliability == {}
    assert rows_of(tmp_path / "bundle" / "stacked.csv") == []
    assert (tmp_path / "bundle" / "matrix_ghes1.csv").read_text() == "session_id\n"


def test_notes_are_given_only_if_asked_for(session: Session, tmp_path: Path) -> None:
    """Even a full export leaves them out; a note of a rating that is not submitted is in none."""
    study = listened_study(session)
    first, second = session.scalars(select(Assignment).order_by(Assignment.id)).all()
    for place, (assignment, text) in enumerate([(first, "=Why so late?"), (second, "Silence")]):
        words = {"text": text, "second": 751.5 + place, "written_at": NOON}
        session.add(Note(public_id=f"note{place}", assignment_id=assignment.id, **words))
    session.execute(update(Revision).where(Revision.rating_id == second.rating.id).values(submitted_at=None))
    session.flush()
    for name, asked in (("plain", Asked()), ("full", Asked(Rights.FULL)), ("notes", Asked(notes=True))):
        export_study(session, study, tmp_path / name, asked)
    for name in ("plain", "full"):
        assert "so late" not in "".join(each.read_text() for each in (tmp_path / name).iterdir())
    noted = rows_of(tmp_path / "notes" / "notes.csv")
    assert [list(each.values()) for each in noted] == [
        ["main", "P01-S01", "R1", first.rating.code, "751.5", "'=Why so late?"]
    ]
    assert "notes are in it" in (tmp_path / "notes" / "README.txt").read_text()


def test_the_draws_suffice_to_draw_the_plan_again(session: Session, tmp_path: Path) -> None:
    study = make_study(session)
    sessions = [make_session(session, study, number=number) for number in range(1, 9)]
    terms = Terms(double=0.5, seed=7, raters=("R1", "R2", "R3"))
    drawn = draw_allocation(session, study, terms)
    keep_allocation(session, COMMAND_LINE, study, terms, drawn, why="Secret reason", now=NOON)
    for name, asked in (("plain", Asked()), ("full", Asked(Rights.FULL))):
        export_study(session, study, tmp_path / name, asked)
    (told,) = json.loads((tmp_path / "plain" / "draws.json").read_text())
    assert (told["draw"], told["wave"], told["inputs"]["seed"], len(told["plan"])) == (1, "main", 7, len(sessions))
    given = read_inputs(told["inputs"])
    assert [[row.session_id, row.main_rater, row.second_rater] for row in allocate(*given).sessions] == told["plan"]
    assert plan_digest(*given) == told["digest"]
    other = read_inputs({**told["inputs"], "seed": 8})
    assert plan_digest(*other) != told["digest"]
    assert [(row["session_id"], row["main_rater"]) for row in rows_of(tmp_path / "plain" / "allocation.csv")] == [
        (row[0], row[1]) for row in told["plan"]
    ]
    assert "Secret reason" not in (tmp_path / "plain" / "draws.json").read_text()
    (full,) = json.loads((tmp_path / "full" / "draws.json").read_text())
    assert (full["why"], full["drawn_at"]) == ("Secret reason", f"{NOON:%Y-%m-%dT%H:%M:%SZ}")
