"""An allocation is drawn, shown, kept and drawn again; what has been begun is never moved."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from math import floor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.app import create_app
from rater.config import Settings
from rater.storage.database import db, reading, writing
from rater.storage.models import Assignment, AuditEvent, Listening, Rater, TherapySession, Wave
from rater.terms import RatingState
from tests.builders.command import EXAMPLE, Command, example_study, new_study

DRAW = ("allocate", "ex", "--double", "0.4", "--seed", "7")
FIVE = ("--raters", "R1,R2,R3,R4,R5")


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    made = new_study(tmp_path / "home")
    made("sessions", "import", "ex", EXAMPLE / "sessions.csv")
    return made


def assignments(rater: Command) -> dict[tuple[str, str], tuple[str, str, int, int]]:
    """Position, state, place and id of each assignment, by session and rater."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        with reading() as session:
            rows = session.execute(
                select(TherapySession.code, Rater.code, Assignment)
                .join(Assignment.therapy_session)
                .join(Assignment.rater)
            )
            found = {(code, who): (row.position, row.state, row.queue_place, row.id) for code, who, row in rows}
        db.engine.dispose()
    return found


def begin(rater: Command, *who: str) -> None:
    """Let these raters have begun all they have."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        with writing() as session:
            ids = session.scalars(select(Rater.id).where(Rater.code.in_(who))).all()
            session.execute(update(Assignment).where(Assignment.rater_id.in_(ids)).values(state=RatingState.STARTED))
        db.engine.dispose()


def plan_of(said: Any) -> dict[str, tuple[str, str | None]]:
    return {row["session_id"]: (row["main_rater"], row["second_rater"]) for row in said["assignments"]}


def test_a_dry_run_writes_nothing_and_a_seed_draws_one_plan(rater: Command, tmp_path: Path) -> None:
    before = rater.row_counts()
    said = rater(*DRAW, *FIVE, "--dry-run", "--csv", tmp_path / "plan.csv", "--json").json
    assert rater.row_counts() == before
    assert (said["seed"], said["refused"], said["new_raters"]) == (7, None, ["R1", "R2", "R3", "R4", "R5"])
    assert said["balance"]["double"] == {"count": 79, "required": 79}
    assert Counter(main for main, _ in plan_of(said).values()) == said["balance"]["main_load"]
    assert max(said["balance"]["total_load"].values()) - min(said["balance"]["total_load"].values()) <= 1
    assert said["balance"]["pairs"]["max"] - said["balance"]["pairs"]["min"] <= 1
    rows = list(csv.DictReader((tmp_path / "plan.csv").open(encoding="utf-8")))
    assert {row["session_id"]: (row["main_rater"], row["second_rater"] or None) for row in rows} == plan_of(said)
    kept = rater(*DRAW, *FIVE, "--json").json
    assert plan_of(kept) == plan_of(said)
    assert kept["digest"] == said["digest"]
    other = rater("allocate", "ex", "--double", "0.4", "--seed", "8", *FIVE, "--dry-run", "--json").json
    assert plan_of(other) != plan_of(said)


def test_the_plan_is_kept_with_queues_and_a_trace(rater: Command) -> None:
    said = rater(*DRAW, *FIVE, "--json").json
    found = assignments(rater)
    assert len(found) == 276
    for code, (main, second) in plan_of(said).items():
        assert found[code, main][0] == "main"
        assert second is None or found[code, second][0] == "second"
    for who, load in said["balance"]["total_load"].items():
        places = {code: place for (code, each), (_, _, place, _) in found.items() if each == who}
        assert sorted(places.values()) == list(range(1, load + 1))
        order = sorted(places, key=places.__getitem__)
        assert order != sorted(order)
        assert not any(one.split("-")[0] == two.split("-")[0] for one, two in pairwise(order))
    assert rater(*DRAW, "--json").json["kept"] == {"added": 0, "unchanged": 197, "updated": 0}
    assert assignments(rater) == found
    app = create_app(Settings.load({}, home=rater.home), pages=False)
    with app.app_context():
        with reading() as session:
            event = session.scalars(select(AuditEvent).where(AuditEvent.action == "allocation.drawn")).first()
            assert event is not None
            assert event.detail["digest"] == said["digest"]
            assert (event.detail["seed"], event.detail["algorithm"]) == (7, said["algorithm"])
        db.engine.dispose()


def test_what_has_been_begun_stays_and_the_rest_is_drawn_again(rater: Command) -> None:
    rater(*DRAW, *FIVE)
    begin(rater, "R1")
    before = assignments(rater)
    rater("allocate", "ex", "--double", "0.4", "--seed", "11", *FIVE)
    after = assignments(rater)
    begun = {code for code, who in before if who == "R1"}
    for (code, who), found in before.items():
        if who == "R1":
            assert after[code, who][:2] == found[:2]
            assert after[code, who][3] == found[3]
    moved = {key for key in before if key not in after}
    assert moved
    assert not any(who == "R1" for _, who in moved)
    assert {code for code, who in after if who == "R1"} >= begun


def test_open_work_of_a_rater_who_left_goes_to_the_others_and_begun_work_stays(rater: Command) -> None:
    rater(*DRAW, *FIVE)
    begin(rater, "R1")
    before = assignments(rater)
    shared = {code for code, who in before if who == "R5"} & {code for code, who in before if who == "R1"}
    assert shared, "R5 is the other rater of sessions that R1 has begun"
    said = rater(*DRAW, "--raters", "R1,R2,R3,R4", "--json").json
    after = assignments(rater)
    assert not any(who == "R5" for _, who in after)
    assert {key: found[:2] for key, found in after.items() if found[1] == "started"} == {
        key: found[:2] for key, found in before.items() if key[1] == "R1"
    }
    assert said["balance"]["double"] == {"count": 79, "required": 79}
    assert sorted(said["balance"]["total_load"].values()) == [69, 69, 69, 69]
    assert [said["balance"][margin]["excess"] for margin in ("pairs",)] == [0]


def test_a_higher_rate_gives_begun_sessions_a_second_rater(rater: Command) -> None:
    rater("allocate", "ex", "--double", "0", "--seed", "1", *FIVE)
    begin(rater, "R1", "R2", "R3", "R4", "R5")
    before = assignments(rater)
    said = rater(*DRAW, "--json").json
    after = assignments(rater)
    assert {key: found for key, found in after.items() if key in before} == before
    assert sorted(found[0] for key, found in after.items() if key not in before) == ["second"] * 79
    assert set(said["balance"]["total_load"].values()) == {55, 56}
    assert said["balance"]["pairs"]["excess"] == 0


def test_rows_to_keep_must_not_move_what_has_been_begun(rater: Command, tmp_path: Path) -> None:
    rater(*DRAW, *FIVE)
    begin(rater, "R1")
    mine = next(code for (code, who), found in assignments(rater).items() if who == "R1" and found[0] == "main")
    keep = tmp_path / "keep.csv"
    keep.write_text(f"session_id,main_rater,second_rater\n{mine},R2,\n")
    before = rater.row_counts()
    for arguments in ((*DRAW, "--keep", keep), ("allocation", "import", "ex", keep)):
        said = rater(*arguments, "--json", expect=2)
        assert said.errors == [(str(keep), 2, "main_rater")]
    assert rater.row_counts() == before


def test_kept_rows_bars_and_caps_hold(rater: Command, tmp_path: Path) -> None:
    keep = tmp_path / "keep.csv"
    keep.write_text("session_id,main_rater,second_rater\nP01-S01,R9,\nP01-S02,R1,R2\n")
    rules = ("--bar", "R3=therapist:T1", "--bar", "R4=patient:P02", "--cap", "R5=20", "--keep", keep)
    said = rater(*DRAW, *FIVE, *rules, "--json").json
    plan = plan_of(said)
    assert plan["P01-S01"] == ("R9", None)
    assert plan["P01-S02"] == ("R1", "R2")
    assert said["balance"]["double"]["count"] == 79
    assert said["balance"]["total_load"]["R5"] <= 20
    assert said["new_raters"] == ["R1", "R2", "R3", "R4", "R5", "R9"]
    assert not any("R4" in pair for code, pair in plan.items() if code.startswith("P02"))
    with (EXAMPLE / "sessions.csv").open(encoding="utf-8") as file:
        therapist = {row["session_id"]: row["therapist_id"] for row in csv.DictReader(file)}
    assert not any("R3" in pair for code, pair in plan.items() if therapist[code] == "T1")


@pytest.mark.parametrize(
    ("more", "short_by"),
    [
        (("--double", "1.5"), 99),
        (("--double", "0.4", "--cap", "R1=100", "--cap", "R2=100"), 76),
        (("--double", "1", "--raters", "R1"), 197),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_missing(rater: Command, more: tuple[str, ...], short_by: int) -> None:
    before = rater.row_counts()
    said = rater("allocate", "ex", "--seed", "1", "--raters", "R1,R2", *more, "--json", expect=2)
    assert said.json["refused"]["short_by"] == short_by
    assert said.json["refused"]["reason"]
    assert rater.row_counts() == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "no raters"),
        (("--raters", "R 1"), "cannot be a rater's code"),
        ((*FIVE, "--bar", "R1=therapist:T77"), "no therapist T77"),
        ((*FIVE, "--bar", "R1-T1"), "not a bar"),
        ((*FIVE, "--cap", "R1=many"), "not a cap"),
        ((*FIVE, "--wave", "summer"), "no wave summer"),
        ((*FIVE, "--keep", "gone.csv"), "cannot be read"),
        ((*FIVE, "--csv", "no/such/folder/plan.csv"), "cannot be written"),
        (("--raters", "R1,R1"), "named twice"),
        ((*FIVE, "--double", "nan"), "not a share"),
    ],
)
def test_wrong_arguments_are_faults(rater: Command, more: tuple[str, ...], words: str) -> None:
    before = rater.row_counts()
    assert words in rater(*DRAW, *more, expect=2).err
    assert rater.row_counts() == before


def test_a_locked_wave_stays_as_it_is(rater: Command) -> None:
    rater(*DRAW, *FIVE)
    app = create_app(Settings.load({}, home=rater.home), pages=False)
    with app.app_context():
        with writing() as session:
            session.execute(update(Wave).values(locked_at=session.scalar(select(Assignment.assigned_at))))
        db.engine.dispose()
    for arguments in (DRAW, ("allocation", "import", "ex", EXAMPLE / "allocation.csv")):
        assert "locked" in rater(*arguments, expect=2).err
    assert "locked" in rater("ratings", "import", "ex", EXAMPLE / "ratings.csv", expect=2).err


def test_an_example_study_in_full_is_left_as_it_is(tmp_path: Path, database_url: str) -> None:
    rater = example_study(tmp_path / "home", database_url)
    before = assignments(rater)
    said = rater(*DRAW, "--json").json
    assert said["kept"] == {"added": 0, "unchanged": 197, "updated": 0}
    assert assignments(rater) == before
    assert said["balance"]["double"] == {"count": 79, "required": 79}


def test_a_session_excluded_later_leaves_the_queues(rater: Command, tmp_path: Path) -> None:
    rater(*DRAW, *FIVE)
    code = next(iter(assignments(rater)))[0]
    lines = (EXAMPLE / "sessions.csv").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "sessions.csv"
    row = next(line for line in lines if line.startswith(code + ",")).replace(",,main", ",poor_audio,main")
    file.write_text(f"{lines[0]}\n{row}\n", encoding="utf-8")
    said = rater("sessions", "import", "ex", file)
    assert "draw the allocation again" in said.err
    assert code not in {each for each, _ in assignments(rater)}
    assert len(plan_of(rater(*DRAW, "--json").json)) == 196


def test_the_rate_is_the_studys_unless_another_is_given(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text("double_rate: 0.25\n")
    rater("study", "apply", "ex", file)
    drawn = rater("allocate", "ex", "--seed", "7", *FIVE, "--dry-run", "--json").json
    assert drawn["balance"]["double"]["count"] == floor(0.25 * len(drawn["assignments"]) + 0.5)
    told = rater("allocate", "ex", "--double", "0.4", "--seed", "7", *FIVE, "--dry-run", "--json").json
    assert told["balance"]["double"]["count"] > drawn["balance"]["double"]["count"]


def changed(rater: Command, change: Callable[[Session], None]) -> None:
    """Change the study behind the back of the commands."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        with writing() as session:
            change(session)
        db.engine.dispose()


def drawn_events(rater: Command) -> list[dict[str, Any]]:
    """What the audit trail tells of each draw."""
    app = create_app(Settings.load({}, home=rater.home, database_url=rater.database_url), pages=False)
    with app.app_context():
        with reading() as session:
            events = session.scalars(select(AuditEvent).where(AuditEvent.action == "allocation.drawn"))
            found = [dict(each.detail) for each in events]
        db.engine.dispose()
    return found


def test_keeping_a_plan_withdraws_open_work_of_sessions_that_it_lacks(rater: Command) -> None:
    rater(*DRAW, *FIVE)
    first, second = sorted({code for code, who in assignments(rater) if who == "R2"})[:2]
    before = assignments(rater)
    changed(rater, lambda session: _use(session, "training", first, second))
    changed(rater, lambda session: _begin(session, second))
    rater(*DRAW, *FIVE, "--dry-run")
    assert set(assignments(rater)) == set(before)
    rater(*DRAW, *FIVE)
    after = assignments(rater)
    assert not any(code == first for code, _ in after)
    assert {key for key in after if key[0] == second} == {key for key in before if key[0] == second}
    withdrawn = sorted(f"{code}={who}" for code, who in before if code == first)
    assert [each["withdrawn"] for each in drawn_events(rater)] == [[], withdrawn]


def test_a_session_that_a_rater_has_heard_is_not_moved(rater: Command) -> None:
    rater(*DRAW, *FIVE)
    heard, other = sorted(code for code, who in assignments(rater) if who == "R5")[:2]
    key = assignments(rater)[heard, "R5"][3]
    left = Listening(assignment_id=key, heard=[[0, 60, 1]], position_s=60, speed=1, changed_at=datetime.now(UTC))
    changed(rater, lambda session: session.add(left))
    rater(*DRAW, "--raters", "R1,R2,R3,R4")
    after = assignments(rater)
    assert after[heard, "R5"][3] == key
    assert (other, "R5") not in after, "what nobody has touched goes to the others"


def _use(session: Session, use: str, *codes: str) -> None:
    session.execute(update(TherapySession).where(TherapySession.code.in_(codes)).values(use=use))


def _begin(session: Session, code: str) -> None:
    inside = select(TherapySession.id).where(TherapySession.code == code)
    session.execute(update(Assignment).where(Assignment.session_id.in_(inside)).values(state=RatingState.STARTED))
