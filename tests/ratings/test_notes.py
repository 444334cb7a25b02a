from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale
from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.notes import delete_note, save_note
from rater.ratings.operations.saving import save_sheet
from rater.ratings.operations.submitting import submit_rating
from rater.storage.models import Assignment, AuditEvent, Note
from rater.terms import Actor, RatingState, Role
from tests.builders.study import NOON, actor_of, all_points, make_assignment, make_person, make_session, make_study

ID, OTHER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"


@pytest.fixture
def work(session: Session) -> tuple[Actor, Assignment]:
    study = make_study(session)
    rater = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    return actor_of(rater), make_assignment(session, study, make_session(session, study, number=2), "R1")


def kept(session: Session) -> list[tuple[str, float, str, int]]:
    session.flush()
    rows = session.execute(select(Note.public_id, Note.second, Note.text, Note.version).order_by(Note.public_id))
    return [(str(row[0]), float(row[1]), str(row[2]), int(row[3])) for row in rows]


def events(session: Session, action: str) -> int:
    count = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)
    return session.scalar(count) or 0


def test_a_note_is_made_and_changed_under_the_id_of_the_browser(
    session: Session, work: tuple[Actor, Assignment]
) -> None:
    actor, assignment = work
    made = save_note(session, actor, assignment.public_id, ID, 62.5, " the walk ", now=NOON, seen=0)
    assert (made.version, made.second, made.text) == (1, 62.5, "the walk")
    changed = save_note(session, actor, assignment.public_id, ID, 60, "the long walk", now=NOON, seen=1)
    assert changed.version == 2
    assert kept(session) == [(ID, 60.0, "the long walk", 2)]
    assert assignment.state == RatingState.STARTED
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "note.saved")).first()
    assert event is not None
    assert "walk" not in str(event.detail)


def test_asked_again_a_note_is_saved_once_and_told_the_version_of_then(
    session: Session, work: tuple[Actor, Assignment]
) -> None:
    actor, assignment = work
    save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0, operation_id="op-00001")
    save_note(session, actor, assignment.public_id, ID, 1, "second", now=NOON, seen=1, operation_id="op-00002")
    again = save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0, operation_id="op-00001")
    assert again.version == 1
    assert kept(session) == [(ID, 1.0, "second", 2)]
    assert events(session, "note.saved") == 2
    save_note(session, actor, assignment.public_id, OTHER, 1, "first", now=NOON, seen=0, operation_id="op-00003")
    assert len(kept(session)) == 2, "a fresh id and operation make another note: the count can see a double"


def test_one_operation_cannot_speak_for_two_notes(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0, operation_id="op-00001")
    with pytest.raises(BadInput):
        save_note(session, actor, assignment.public_id, OTHER, 1, "first", now=NOON, seen=0, operation_id="op-00001")


def test_two_windows_clash_loudly_unless_they_say_the_same(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0)
    save_note(session, actor, assignment.public_id, ID, 1, "here", now=NOON, seen=1)
    with pytest.raises(Stale) as clash:
        save_note(session, actor, assignment.public_id, ID, 1, "there", now=NOON, seen=1)
    assert clash.value.current == {"second": 1.0, "text": "here", "version": 2}
    assert save_note(session, actor, assignment.public_id, ID, 1, "here", now=NOON, seen=1).version == 3
    assert save_note(session, actor, assignment.public_id, ID, 1, "there", now=NOON, seen=3).version == 4


def test_a_note_that_another_window_deleted_is_written_again(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0)
    delete_note(session, actor, assignment.public_id, ID, now=NOON)
    assert save_note(session, actor, assignment.public_id, ID, 1, "kept", now=NOON, seen=1).version == 2
    assert [text for _, _, text, _ in kept(session)] == ["kept"]


def test_a_late_copy_of_the_first_request_does_not_bring_a_deleted_note_back(
    session: Session, work: tuple[Actor, Assignment]
) -> None:
    actor, assignment = work
    save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0, operation_id="op-00001")
    for _ in range(2):
        delete_note(session, actor, assignment.public_id, ID, now=NOON, operation_id="op-00002")
    save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0, operation_id="op-00001")
    assert kept(session) == []
    assert events(session, "note.deleted") == 1


def test_deleting_what_was_never_made_is_fine(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    delete_note(session, actor, assignment.public_id, ID, now=NOON, operation_id="op-00001")
    assert events(session, "note.deleted") == 0


@pytest.mark.parametrize("note_id", ["short", "a" * 33, "0123456789abcdef01234/", "0123456789abcdef0123\n"])
def test_ids_that_no_browser_of_ours_makes_are_not_there(
    session: Session, work: tuple[Actor, Assignment], note_id: str
) -> None:
    actor, assignment = work
    with pytest.raises(NotFound):
        save_note(session, actor, assignment.public_id, note_id, 1, "first", now=NOON)


@pytest.mark.parametrize(
    ("second", "text", "seen"),
    [
        (float("nan"), "x", 0),
        (-1.0, "x", 0),
        (10**300, "x", 0),
        (1.0, " \n", 0),
        (1.0, "a\x00b", 0),
        (1.0, "\ud800", 0),
        (1.0, "x" * 10_001, 0),
        (1.0, "x", -1),
        (1.0, "x", 10**30),
    ],
)
def test_what_cannot_be_kept_is_refused(
    session: Session, work: tuple[Actor, Assignment], second: float, text: str, seen: int
) -> None:
    actor, assignment = work
    with pytest.raises(BadInput):
        save_note(session, actor, assignment.public_id, ID, second, text, now=NOON, seen=seen)
    assert kept(session) == []


def test_two_raters_may_have_notes_of_one_id(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    study = assignment.wave.study
    bert = actor_of(make_person(session, "bert@example.org", (study, Role.RATER), code="R2"))
    second = make_assignment(session, study, assignment.therapy_session, "R2")
    save_note(session, actor, assignment.public_id, ID, 1, "anna's", now=NOON, seen=0)
    save_note(session, bert, second.public_id, ID, 1, "bert's", now=NOON, seen=0)
    delete_note(session, bert, second.public_id, ID, now=NOON)
    assert [text for _, _, text, _ in kept(session)] == ["anna's"]
    with pytest.raises(NotFound):
        save_note(session, bert, assignment.public_id, ID, 1, "bert's", now=NOON)


def test_after_submission_notes_stay_as_they_are(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    given = {item: GivenPoint(value=2.0) for item in all_points(assignment.wave.study)}
    save_sheet(session, actor, assignment.public_id, given, now=NOON)
    save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0, operation_id="op-00001")
    submit_rating(session, actor, assignment.public_id, now=NOON)
    again = save_note(session, actor, assignment.public_id, ID, 1, "first", now=NOON, seen=0, operation_id="op-00001")
    assert again.version == 1
    with pytest.raises(Refused):
        save_note(session, actor, assignment.public_id, ID, 1, "late", now=NOON, seen=1)
    with pytest.raises(Refused):
        delete_note(session, actor, assignment.public_id, ID, now=NOON)
