import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Incomplete, NotFound, Refused, Stale
from rater.ratings.completeness import GivenPoint
from rater.ratings.operations.logs import save_difficulty, save_homework_report
from rater.ratings.operations.notes import delete_note, save_note
from rater.ratings.operations.opening import my_queue, open_rating
from rater.ratings.operations.saving import save_point, save_sheet, save_unsure
from rater.ratings.operations.submitting import submit_rating
from rater.storage.models import Assignment, AuditEvent, Difficulty, Note, Point, Rating
from rater.studies.operations import end_membership
from rater.terms import Actor, Completed, RatingState, Role
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_session,
    make_study,
    make_task,
)

NOTE = "e" * 32


@pytest.fixture
def work(session: Session) -> tuple[Actor, Assignment]:
    study = make_study(session)
    rater = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    return actor_of(rater), make_assignment(session, study, make_session(session, study, number=2), "R1")


def test_a_point_is_saved_with_its_audit_event(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    saved = save_point(
        session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, seen=0, operation_id="op-00001"
    )
    assert (saved.version, saved.done, saved.total) == (1, 1, 15)
    assert "ghes1" not in saved.missing
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "point.saved")).one()
    assert event.detail == {"item": "ghes1", "value": 3, "missing_code": None, "version": 1}
    assert assignment.state == RatingState.STARTED


def test_a_replay_is_harmless(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    for _ in range(2):
        saved = save_point(
            session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, seen=0, operation_id="op-00001"
        )
        assert saved.version == 1
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "point.saved")) == 1
    fresh = save_point(
        session, actor, assignment.public_id, "ghes1", 4, None, now=NOON, seen=1, operation_id="op-00002"
    )
    assert fresh.version == 2


def test_two_tabs_clash_loudly(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    save_point(session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, seen=0)
    with pytest.raises(Stale) as clash:
        save_point(session, actor, assignment.public_id, "ghes1", 1, None, now=NOON, seen=0)
    assert clash.value.current == {"value": 3, "missing_code": None, "version": 1}
    save_point(session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, seen=0)


@pytest.mark.parametrize(
    ("item", "value", "code"),
    [
        ("ghes1", 5, None),
        ("ghes1", -1, None),
        ("ghes1", 2.5, None),
        ("ghes1", None, "NO_SUCH"),
        ("ghes1", 3, "NOT_RATABLE"),
    ],
)
def test_points_outside_the_scale_are_refused(
    session: Session, work: tuple[Actor, Assignment], item: str, value: float | None, code: str | None
) -> None:
    actor, assignment = work
    with pytest.raises(BadInput):
        save_point(session, actor, assignment.public_id, item, value, code, now=NOON)
    assert session.scalar(select(func.count()).select_from(Point)) == 0


@pytest.mark.parametrize("item", ["phq1", "nothing"])
def test_items_that_raters_do_not_rate_are_not_there(
    session: Session, work: tuple[Actor, Assignment], item: str
) -> None:
    actor, assignment = work
    with pytest.raises(NotFound):
        save_point(session, actor, assignment.public_id, item, 1, None, now=NOON)


def test_a_rating_is_submitted_only_when_complete(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    study = assignment.wave.study
    given = {item: GivenPoint(value=2.0) for item in all_points(study) if item != "str3"}
    assert save_sheet(session, actor, assignment.public_id, given, now=NOON) == 14
    with pytest.raises(Incomplete) as incomplete:
        submit_rating(session, actor, assignment.public_id, now=NOON)
    assert incomplete.value.items == ["str3"]
    save_point(session, actor, assignment.public_id, "str3", None, "NA_NO_PREVIOUS_HOMEWORK", now=NOON)
    assert submit_rating(session, actor, assignment.public_id, now=NOON).number == 1
    for change in (
        lambda: save_point(session, actor, assignment.public_id, "str3", 1, None, now=NOON),
        lambda: submit_rating(session, actor, assignment.public_id, now=NOON),
        lambda: save_note(session, actor, assignment.public_id, NOTE, 3.0, "too late", now=NOON),
        lambda: save_difficulty(session, actor, assignment.public_id, "lack_of_time", True, now=NOON),
    ):
        with pytest.raises(Refused):
            change()


def test_a_locked_wave_stays_as_it_is(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    assignment.wave.locked_at = NOON
    with pytest.raises(Refused):
        save_point(session, actor, assignment.public_id, "ghes1", 1, None, now=NOON)


def test_only_the_rater_reaches_an_assignment(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    study = assignment.wave.study
    other = actor_of(make_person(session, "bert@example.org", (study, Role.RATER), (study, Role.RESEARCHER), code="R2"))
    with pytest.raises(NotFound):
        open_rating(session, other, assignment.public_id, now=NOON)
    assert open_rating(session, actor, assignment.public_id, now=NOON).assignment is assignment
    end_membership(session, other, study, make_person(session, "anna@example.org"), Role.RATER, now=NOON)
    with pytest.raises(NotFound):
        open_rating(session, actor, assignment.public_id, now=NOON)


def test_notes_belong_to_a_second(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    mine = (session, actor, assignment.public_id, NOTE)
    note = save_note(*mine, 62.5, " asks about the walk ", now=NOON, operation_id="op-00001")
    assert save_note(*mine, 62.5, "asks about the walk", now=NOON, operation_id="op-00001") == note
    assert (note.second, note.text) == (62.5, "asks about the walk")
    delete_note(session, actor, assignment.public_id, note.public_id, now=NOON, operation_id="op-00002")
    delete_note(session, actor, assignment.public_id, note.public_id, now=NOON, operation_id="op-00002")
    assert session.scalar(select(func.count()).select_from(Note)) == 0


@pytest.mark.parametrize(
    ("second", "text"), [(float("nan"), "x"), (-1.0, "x"), (1.0, "  "), (1.0, "a\x00b"), (1.0, "x" * 10_001)]
)
def test_notes_that_cannot_be_kept_are_refused(
    session: Session, work: tuple[Actor, Assignment], second: float, text: str
) -> None:
    actor, assignment = work
    with pytest.raises(BadInput):
        save_note(session, actor, assignment.public_id, NOTE, second, text, now=NOON)


def test_homework_is_reported_by_each_rater_alone(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    study = assignment.wave.study
    bert = actor_of(make_person(session, "bert@example.org", (study, Role.RATER), code="R2"))
    second = make_assignment(session, study, assignment.therapy_session, "R2")
    task = make_task(session, study, make_session(session, study, number=1), assignment.therapy_session)
    save_homework_report(session, actor, assignment.public_id, task.public_id, Completed.PARTLY, now=NOON)
    assert [r.completed for _, r in open_rating(session, actor, assignment.public_id, now=NOON).tasks if r] == [
        "partly"
    ]
    assert [r for _, r in open_rating(session, bert, second.public_id, now=NOON).tasks] == [None]
    save_homework_report(session, actor, assignment.public_id, task.public_id, None, now=NOON)
    assert [r.completed for _, r in open_rating(session, actor, assignment.public_id, now=NOON).tasks if r] == [None]


def test_difficulties_are_kept_once(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    for _ in range(2):
        save_difficulty(session, actor, assignment.public_id, "lack_of_time", True, now=NOON)
    assert session.scalar(select(func.count()).select_from(Difficulty)) == 1
    save_difficulty(session, actor, assignment.public_id, "lack_of_time", False, now=NOON)
    assert session.scalar(select(func.count()).select_from(Difficulty)) == 0
    with pytest.raises(NotFound):
        save_difficulty(session, actor, assignment.public_id, "laziness", True, now=NOON)


def test_the_queue_goes_on_where_the_rater_stopped(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    study = assignment.wave.study
    later = make_assignment(session, study, make_session(session, study, number=3), "R1", place=2)
    assert my_queue(session, actor, "pilot", now=NOON).next_id == assignment.public_id
    save_point(session, actor, later.public_id, "ghes1", 1, None, now=NOON)
    queue = my_queue(session, actor, "pilot", now=NOON)
    assert queue.next_id == later.public_id
    assert [(row["done"], row["items"]) for row in queue.rows] == [(0, 15), (1, 15)]


def test_looking_writes_nothing(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    before = session.scalar(select(func.count()).select_from(AuditEvent))
    my_queue(session, actor, "pilot", now=NOON)
    open_rating(session, actor, assignment.public_id, now=NOON)
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert session.scalar(select(func.count()).select_from(Rating)) == 0


def test_a_change_whose_answer_was_lost_may_come_again_after_submission(
    session: Session, work: tuple[Actor, Assignment]
) -> None:
    actor, assignment = work
    given = {item: GivenPoint(value=2.0) for item in all_points(assignment.wave.study)}
    save_sheet(session, actor, assignment.public_id, given, now=NOON)
    save_point(session, actor, assignment.public_id, "ghes1", 4, None, now=NOON, seen=1, operation_id="op-00001")
    save_difficulty(session, actor, assignment.public_id, "lack_of_time", True, now=NOON, operation_id="op-00002")
    note = save_note(session, actor, assignment.public_id, NOTE, 3.0, "a note", now=NOON, operation_id="op-00003")
    submit_rating(session, actor, assignment.public_id, now=NOON)
    again = save_point(session, actor, assignment.public_id, "ghes1", 4, None, now=NOON, operation_id="op-00001")
    assert (again.version, again.missing) == (2, [])
    save_difficulty(session, actor, assignment.public_id, "lack_of_time", True, now=NOON, operation_id="op-00002")
    assert (
        save_note(session, actor, assignment.public_id, NOTE, 3.0, "a note", now=NOON, operation_id="op-00003") == note
    )
    assert assignment.state == RatingState.SUBMITTED
    with pytest.raises(Refused):
        save_point(session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, operation_id="op-00004")


def test_a_mark_is_kept_beside_the_point_and_changes_neither_it_nor_its_version(
    session: Session, work: tuple[Actor, Assignment]
) -> None:
    actor, assignment = work
    save_unsure(session, actor, assignment.public_id, "ghes1", True, now=NOON, operation_id="op-00001")
    marked = session.scalars(select(Point)).one()
    assert (marked.value, marked.missing_code, marked.unsure, marked.version) == (None, None, True, 0)
    saved = save_point(session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, seen=0)
    assert (saved.version, saved.done) == (1, 1)
    assert _kept(session) == {"ghes1": (3.0, None, True, 1)}
    for unsure in (False, True, False):
        assert save_unsure(session, actor, assignment.public_id, "ghes1", unsure, now=NOON) == NOON
        assert _kept(session) == {"ghes1": (3.0, None, unsure, 1)}
    assert save_point(session, actor, assignment.public_id, "ghes1", 4, None, now=NOON, seen=1).version == 2


def _kept(session: Session) -> dict[str, tuple[float | None, str | None, bool, int]]:
    rows = session.execute(select(Point.item, Point.value, Point.missing_code, Point.unsure, Point.version))
    return {item: (value, code, unsure, version) for item, value, code, unsure, version in rows}


def test_an_item_that_is_only_marked_is_still_missing(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    save_unsure(session, actor, assignment.public_id, "ghes1", True, now=NOON)
    saved = save_point(session, actor, assignment.public_id, "ghes2", 3, None, now=NOON)
    assert saved.done == 1
    assert "ghes1" in saved.missing
    with pytest.raises(Incomplete) as incomplete:
        submit_rating(session, actor, assignment.public_id, now=NOON)
    assert "ghes1" in incomplete.value.items


def test_a_mark_is_audited_once_and_a_replay_is_harmless(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    for _ in range(2):
        save_unsure(session, actor, assignment.public_id, "ghes1", True, now=NOON, operation_id="op-00001")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "unsure.marked")).one()
    assert event.detail == {"item": "ghes1", "unsure": True}
    save_unsure(session, actor, assignment.public_id, "ghes1", False, now=NOON, operation_id="op-00002")
    save_unsure(session, actor, assignment.public_id, "ghes1", True, now=NOON, operation_id="op-00001")
    assert _kept(session)["ghes1"][2] is False
    for item, unsure in (("ghes2", True), ("ghes1", False)):
        with pytest.raises(BadInput):
            save_unsure(session, actor, assignment.public_id, item, unsure, now=NOON, operation_id="op-00001")
    with pytest.raises(BadInput):
        save_point(session, actor, assignment.public_id, "ghes1", 1, None, now=NOON, operation_id="op-00001")


@pytest.mark.parametrize("item", ["phq1", "nothing"])
def test_items_that_raters_do_not_rate_are_not_marked(
    session: Session, work: tuple[Actor, Assignment], item: str
) -> None:
    actor, assignment = work
    for unsure in (True, False):
        with pytest.raises(NotFound):
            save_unsure(session, actor, assignment.public_id, item, unsure, now=NOON)


def test_the_form_without_scripts_keeps_marks(session: Session, work: tuple[Actor, Assignment]) -> None:
    actor, assignment = work
    public_id = assignment.public_id
    save_unsure(session, actor, public_id, "ghes1", True, now=NOON)
    assert save_sheet(session, actor, public_id, {"ghes1": GivenPoint(3.0)}, now=NOON) == 1
    assert _kept(session) == {"ghes1": (3.0, None, True, 1)}
    assert save_sheet(session, actor, public_id, {}, now=NOON, unsure={"ghes2"}) == 0
    assert _kept(session) == {"ghes1": (3.0, None, False, 1), "ghes2": (None, None, True, 0)}
    events = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "sheet.saved")).all()
    assert events == [{"points": {"ghes1": 3.0}}, {"points": {}, "unsure": {"ghes1": False, "ghes2": True}}]
    with pytest.raises(NotFound):
        save_sheet(session, actor, public_id, {}, now=NOON, unsure={"phq1"})


@pytest.mark.parametrize("state", [RatingState.SUBMITTED, RatingState.SET_ASIDE])
def test_a_closed_rating_takes_no_mark_but_answers_what_was_done(
    session: Session, work: tuple[Actor, Assignment], state: RatingState
) -> None:
    actor, assignment = work
    save_unsure(session, actor, assignment.public_id, "ghes1", True, now=NOON, operation_id="op-00001")
    assignment.state = state
    save_unsure(session, actor, assignment.public_id, "ghes1", True, now=NOON, operation_id="op-00001")
    with pytest.raises(Refused):
        save_unsure(session, actor, assignment.public_id, "ghes1", False, now=NOON, operation_id="op-00002")


def test_a_change_that_was_done_is_confirmed_after_the_wave_is_locked(
    session: Session, work: tuple[Actor, Assignment]
) -> None:
    actor, assignment = work
    save_point(session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, operation_id="op-00001")
    assignment.wave.locked_at = NOON
    again = save_point(session, actor, assignment.public_id, "ghes1", 3, None, now=NOON, operation_id="op-00001")
    assert (again.version, again.done) == (1, 1)
    with pytest.raises(Refused):
        save_point(session, actor, assignment.public_id, "ghes1", 4, None, now=NOON, operation_id="op-00002")
