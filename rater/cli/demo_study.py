"""The demo study: simulated files that go in by the same operations as anybody's."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.allocation.operations.drawing import Terms, draw_allocation, keep_allocation
from rater.cli.demo_files import Allocated, Work, read_samples, read_spans, sessions_csv
from rater.cli.demo_programme import build_programme
from rater.cli.demo_training import build_training
from rater.cli.simulation import simulate_sessions
from rater.config import Settings, data_folder
from rater.homework.operations import (
    import_difficulties,
    import_homework,
    read_difficulties_for,
    read_homework_for,
)
from rater.people.operations import invite_person, set_password
from rater.ratings.due import PerWeek
from rater.ratings.operations.due import set_due_dates
from rater.ratings.operations.importing import import_ratings, read_ratings_for
from rater.ratings.operations.logs import save_homework_report
from rater.ratings.operations.manual import add_ruling
from rater.ratings.operations.messages import send_message
from rater.ratings.operations.notes import save_note
from rater.ratings.operations.opening import open_rating
from rater.ratings.operations.saving import save_point
from rater.recordings.manifest import read_sessions
from rater.recordings.operations.importing import import_sessions
from rater.recordings.operations.masking import WantedSpan, set_span
from rater.recordings.operations.masks_import import recording_named
from rater.recordings.operations.outcomes import import_outcomes, read_outcomes_for
from rater.recordings.operations.silencing import begin_silenced, keep_silenced, make_silenced
from rater.recordings.operations.taking_in import taken_in
from rater.reliability.operations import ask_reliability
from rater.storage.database import writing
from rater.storage.media.store import MediaStore, media_store
from rater.storage.models import Assignment, Person, Rater, Study, TherapySession
from rater.studies.operations import add_member, create_study
from rater.studies.settings import parse_phases
from rater.terms import COMMAND_LINE, Actor, Completed, Role, WaveKind

SLUG = "demo"
TITLE = "Homework in telephone CBT (demo)"
SCALES = ("ghes", "sthar", "phq9")
PHASES = "1-4,5-"
SEED = 8
"""A draw whose dyads agree about as well as those of the source study."""
RATERS = ("R1", "R2", "R3", "R4", "R5")
DEMO_RATER = "R1"
DOUBLE = 0.4
BEGAN_BEFORE = timedelta(weeks=60)
ADMINISTRATOR, NEWCOMER = "administrator", "newcomer"

PEOPLE = (
    (Role.RATER.value, "Jonas Keller"),
    (Role.COORDINATOR.value, "Mira Sandoval"),
    (Role.RESEARCHER.value, "Helen Ashworth"),
    (Role.SUPERVISOR.value, "Ruth Okafor"),
    (Role.TRAINEE.value, "Tobias Lang"),
    (Role.LEAD.value, "Amara Diallo"),
    (Role.TRAINER.value, "Priya Raman"),
    (NEWCOMER, "Clara Weiss"),
    (ADMINISTRATOR, "Ingrid Moser"),
)
ELSEWHERE = (ADMINISTRATOR, NEWCOMER, Role.TRAINEE, Role.LEAD, Role.TRAINER)
"""Who has no part in the demo study itself, but in its supervision programme or its rater training."""
EXPERIENCED = (("experienced1@demo.example", "Samuel Osei"), ("experienced2@demo.example", "Lin Chen"))
"""Raters in training who have rated before; nobody signs in as one of them."""

BEGUN = {"ghes1": 2, "ghes2": 2, "ghes3": 2, "ghes4": 2, "ghes5": 2, "ghes6": 2, "ghes7": 1}
NOTES = (
    (92.0, "Two walks of four. Then rain, and stayed in bed #ghes1 #ghes5"),
    (104.5, "Mood went up both times: 3 to 5, 4 to 5 #ghes6"),
    (122.0, "Draws the conclusion himself: cannot go by how he feels beforehand #str2"),
)
"""What the demo's rater has given and noted so far, in the session that is begun."""

SESSIONS_A_WEEK = 4
WEEKS_OF_WORK = timedelta(weeks=11)
MESSAGES = (
    (None, "The next meeting on unclear cases is on Thursday at ten. Mark what you want to discuss as unsure."),
    (DEMO_RATER, "Thank you for the quick start. Please finish the session that you began first."),
)
RULINGS = (
    ("ghes", None, 40, "Rate what the patient reports in this session, not what you expect of the next one."),
    ("ghes", "ghes1", 33, "A task begun and broken off counts as *begun*: at most 2 for that task."),
    ("sthar", "str1", 12, "Homework mentioned only at the end, without a question about it, is 1."),
)
"""What the demo's coordinator and researcher have told the raters: the item, days ago, and the words."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class SignInCard:
    """How to sign in as one of the demo's people; the password is kept nowhere else."""

    role: str
    email: str
    password: str


def build_demo(settings: Settings, progress: Progress, *, now: datetime) -> list[SignInCard]:
    """Make the demo study in one transaction and return its sign-ins; `progress` hears the share done and the step."""
    folder = data_folder("audio_samples")
    samples = read_samples(folder)
    sessions = simulate_sessions(SEED, (now - BEGAN_BEFORE).date())
    content = read_sessions(sessions_csv(sessions), phases=parse_phases(PHASES))
    bearers = dict(zip((each.id for each in sessions), samples, strict=False))
    files = {session_id: [folder / file] for session_id, file in bearers.items()}

    def listen(done: int, total: int) -> None:
        progress(0.05 + 0.4 * done / total, f"Recordings: {done} of {total}")

    store = media_store(settings)
    with (
        taken_in(store, content, files, {}, listen) as stored,
        writing() as session,
    ):
        sounds = {bearers[session_id]: audio for session_id, audio in stored.items()}
        progress(0.5, "Study, people and sessions")
        study = make_study(session, now)
        cards, people = make_people(session, study, now)
        import_sessions(session, COMMAND_LINE, study, content, now=now)
        progress(0.55, "Allocation")
        terms = Terms(DOUBLE, SEED, raters=RATERS)
        keep_allocation(session, COMMAND_LINE, study, terms, draw_allocation(session, study, terms), now=now)
        allocated = allocated_in(session, study)
        work = Work(sessions, allocated, samples, rater=DEMO_RATER, seed=SEED, now=now)
        progress(0.65, "Homework, outcomes and difficulties")
        audio = {session_id: sounds[file] for session_id, file in work.files.items()}
        import_sessions(session, COMMAND_LINE, study, content, now=now, audio=audio)
        mask_outcomes(
            session, study, store, people[Role.COORDINATOR], {work.begun: work.files[work.begun]}, folder, now
        )
        enter_logs(session, study, work, now)
        progress(0.75, "Ratings")
        ratings = read_ratings_for(session, study, work.ratings_csv(), wave=WaveKind.MAIN)
        import_ratings(session, COMMAND_LINE, study, ratings, now=now)
        begin_rating(session, study, people[Role.RATER], work.begun, now)
        guide_raters(session, study, people, now)
        ask_reliability(session, actor_of(people[Role.RESEARCHER]), SLUG, WaveKind.MAIN, now=now)
        progress(0.85, "Supervision")
        guided = (people[role] for role in (Role.SUPERVISOR, Role.TRAINEE, Role.LEAD))
        build_programme(session, list(audio.values()), *guided, now=now)
        progress(0.9, "Rater training")
        experienced = [invite_person(session, COMMAND_LINE, *each, now=now)[0] for each in EXPERIENCED]
        build_training(session, list(audio.values()), people[Role.TRAINER], experienced, people[NEWCOMER], now=now)
        progress(0.95, "Saving")
    return cards


def make_study(session: Session, now: datetime) -> Study:
    """The study with the shipped scales, marked as synthetic."""
    sources = [
        (f"{each}.yaml", (data_folder("scales") / f"{each}.yaml").read_text(encoding="utf-8")) for each in SCALES
    ]
    return create_study(session, COMMAND_LINE, SLUG, TITLE, sources, now=now, phases=PHASES, synthetic=True)


def make_people(session: Session, study: Study, now: datetime) -> tuple[list[SignInCard], dict[str, Person]]:
    """The people to sign in as, with random passwords; some have no part in the study itself."""
    cards, people = [], {}
    for role, name in PEOPLE:
        card = SignInCard(role, f"{role}@demo.example", random_password())
        person, _ = invite_person(
            session, COMMAND_LINE, card.email, name, now=now, is_administrator=role == ADMINISTRATOR
        )
        set_password(session, COMMAND_LINE, person, card.password, now=now)
        if role not in ELSEWHERE:
            code = DEMO_RATER if role == Role.RATER else None
            add_member(session, COMMAND_LINE, study, person, Role(role), now=now, rater_code=code)
        cards.append(card)
        people[role] = person
    return cards, people


def random_password() -> str:
    """A password that can be read out: five groups of two syllables, some 58 random bits."""
    syllables = [consonant + vowel for consonant in "bdfghjklmnprstvwz" for vowel in "aeiou"]
    return "-".join("".join(secrets.choice(syllables) for _ in range(2)) for _ in range(5))


def actor_of(person: Person) -> Actor:
    """The person as operations want to see one."""
    return Actor(person.id, person.name)


def allocated_in(session: Session, study: Study) -> list[Allocated]:
    """Who rates what, as it was drawn."""
    rows = session.execute(
        select(TherapySession.code, Rater.code, Assignment.position, Assignment.queue_place)
        .join(Assignment, Assignment.session_id == TherapySession.id)
        .join(Rater, Rater.id == Assignment.rater_id)
        .where(TherapySession.study_id == study.id)
    )
    return [Allocated(*row) for row in rows]


def enter_logs(session: Session, study: Study, work: Work, now: datetime) -> None:
    """Enter the homework, what was difficult about it, and the PHQ-9."""
    homework = read_homework_for(session, study, work.homework_csv())
    import_homework(session, COMMAND_LINE, study, homework, now=now)
    difficulties = read_difficulties_for(session, study, work.difficulties_csv())
    import_difficulties(session, COMMAND_LINE, study, difficulties, now=now)
    outcomes = read_outcomes_for(session, study, work.phq9_csv(), measure="phq9")
    import_outcomes(session, COMMAND_LINE, study, outcomes, measure="phq9", now=now)


def mask_outcomes(
    session: Session,
    study: Study,
    store: MediaStore,
    person: Person,
    files: Mapping[str, str],
    folder: Path,
    now: datetime,
) -> None:
    """Mask the PHQ-9 where a sample has it read aloud, and make the silenced versions at once."""
    spans = read_spans(folder, "phq9")
    for session_id, file in files.items():
        if file not in spans:
            continue
        recording = recording_named(session, study, session_id)
        for start, stop in spans[file]:
            set_span(session, actor_of(person), recording, study, WantedSpan(start, stop), now=now)
        begun = begin_silenced(session, store, recording.public_id, now=now)
        made = make_silenced(session, store, recording.public_id, begun)
        keep_silenced(session, study, recording.public_id, made, now=now)


def guide_raters(session: Session, study: Study, people: dict[str, Person], now: datetime) -> None:
    """Due dates, messages, a word in the manual's log, and whom to tell of a worry."""
    begun = (now - WEEKS_OF_WORK).date()
    set_due_dates(session, COMMAND_LINE, study, WaveKind.MAIN, PerWeek(begun, SESSIONS_A_WEEK), now=now)
    coordinator, researcher = actor_of(people[Role.COORDINATOR]), actor_of(people[Role.RESEARCHER])
    for to, text in MESSAGES:
        send_message(session, coordinator, study, text, to=to, now=now)
    for scale, item, days, text in RULINGS:
        day = now.date() - timedelta(days=days)
        add_ruling(session, researcher, study, scale, item, day, text, now=now)
    study.concern_person_id = people[Role.SUPERVISOR].id
    study.concern_contact = "Ruth Okafor, extension 12 (a made-up number)"


def begin_rating(session: Session, study: Study, person: Person, session_id: str, now: datetime) -> None:
    """Rate half of a session as the demo's rater: points, notes, and how far the first task was done."""
    actor = actor_of(person)
    public_id = session.scalars(
        select(Assignment.public_id)
        .join(Assignment.therapy_session)
        .join(Assignment.rater)
        .where(TherapySession.study_id == study.id, TherapySession.code == session_id, Rater.person_id == person.id)
    ).one()
    for item, point in BEGUN.items():
        save_point(session, actor, public_id, item, point, None, now=now)
    for second, text in NOTES:
        save_note(session, actor, public_id, secrets.token_hex(16), second, text, now=now, seen=0)
    task, _ = open_rating(session, actor, public_id, now=now).tasks[0]
    save_homework_report(session, actor, public_id, task.public_id, Completed.PARTLY, now=now)
