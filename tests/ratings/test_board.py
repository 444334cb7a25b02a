"""The coordinator's board: its counts add up with the flow, and what does not move on is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from rater.errors import NotPermitted
from rater.homework.entering import Given
from rater.homework.operations.entering import enter_homework
from rater.ratings.board import Hitch, Piece, Stuck, stuck, tallied
from rater.ratings.operations.board import Board, board_of, pieces_of
from rater.ratings.operations.setting_aside import set_aside
from rater.recordings.exclusions import Wanted
from rater.recordings.operations.excluding import exclude
from rater.storage.models import Listening, Study
from rater.storage.queries.progress import progress
from rater.terms import COMMAND_LINE, HomeworkStatus, Position, RatingState, Role, WaveKind
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_recording,
    make_session,
    make_study,
    make_task,
)

TODAY = date(2026, 11, 20)
LONG_AGO = TODAY - timedelta(days=30)
pieces = some.builds(
    Piece,
    session=some.sampled_from(["S1", "S2", "S3"]),
    rater=some.sampled_from(["R1", "R2"]),
    wave=some.sampled_from(["main", "training"]),
    therapist=some.sampled_from(["T1", "T2"]),
    state=some.sampled_from(RatingState),
    assigned_on=some.dates(LONG_AGO, TODAY),
    due_on=some.none() | some.dates(LONG_AGO, TODAY + timedelta(days=9)),
    touched_on=some.none() | some.dates(LONG_AGO, TODAY),
    locked=some.booleans(),
)


def piece(session: str = "S1", rater: str = "R1", state: RatingState = RatingState.OPEN, **more: object) -> Piece:
    return Piece(session, rater, "main", "T1", state, **{"assigned_on": TODAY, **more})  # type: ignore[arg-type]  # by name


@given(some.lists(pieces))
def test_every_way_of_counting_gives_the_same_sums(found: list[Piece]) -> None:
    ways = [tallied(found, lambda p, by=by: str(getattr(p, by)), TODAY) for by in ("rater", "wave", "therapist")]
    for way in ways:
        assert sum(each.assigned for each in way) == len(found)
        assert sum(each.overdue for each in way) == sum(each.hitch is Hitch.OVERDUE for each in stuck(found, {}, TODAY))
        for each in way:
            assert each.unbegun + each.started + each.submitted + each.set_aside == each.assigned
            assert each.overdue <= each.unbegun + each.started


@pytest.mark.parametrize(
    ("found", "hitch"),
    [
        (piece(due_on=TODAY - timedelta(days=1)), Hitch.OVERDUE),
        (piece(state=RatingState.STARTED, touched_on=TODAY - timedelta(days=7)), Hitch.UNTOUCHED),
        (piece(state=RatingState.SET_ASIDE, waits=True), Hitch.SET_ASIDE),
        (piece(recorded=False), Hitch.NO_RECORDING),
        (piece(unlogged="S0"), Hitch.NO_LOG),
    ],
)
def test_what_is_stuck_has_its_reason(found: Piece, hitch: Hitch) -> None:
    assert [each.hitch for each in stuck([found], {}, TODAY)] == [hitch]


@pytest.mark.parametrize(
    "found",
    [
        piece(due_on=TODAY),
        piece(due_on=LONG_AGO, state=RatingState.SUBMITTED),
        piece(due_on=LONG_AGO, locked=True),
        piece(state=RatingState.STARTED, touched_on=TODAY - timedelta(days=6)),
        piece(state=RatingState.SET_ASIDE),
        piece(state=RatingState.SUBMITTED, recorded=False, unlogged="S0"),
    ],
)
def test_what_moves_on_is_not_stuck(found: Piece) -> None:
    assert stuck([found], {}, TODAY) == []


def test_a_rater_is_missed_after_a_week_with_work_to_do() -> None:
    old = piece(assigned_on=LONG_AGO)
    week = TODAY - timedelta(days=7)
    assert stuck([old], {"R1": week}, TODAY) == [Stuck(Hitch.NO_SIGN_IN, None, "R1", week)]
    assert stuck([old], {}, TODAY) == [Stuck(Hitch.NO_SIGN_IN, None, "R1", None)]
    assert stuck([old], {"R1": week + timedelta(days=1)}, TODAY) == []
    assert stuck([piece()], {}, TODAY) == [], "new work, and no time yet to sign in"


def test_a_session_without_a_recording_is_named_once() -> None:
    both = [piece(recorded=False), piece(rater="R2", recorded=False)]
    assert stuck(both, {}, TODAY) == [Stuck(Hitch.NO_RECORDING, "S1", None, None)]


def test_homework_that_two_sessions_wait_for_is_named_once_and_at_its_own_session() -> None:
    both = [piece(unlogged="S0"), piece(rater="R2", unlogged="S0")]
    assert stuck(both, {}, TODAY) == [Stuck(Hitch.NO_LOG, "S0", None, None)]


def seen(session: Session, study: Study) -> Board:
    return board_of(session, COMMAND_LINE, study.slug, now=NOON, zone=UTC)


def waiting_for_homework(session: Session, study: Study) -> list[str | None]:
    return [row.session for row in seen(session, study).stuck if row.hitch is Hitch.NO_LOG]


def test_none_and_unknown_are_entered_and_nothing_at_all_is_not(session: Session) -> None:
    study = make_study(session)
    carla = actor_of(make_person(session, "carla@example.org", (study, Role.COORDINATOR)))
    first, second, third = [make_session(session, study, "P01", number) for number in (0, 1, 2)]
    for each in (second, third):
        make_assignment(session, study, each, "R1")
    waits = waiting_for_homework(session, study)
    assert waits == [first.code, second.code], "session 0 assigns homework too; nobody waits for that of the last"
    for status, each in ((HomeworkStatus.NONE, first), (HomeworkStatus.UNKNOWN, second)):
        enter_homework(session, carla, study, each.rating_code, Given(status), seen=0, now=NOON)
    assert waiting_for_homework(session, study) == []
    undone = Given(HomeworkStatus.NOT_ENTERED)
    enter_homework(session, carla, study, second.rating_code, undone, seen=1, now=NOON)
    assert waiting_for_homework(session, study) == [second.code]
    make_task(session, study, first, third)
    assert waiting_for_homework(session, study) == [], "a list has said what is due"


def test_the_board_adds_up_to_the_eligible_sessions(session: Session) -> None:
    """Of six sessions one was never to be rated, one is left out when both its raters had begun, one came late."""
    study = make_study(session)
    held = [make_session(session, study, "P01", number) for number in range(6)]
    work = [make_assignment(session, study, each, "R1") for each in held[1:5]]
    second = make_assignment(session, study, held[1], "R2", position=Position.SECOND)
    make_rating(session, work[0], all_points(study))
    make_rating(session, second, {"ghes1": 2}, submitted=False)
    counted = seen(session, study)
    assert (counted.eligible, counted.allocated, counted.waves[0].assigned) == (5, 4, 5)
    exclude(session, COMMAND_LINE, study, Wanted(held[1].code, "", "poor_audio"), now=NOON)
    board = seen(session, study)
    flow = progress(session, study.id, WaveKind.MAIN)
    late = [row.session for row in board.stuck if row.hitch is Hitch.NOT_ALLOCATED]
    assert late == [held[5].code]
    assert board.eligible == flow.eligible == 4
    assert board.allocated + len(late) == board.eligible
    assert board.allocated == flow.allocated
    assert board.waves[0].assigned == flow.ratings_total == 3
    counts_all = pieces_of(session, study, UTC, [], {})
    assert len(counts_all) == 5, "the control: without the register, the ratings that are kept would count"


def test_the_board_adds_up_with_the_flow(app: Flask) -> None:
    """Sessions submitted, set aside, begun and left a fortnight ago, overdue; one of them with a recording."""
    from rater.storage.database import writing

    with app.app_context(), writing() as session:
        study = make_study(session)
        carla = make_person(session, "carla@example.org", (study, Role.COORDINATOR))
        anna = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
        held = [make_session(session, study, "P01", number, therapist=f"T{number % 2}") for number in (1, 2, 3)]
        work = [make_assignment(session, study, each, "R1", place=place) for place, each in enumerate(held)]
        second = make_assignment(session, study, held[0], "R2")
        training = make_assignment(session, study, held[2], "R2", wave="training")
        make_rating(session, work[0], all_points(study))
        make_rating(session, work[1], {"ghes1": 2}, submitted=False)
        session.add(
            Listening(assignment_id=work[1].id, heard=[], position_s=1, speed=1, changed_at=NOON + timedelta(days=4))
        )
        set_aside(session, actor_of(anna), work[2].public_id, "unusable_audio", "", now=NOON)
        second.due_on, training.due_on = date(2026, 11, 19), date(2026, 11, 20)
        make_recording(session, held[0], "0" * 64, "1" * 64, size=1, mime="audio/ogg")
        make_task(session, study, held[0], held[1])
        now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        board = board_of(session, actor_of(carla), "pilot", now=now, zone=UTC)
        flow = progress(session, study.id, WaveKind.MAIN)
        main = next(each for each in board.waves if each.name == "main")
        assert (main.assigned, main.submitted, main.set_aside) == (4, 1, 1)
        assert main.assigned == flow.ratings_total
        assert (main.submitted, main.set_aside) == (flow.ratings_submitted, flow.ratings_set_aside)
        everything = len(pieces_of(session, study, UTC, [], {}))
        for way in (board.raters, board.waves, board.therapists):
            assert sum(each.assigned for each in way) == everything == 5
            assert sum(each.overdue for each in way) == 1
        assert [(each.hitch, each.session, each.rater, each.since) for each in board.stuck] == [
            (Hitch.SET_ASIDE, "P01-S03", "R1", date(2026, 11, 2)),
            (Hitch.OVERDUE, "P01-S01", "R2", date(2026, 11, 19)),
            (Hitch.UNTOUCHED, "P01-S02", "R1", date(2026, 11, 6)),
            (Hitch.NO_RECORDING, "P01-S02", None, None),
            (Hitch.NO_RECORDING, "P01-S03", None, None),
            (Hitch.NO_LOG, "P01-S02", None, None),
            (Hitch.NO_SIGN_IN, None, "R1", None),
            (Hitch.NO_SIGN_IN, None, "R2", None),
        ]


def test_raters_at_work_do_not_see_the_board(session: Session) -> None:
    study = make_study(session)
    mixed = make_person(session, "m@example.org", (study, Role.RATER), (study, Role.COORDINATOR), code="R1")
    make_assignment(session, study, make_session(session, study), "R1")
    with pytest.raises(NotPermitted):
        board_of(session, actor_of(mixed), "pilot", now=NOON, zone=UTC)
    assert board_of(session, COMMAND_LINE, "pilot", now=NOON, zone=UTC).raters
