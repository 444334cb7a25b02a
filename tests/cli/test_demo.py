"""The demo, built once by the real command: what it holds, who can sign in, and what --fresh may remove."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rater.app import create_app
from rater.cli import _rater
from rater.cli.demo import MARKER, claim_home, empty_home
from rater.cli.demo_study import BEGUN, NOTES, SCALES, random_password
from rater.config import Settings
from rater.errors import BadInput
from rater.people.credentials import password_fault
from rater.people.operations import person_by_email, sign_in
from rater.ratings.operations.opening import my_queue, open_rating
from rater.storage.audit import data_version
from rater.storage.database import db, reading, writing
from rater.storage.media.store import media_store
from rater.storage.models import (
    Assignment,
    Difficulty,
    HomeworkTask,
    OutcomeValue,
    Patient,
    Person,
    Rater,
    Recording,
    Revision,
    Study,
    Therapist,
    TherapySession,
    Wave,
)
from rater.storage.queries.points import rated_sessions
from rater.storage.queries.progress import progress
from rater.storage.queries.training import held_back_by_rater
from rater.studies.operations import study_named
from rater.supervision.operations.home import home_of
from rater.supervision.operations.profiling import open_profile
from rater.terms import Actor, Position, RatingState, Role, StepKind
from rater.training.operations.certifying import gate_decisions
from rater.training.operations.proposing import open_proposals
from rater.training.operations.steps import my_pathway, rater_of

CHECKOUT = Path(__file__).parents[2]
MOST_SECONDS = 60
NO_SETTINGS = {"RATER_DATABASE_URL": None, "RATER_MEDIA_URL": None}
OVERVIEW = {
    each["file"]: each for each in yaml.safe_load((CHECKOUT / "audio_samples/index.yaml").read_text())["sessions"]
}


PROGRAM = (sys.executable, "-c", "from rater.app import main; main()")


def run(home: Path, *arguments: str) -> Result:
    """A command of `rater`, with its data in `home`."""
    return CliRunner().invoke(_rater, arguments, obj=create_app, env={**NO_SETTINGS, "RATER_HOME": str(home)})


@dataclass(frozen=True)
class Built:
    """A demo that has been built: its folder, what was printed, and how long it took."""

    home: Path
    out: str
    err: str
    seconds: float

    @property
    def sign_ins(self) -> dict[str, tuple[str, str]]:
        """E-mail address and password by role, as printed."""
        found = re.findall(r"^\| (\w+) +(\S+@\S+) +(\S+) +\|$", self.out, flags=re.MULTILINE)
        return {role: (email, password) for role, email, password in found}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The demo, made by `rater demo --no-serve`."""
    home = tmp_path_factory.mktemp("demo") / "home"
    started = time.monotonic()
    environ = {key: value for key, value in os.environ.items() if not key.startswith("RATER_")}
    environ |= {"RATER_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run([*PROGRAM, "demo", "--no-serve"], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Built(home, done.stdout, done.stderr, time.monotonic() - started)


@pytest.fixture
def session(built: Built) -> Iterator[Session]:
    """A transaction that reads the demo."""
    app = create_app(Settings.load({}, home=built.home))
    with app.app_context():
        with reading() as opened:
            yield opened
        db.engine.dispose()


def count(session: Session, model: type, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def the_rater(session: Session) -> Actor:
    person = session.scalars(select(Person).where(Person.email == "rater@demo.example")).one()
    return Actor(person.id, person.name)


def test_it_is_built_in_under_a_minute_and_says_how_long_it_took(built: Built) -> None:
    assert built.seconds < MOST_SECONDS
    last = built.err.strip().splitlines()[-1]
    assert re.fullmatch(r"100%  Built in [0-9]+ seconds", last)


def test_progress_is_plain_lines_with_rising_shares_where_there_is_no_terminal(built: Built) -> None:
    shares = [int(line.split("%")[0]) for line in built.err.splitlines()]
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert "\r" not in built.err


def test_it_has_the_shape_of_the_source_study(session: Session) -> None:
    study = study_named(session, "demo")
    counts = progress(session, study.id, "main")
    assert (counts.held, counts.eligible, counts.recorded) == (210, 197, 205)
    assert sum(number for _, number in counts.excluded) == 13
    assert (counts.allocated, counts.double_required, counts.ratings_total) == (197, 79, 276)
    assert tuple(count(session, each, each.study_id == study.id) for each in (Patient, Therapist)) == (22, 3)
    assert [each.code for each in counts.raters] == ["R1", "R2", "R3", "R4", "R5"]
    assert {each.assigned for each in counts.raters} <= {55, 56}
    assert [row.scale for row in study.scale_versions] == list(SCALES)
    phases = select(TherapySession.phase).where(TherapySession.study_id == study.id).distinct()
    assert set(session.scalars(phases)) == {"I", "II"}
    held = select(TherapySession.id).where(TherapySession.study_id == study.id)
    assert count(session, OutcomeValue, OutcomeValue.session_id.in_(held)) == 210 * 9
    assert count(session, HomeworkTask) > 300
    assert count(session, Difficulty) > 100


def test_it_is_marked_as_synthetic(session: Session, built: Built) -> None:
    assert study_named(session, "demo").synthetic
    assert "synthetic" in built.out


def test_the_rater_has_twelve_sessions_open_and_one_begun(session: Session) -> None:
    queue = my_queue(session, the_rater(session), "demo", now=datetime.now(UTC))
    states = Counter(row["state"] for row in queue.rows)
    assert states[RatingState.OPEN] == 12
    assert states[RatingState.STARTED] == 1
    assert states[RatingState.SUBMITTED] == len(queue.rows) - 13 > 35
    unfinished = [row for row in queue.rows if row["state"] != RatingState.SUBMITTED]
    assert unfinished[0]["state"] == RatingState.STARTED
    assert unfinished[0]["done"] == len(BEGUN)
    assert all(row["duration_s"] for row in unfinished)


def test_others_have_submitted_everything_within_the_past(session: Session) -> None:
    left = session.execute(select(Rater.code).join(Assignment, Assignment.rater_id == Rater.id).where(
        Rater.study_id == study_named(session, "demo").id, Assignment.state != RatingState.SUBMITTED
    ).distinct()).all()  # fmt: skip
    assert left == [("R1",)]
    moments = session.scalars(select(Revision.submitted_at).where(Revision.submitted_at.is_not(None))).all()
    assert max(each for each in moments if each) <= datetime.now(UTC)
    assert count(session, Revision, Revision.number == 2) >= 3


def test_each_open_session_plays_a_sample_and_shows_the_homework_reviewed_in_it(session: Session) -> None:
    actor, now = the_rater(session), datetime.now(UTC)
    seconds = {each["duration_s"]: each for each in OVERVIEW.values()}
    heard = []
    for row in my_queue(session, actor, "demo", now=now).rows:
        if row["state"] == RatingState.SUBMITTED:
            continue
        shown = open_rating(session, actor, row["public_id"], now=now)
        assert shown.recording is not None
        length = min(seconds, key=lambda each: abs(each - shown.recording.duration_s))
        assert length == pytest.approx(shown.recording.duration_s, abs=0.2)
        sample = seconds[length]
        assert [task.description for task, _ in shown.tasks] == [due["task"] for due in sample["due"]]
        heard.append(sample["file"])
    assert heard[0] == "en-1.mp3"
    assert set(heard) == set(OVERVIEW)


def test_the_begun_session_has_notes_inside_its_recording_and_a_report(session: Session) -> None:
    actor, now = the_rater(session), datetime.now(UTC)
    queue = my_queue(session, actor, "demo", now=now)
    begun = next(row for row in queue.rows if row["state"] == RatingState.STARTED)
    shown = open_rating(session, actor, begun["public_id"], now=now)
    assert [note.text for note in shown.notes] == [text for _, text in NOTES]
    assert all(0 < note.second < begun["duration_s"] for note in shown.notes)
    assert {item: given.value for item, given in shown.points.items()} == BEGUN
    assert sum(report is not None for _, report in shown.tasks) == 1


def test_each_sample_is_stored_once_and_every_recording_can_be_read(session: Session, built: Built) -> None:
    names = session.scalars(select(Recording.audio_name).distinct()).all()
    assert len(names) == len(OVERVIEW) == 8
    store = media_store(Settings(home=built.home))
    sizes = {each.audio_name: each.size for each in session.scalars(select(Recording))}
    assert {name: store.size(name) for name in names} == sizes


def test_every_dyad_shares_sessions(session: Session) -> None:
    rated: dict[str, set[str]] = {}
    for each in rated_sessions(session, study_named(session, "demo").id, "main"):
        rated.setdefault(each.session_id, set()).add(each.rater_id)
    pairs = Counter(tuple(sorted(raters)) for raters in rated.values() if len(raters) == 2)
    assert len(pairs) == 10
    assert 66 <= sum(pairs.values()) < 79
    given = select(Assignment).join(Assignment.wave).where(Wave.study_id == study_named(session, "demo").id)
    assert {each.position for each in session.scalars(given)} == {Position.MAIN, Position.SECOND}


def test_the_programme_has_a_trainee_with_feedback_homework_and_a_meeting_to_come(built: Built) -> None:
    app = create_app(Settings.load({}, home=built.home))
    with app.app_context(), reading() as opened:
        who = {role: person_by_email(opened, built.sign_ins[role][0]) for role in (Role.SUPERVISOR, Role.TRAINEE)}
        ruth, tobias = (Actor(each.id, each.name) for each in who.values() if each)
        supervised = home_of(opened, ruth, "demo-supervision", now=datetime.now(UTC)).trainees[0]
        assert (supervised.to_review, supervised.tasks, supervised.due) == (2, 1, 0)
        assert supervised.next_meeting is not None
        profile = open_profile(opened, tobias, "demo-supervision", supervised.trainee.public_id, now=datetime.now(UTC))
        assert [len(each.items) for each in profile.profiles] == [8]
        assert len(profile.rated) == 4
        assert profile.outcomes[0].flagged == (0,)
        db.engine.dispose()


def test_one_rater_in_training_has_not_passed_and_has_a_second_trial_begun(session: Session, built: Built) -> None:
    study = study_named(session, "demo-training")
    decided = gate_decisions(session, study, "training")
    assert {code: each.passed for code, each in decided.items()} == {"R1": True, "R2": True, "R3": False}
    person = person_by_email(session, built.sign_ins["newcomer"][0])
    assert person is not None
    rater = rater_of(session, Actor(person.id, person.name), study)
    path = my_pathway(session, rater, study, today=datetime.now(UTC).date())
    assert [(each.submitted, each.given) for each in path if each.row.kind == StepKind.TRIAL] == [(10, 10), (2, 6)]
    assert len(open_proposals(session, study)) == 1
    assert set(held_back_by_rater(session, study.id, today=datetime.now(UTC).date())) == {"R3"}


def test_nine_people_sign_in_with_what_was_printed(built: Built) -> None:
    assert set(built.sign_ins) == {*Role, "newcomer", "administrator"}
    app = create_app(Settings.load({}, home=built.home))
    with app.app_context(), writing() as opened:
        for email, password in built.sign_ins.values():
            assert sign_in(opened, email, password, now=datetime.now(UTC))
            assert sign_in(opened, email, password + "x", now=datetime.now(UTC)) is None
        db.engine.dispose()


def test_passwords_keep_the_rules_and_differ(built: Built) -> None:
    drawn = {random_password() for _ in range(50)}
    assert len(drawn) == 50
    assert [password_fault(each) for each in drawn] == [None] * 50
    assert len({password for _, password in built.sign_ins.values()}) == 9


def test_a_second_run_keeps_the_study_and_prints_no_password(built: Built) -> None:
    def versions() -> list[int]:
        app = create_app(Settings.load({}, home=built.home))
        with app.app_context(), reading() as opened:
            found = [data_version(opened, each.id) for each in opened.scalars(select(Study))]
            db.engine.dispose()
        return found

    before = versions()
    again = run(built.home, "demo", "--no-serve")
    assert again.exit_code == 0, again.stderr
    assert "--fresh" in again.stdout
    assert not any(password in again.stdout + again.stderr for _, password in built.sign_ins.values())
    assert versions() == before
    assert len(before) == 3


def test_fresh_makes_a_new_study_with_new_passwords(built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.home, tmp_path / "home")
    stored = {each.name for each in (tmp_path / "home" / "media").rglob("*") if each.is_file()}
    done = run(tmp_path / "home", "demo", "--no-serve", "--fresh")
    assert done.exit_code == 0, done.stderr
    new = Built(tmp_path / "home", done.stdout, done.stderr, 0)
    assert set(new.sign_ins) == set(built.sign_ins)
    assert {password for _, password in new.sign_ins.values()}.isdisjoint(
        password for _, password in built.sign_ins.values()
    )
    assert stored.isdisjoint(each.name for each in (tmp_path / "home" / "media").rglob("*") if each.is_file())


@pytest.mark.parametrize("arguments", [("--no-serve",), ("--no-serve", "--fresh")])
def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    home = tmp_path / "instance"
    home.mkdir()
    (home / "rater.sqlite").write_bytes(b"a real study")
    done = run(home, "demo", *arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
    assert "no demo made" in done.stderr
    assert {each.name: each.read_bytes() for each in home.iterdir()} == {"rater.sqlite": b"a real study"}


def test_a_demo_beside_which_somebody_made_a_study_is_not_removed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    claim_home(home)
    assert run(home, "db", "upgrade").exit_code == 0
    assert run(home, "study", "create", "pilot", "--title", "Pilot", "--scale", "ghes").exit_code == 0
    kept = (home / "rater.sqlite").read_bytes()
    done = run(home, "demo", "--no-serve", "--fresh")
    assert done.exit_code == 2
    assert "pilot" in done.stderr
    assert (home / "rater.sqlite").read_bytes() == kept


def test_a_port_in_use_is_one_clear_line_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = run(tmp_path / "home", "demo", "--port", str(other.getsockname()[1]))
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "in use" in done.stderr
    assert not (tmp_path / "home").exists()


def test_an_unfinished_demo_is_made_anew(tmp_path: Path) -> None:
    claim_home(tmp_path / "home")
    (tmp_path / "home" / "media").mkdir()
    (tmp_path / "home" / "media" / "orphan").write_bytes(b"")
    claim_home(tmp_path / "home")
    empty_home(tmp_path / "home")
    assert [each.name for each in (tmp_path / "home").iterdir()] == [MARKER]


def test_what_lies_behind_a_link_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"")
    claim_home(tmp_path / "home")
    (tmp_path / "home" / "link").symlink_to(tmp_path / "kept")
    empty_home(tmp_path / "home")
    assert (tmp_path / "kept" / "file").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(BadInput):
        claim_home(tmp_path / "home")
