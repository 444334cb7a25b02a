"""A study in which every relation occurs once: who may see what is asked of it, cell by cell."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from rater.allocation.balance import balance
from rater.allocation.designs import allocate
from rater.allocation.operations.recording import record_draw
from rater.allocation.plans import Bar, BarOn, SessionToRate, Settings, plan_digest
from rater.people.operations import invite_person
from rater.ratings.operations.concerns import raise_concern
from rater.ratings.operations.logs import save_other_task
from rater.ratings.operations.manual import add_ruling
from rater.ratings.operations.messages import send_message
from rater.ratings.operations.notes import save_note
from rater.ratings.operations.setting_aside import set_aside
from rater.recordings.exclusions import Wanted
from rater.recordings.operations.drafts import begin_import
from rater.recordings.operations.excluding import exclude
from rater.recordings.operations.uploading import Limits, announce
from rater.reliability.design import design_of
from rater.reliability.report import report
from rater.storage.database import db, writing
from rater.storage.media.peaks import Peaks
from rater.storage.media.store import MediaStore
from rater.storage.media.uploads import Uploads, uploads_of
from rater.storage.models import AnchorProposal, Draw, Example, Job, KeptFigure, MaskedSpan, Recording, Study
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, JobState, Position, Role, StepKind
from rater.training.operations import StepPlan, add_step
from tests.application import make_app
from tests.builders.study import (
    NOON,
    PASSWORD,
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
from tests.builders.training import make_set, rate_set, reveal
from tests.web.trial import fill_trial

LATER = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
NOBODY = "nobody"
SOUND = random.Random(1).randbytes(2_600_000)
PEAKS = Peaks(100, 1.0, bytes(range(256)) * 40)
LIST = b"session_id,patient_id,therapist_id,session_no,audio_file\nP02-S01,P02,T1,1,P02/S01.mp3\n"
TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


class Visitor:
    """One person's browser: keeps cookies, and sends the page's token with everything that writes."""

    def __init__(self, client: FlaskClient, email: str | None = None) -> None:
        self.client = client
        self.renew("/sign-in")
        if email is not None:
            answer = self.ask("POST", "/sign-in", form={"email": email, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            self.renew("/")
        self.cookies = dict(client._cookies or {})

    def restore(self) -> None:
        """Hold the cookies and the token of the beginning again."""
        self.client._cookies = dict(self.cookies)

    def renew(self, page: str) -> None:
        """Take the token of a page."""
        found = TOKEN.search(self.client.get(page).text)
        assert found is not None
        self.token = found[1]

    def ask(
        self, method: str, path: str, json: Any = None, *, form: Any = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        """Send a request as a page of this browser would."""
        sent = {"X-CSRFToken": self.token, **(headers or {})}
        if json is not None:
            sent["Accept"] = "application/json"
        return self.client.open(path, method=method, json=json, data=form, headers=sent)


@dataclass
class World:
    """The application with its people signed in; `restore` brings the database back to where it began."""

    app: Flask
    kept: Path
    ids: dict[str, str]
    visitors: dict[str, Visitor] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return Path(self.app.extensions["rater_settings"].home) / "rater.sqlite"

    def restore(self) -> None:
        """Forget everything written since the world was built, and set the clock back."""
        with self.app.app_context():
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.database.with_name(self.database.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.kept, self.database)
        home = self.database.parent
        shutil.rmtree(home / "uploads", ignore_errors=True)
        shutil.copytree(home / "kept-uploads", home / "uploads")
        self.app.extensions["rater_clock"] = lambda: LATER
        for visitor in self.visitors.values():
            visitor.restore()

    def contents(self) -> dict[str, list[Any]]:
        """All rows but those of the audit and of activity."""
        with self.app.app_context(), db.engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(table.select())))
                for table in db.metadata.sorted_tables
                if table.name not in ("audit_event", "sign_in")
            }

    def events(self, action: str) -> int:
        """How many audit events of this kind there are."""
        table = db.metadata.tables["audit_event"]
        with self.app.app_context(), db.engine.connect() as connection:
            return len(connection.execute(table.select().where(table.c.action == action)).all())


def build_world(home: Path) -> World:
    """Two studies with everybody in them, a recording, a note, a task, finished jobs and an open invitation."""
    app = make_app(home)
    app.extensions["rater_clock"] = lambda: LATER
    with app.app_context():
        with writing() as session:
            ids = _fill(session, app.extensions["rater_media"], uploads_of(app.extensions["rater_settings"]))
        db.engine.dispose()
    exports = app.extensions["rater_settings"].exports_folder
    exports.mkdir(parents=True, exist_ok=True)
    (exports / f"{ids['export']}.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    world = World(app, home / "kept.sqlite", ids)
    world.visitors[NOBODY] = Visitor(app.test_client())
    for name in PEOPLE:
        world.visitors[name] = Visitor(app.test_client(), f"{name}@example.org")
    with app.app_context():
        db.engine.dispose()
    shutil.copy(world.database, world.kept)
    shutil.copytree(home / "uploads", home / "kept-uploads")
    return world


PEOPLE = ("anna", "ben", "carla", "rosa", "mixed", "sam", "tina", "theo", "adam", "olga", "gone")


def _fill(session: Session, store: MediaStore, uploads: Uploads) -> dict[str, str]:
    study, other = make_study(session), make_study(session, "other")
    sessions = [make_session(session, study, "P01", number) for number in (1, 2, 3)]
    elsewhere = make_session(session, other, "P01", 1)
    anna = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    ben = make_person(session, "ben@example.org", (study, Role.RATER), code="R2")
    for name, role in (
        ("carla", Role.COORDINATOR),
        ("rosa", Role.RESEARCHER),
        ("sam", Role.SUPERVISOR),
        ("tina", Role.TRAINEE),
        ("theo", Role.TRAINER),
    ):
        make_person(session, f"{name}@example.org", (study, role))
    make_person(session, "mixed@example.org", (study, Role.RATER), (study, Role.RESEARCHER))
    make_person(session, "adam@example.org").is_administrator = True
    make_person(session, "olga@example.org", *[(other, role) for role in Role], code="R1")
    gone = make_person(session, "gone@example.org", (study, Role.RATER), code="R9")

    mine = make_assignment(session, study, sessions[1], "R1")
    finished = make_assignment(session, study, sessions[2], "R1", place=2)
    make_rating(session, finished, all_points(study))
    bens = make_assignment(session, study, sessions[2], "R2", position=Position.SECOND)
    mixed = next(code for code in ("R3", "R4") if _is_code(session, study, code))
    make_assignment(session, study, sessions[0], mixed)
    make_assignment(session, study, sessions[1], "R9", position=Position.SECOND)
    elsewhere_assigned = make_assignment(session, other, elsewhere, "R1")
    end_membership(session, COMMAND_LINE, study, gone, Role.RATER, now=NOON + timedelta(minutes=1))

    task = make_task(session, study, sessions[0], sessions[1])
    other_task = make_task(session, study, sessions[1], sessions[2], code="HW2")
    note = save_note(session, actor_of(anna), mine.public_id, "a" * 32, 12.5, "#ghes1 rationale given", now=NOON)
    bens_note = save_note(session, actor_of(ben), bens.public_id, "b" * 32, 3, "mine alone", now=NOON)
    aside = make_assignment(session, study, sessions[0], "R2", place=2)
    obstacle = set_aside(session, actor_of(ben), aside.public_id, "deviates_from_manual", "another language", now=NOON)
    sam = make_person(session, "sam@example.org")
    study.concern_person_id, study.concern_contact = sam.id, "Sam, extension 12"
    concern = raise_concern(session, actor_of(anna), mine.public_id, "speaks of giving up", now=NOON)
    message = send_message(session, COMMAND_LINE, study, "Please rate by Friday", now=NOON)
    save_other_task(session, actor_of(anna), mine.public_id, "c" * 32, "Call a friend", "behavioral", None, now=NOON)
    add_ruling(session, COMMAND_LINE, study, "ghes", "ghes1", NOON.date(), "Half a task counts as *partly*", now=NOON)
    left_out = make_session(session, study, "P09", 1)
    idle = Wanted(left_out.code, "", "no_recording", "main", "the recorder was off")
    exclusion, _ = exclude(session, COMMAND_LINE, study, idle, now=NOON)
    audio, peaks = store.put_bytes(SOUND), store.put_bytes(PEAKS.to_bytes())
    size = len(SOUND)
    recording = make_recording(session, sessions[1], audio, peaks, size=size, mime="audio/ogg")
    elsewhere_recording = make_recording(session, elsewhere, audio, peaks, size=size, mime="audio/ogg")
    example = _example(session, study, make_recording(session, left_out, audio, peaks, size=size, mime="audio/ogg"))
    example.stored_as = audio
    carla = make_person(session, "carla@example.org")
    draft = begin_import(session, actor_of(carla), "pilot", uploads, "sessions.csv", LIST, now=NOON)
    upload, _ = announce(
        session, actor_of(carla), draft.public_id, uploads, "P01/S05.mp3", 8, "", Limits(10**6, 10**6), now=NOON
    )
    span = MaskedSpan(
        recording_id=recording.id, start_s=1, stop_s=2, reason="other", roles=[Role.TRAINEE], set_at=NOON, note="a bell"
    )
    ghes = study.scale_versions[0]
    proposal = AnchorProposal(
        scale_version_id=ghes.id, item="ghes2", point=2, text="half of the agreed tasks", rationale="too vague",
        proposed_at=NOON,
    )  # fmt: skip
    session.add_all([span, proposal])
    session.flush()
    fill_trial(session, study, "R2", "R9")
    draw = _draw(session, study)
    step = _train(session, study)
    drawn = _job(session, study, "reliability", JobState.DONE)
    design = design_of([], [], draw=None, rate_at_end="off", heard_share=0.9, seed=1, version="1")
    drawn.result = report("pilot", "main", [], []) | {"design": design}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
    for locale in ("en", "de"):
        session.add(KeptFigure(job_id=drawn.id, locale=locale, name="forest-GHES", title="GHES", alt="One", svg=svg))
    jobs = {
        "job": _job(session, study, "reliability", JobState.FAILED),
        "export": _job(session, study, "export", JobState.DONE),
        "other_job": _job(session, other, "export", JobState.DONE),
    }
    _, invitation = invite_person(session, COMMAND_LINE, "ida@example.org", "Ida", now=NOON)
    return {
        "mine": mine.public_id,
        "finished": finished.public_id,
        "bens": bens.public_id,
        "proposal": proposal.public_id,
        "other_assignment": elsewhere_assigned.public_id,
        "task": task.public_id,
        "other_task": other_task.public_id,
        "note": note.public_id,
        "bens_note": bens_note.public_id,
        "recording": recording.public_id,
        "other_recording": elsewhere_recording.public_id,
        "invitation": invitation,
        "obstacle": obstacle.public_id,
        "aside": aside.public_id,
        "concern": concern.public_id,
        "message": message.public_id,
        "import": draft.public_id,
        "upload": upload.public_id,
        "span": span.public_id,
        "exclusion": exclusion.public_id,
        "example": example.public_id,
        "draw": draw.public_id,
        "step": step,
        **{name: job.public_id for name, job in jobs.items()},
    }


def _example(session: Session, study: Study, recording: Recording) -> Example:
    version = next(each for each in study.scale_versions if each.scale == "ghes")
    about = {"item": "ghes1", "point": 3, "title": "A plan is kept", "text": "Hear how much was done"}
    example = Example(
        study_id=study.id, recording_id=recording.id, scale_version_id=version.id, starts_s=4, stops_s=9, made_at=NOON,
        **about,
    )  # fmt: skip
    session.add(example)
    session.flush()
    return example


def _train(session: Session, study: Study) -> str:
    """A revealed trial of the rater who has left, and a step that every rater is to take; its id."""
    make_set(session, study, "training", (1, 2), ("R9",), patient="P08")
    rate_set(session, study, "training", {"R9": (3, 2)})
    reveal(session, study, "training")
    plan = StepPlan(StepKind.MANUAL, "Read the manual", scale="ghes")
    return str(add_step(session, COMMAND_LINE, study, plan, now=NOON).public_id)


def _is_code(session: Session, study: Study, code: str) -> bool:
    from rater.storage.queries.studies import raters_by_code

    rater = raters_by_code(session, study.id).get(code)
    return rater is not None and rater.person is not None and rater.person.email.startswith("mixed")


def _draw(session: Session, study: Study) -> Draw:
    sessions = [SessionToRate(f"P0{number}-S01", "T1", f"P0{number}", "I") for number in (1, 2, 3)]
    settings = Settings(0.4, 7, ("R1", "R2", "R3"), (Bar("R1", BarOn.THERAPIST, "T9"),), {"R2": 40})
    plan = allocate(sessions, settings)
    evenness = balance(plan, sessions, settings)
    digest, why = plan_digest(sessions, settings), "The study begins"
    return record_draw(
        session,
        COMMAND_LINE,
        study,
        "main",
        (sessions, settings),
        plan.sessions,
        algorithm=plan.algorithm,
        digest=digest,
        before=None,
        after=evenness,
        why=why,
        now=NOON,
    )


def _job(session: Session, study: Study, kind: str, state: JobState) -> Job:
    job = Job(
        study_id=study.id,
        kind=kind,
        asked={"wave": "main", "seed": 1},
        asked_at=NOON,
        state=state,
        data_version=0,
        result={"files": [], "sha256": "0" * 64} if state is JobState.DONE else None,
        fault="The work was cut off" if state is JobState.FAILED else None,
        ended_at=NOON,
    )
    session.add(job)
    session.flush()
    return job
