"""The demo's rater training: one trial revealed, with two raters certified and one not yet, and a second under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.allocation.operations.drawing import Terms, draw_allocation, keep_allocation
from rater.config import data_folder
from rater.ratings.operations.importing import import_ratings, read_ratings_for
from rater.ratings.operations.locking import lock_wave
from rater.recordings.manifest import read_sessions
from rater.recordings.operations.importing import import_sessions
from rater.recordings.operations.taking_in import StoredAudio
from rater.storage.models import Person, Study, TherapySession
from rater.studies.operations import add_member, apply_sheet, create_study
from rater.terms import COMMAND_LINE, Actor, Role, StepKind, WaveKind
from rater.training.operations.certifying import decide_at_gate
from rater.training.operations.consensus import decide
from rater.training.operations.criterion import import_criterion, read_criterion_for
from rater.training.operations.proposing import propose
from rater.training.operations.revealing import reveal_wave
from rater.training.operations.sets import give_set
from rater.training.operations.steps import do_step, hold_discussion, steps_of
from rater.training.operations.usual import lay_usual_path
from rater.training.verdicts import Verdict

SLUG = "demo-training"
TITLE = "Rater training (synthetic)"
SEED = 5
NEWCOMER = "R3"
FIRST, SECOND, MAIN = 10, 6, 9
"""Sessions of the first and the second trial, and of the main wave that waits for whoever passes."""
FIRST_WAVE, SECOND_WAVE = "training", "training-2"
SO_FAR = 2
"""How many sessions of the second trial the newcomer has rated."""
DOUBLE = 0.4
VIEWS: Mapping[str, tuple[float, float]] = {"R1": (0.0, 0.4), "R2": (-0.1, 0.45), NEWCOMER: (0.6, 1.0)}
"""How far a rater's view of a session lies from the experts', in points: on the whole, and as a standard deviation."""
ITEM_NOISE = 0.5
REQUIRED = "gate:\n  required: true\n"
TITLES = {
    StepKind.MANUAL: "Read the manual of the GHES",
    StepKind.TRIAL: "Trial rating",
    StepKind.DISCUSSION: "Discussion of trial",
}
TALKED_OVER = "ghes4"
AGREED = "Thinking the task through aloud in the session does not count; what was done between the sessions does."
WORDS = "The patient did the tasks and says nothing of what went on in doing them."
UNCLEAR = "Two of us took *mechanical* to mean reluctant."


def build_training(
    session: Session, sounds: Sequence[StoredAudio], trainer: Person, experienced: Sequence[Person], newcomer: Person,
    *, now: datetime,
) -> Study:  # fmt: skip
    """Make the study with the sounds that the demo's study has, by the same operations as anybody's."""
    began = now - timedelta(weeks=5)
    source = (data_folder("scales") / "ghes.yaml").read_text(encoding="utf-8")
    study = create_study(session, COMMAND_LINE, SLUG, TITLE, [("ghes.yaml", source)], now=began, synthetic=True)
    apply_sheet(session, COMMAND_LINE, study, REQUIRED, now=began)
    add_member(session, COMMAND_LINE, study, trainer, Role.TRAINER, now=began)
    raters = dict(zip(VIEWS, (*experienced, newcomer), strict=True))
    for code, person in raters.items():
        add_member(session, COMMAND_LINE, study, person, Role.RATER, now=began, rater_code=code)
    trials = [f"{wave}{n:02}" for wave, count in (("A", FIRST), ("B", SECOND)) for n in range(1, count + 1)]
    _sessions(session, study, trials, sounds, began)
    leads = Actor(trainer.id, trainer.name)
    chance = np.random.default_rng(SEED)
    heard = {code: _truth(chance) for code in trials}
    first, second = ({code: heard[code] for code in codes} for codes in (trials[:FIRST], trials[FIRST:]))
    lines = [f"{code},{item},{n}" for code, each in heard.items() for item, n in _points(each).items()]
    criterion = read_criterion_for(session, study, "\n".join(["session_id,item,value", *lines, ""]).encode())
    import_criterion(session, COMMAND_LINE, study, criterion, now=began)
    give_set(session, leads, study, WaveKind.TRAINING, trials[:FIRST], seed=SEED, now=began)
    give_set(session, leads, study, WaveKind.TRAINING, trials[FIRST:], seed=SEED + 1, now=began)
    lay_usual_path(session, leads, study, _title, now=began)
    for person in raters.values():
        do_step(session, Actor(person.id, person.name), study, steps_of(session, study)[0].public_id, now=began)
    _rate(session, study, FIRST_WAVE, first, dict.fromkeys(VIEWS, FIRST), chance, began)
    _reveal(session, study, leads, trials[0], _points(first[trials[0]]), now - timedelta(weeks=2))
    so_far = {**dict.fromkeys(VIEWS, SECOND), NEWCOMER: SO_FAR}
    _rate(session, study, SECOND_WAVE, second, so_far, chance, now - timedelta(days=SECOND))
    terms = Terms(DOUBLE, SEED, raters=tuple(VIEWS))
    keep_allocation(session, COMMAND_LINE, study, terms, draw_allocation(session, study, terms), now=now)
    return study


def _title(kind: StepKind, about: str) -> str:
    number = {FIRST_WAVE: " 1", SECOND_WAVE: " 2"}.get(about, "")
    return TITLES[kind] + number


def _sessions(
    session: Session, study: Study, trials: Sequence[str], sounds: Sequence[StoredAudio], began: datetime
) -> None:
    main = [f"M{n:02}" for n in range(1, MAIN + 1)]
    rows = [f"{code},P{n // 4 + 1:02},T{n % 2 + 1},{n % 4 + 1},training" for n, code in enumerate(trials)]
    rows += [f"{code},P{n // 3 + 20},T{n % 2 + 1},{n % 3 + 1},main" for n, code in enumerate(main)]
    listed = "session_id,patient_id,therapist_id,session_no,use\n" + "\n".join(rows) + "\n"
    audio = {code: sounds[n % len(sounds)] for n, code in enumerate((*trials, *main))}
    import_sessions(session, COMMAND_LINE, study, read_sessions(listed.encode()), now=began, audio=audio)


def _truth(chance: np.random.Generator) -> dict[str, float]:
    """What experts hear in a session, in points before rounding: one engagement, difficulties (ghes5) against it."""
    engagement = chance.uniform(0.8, 3.4)
    heard = {f"ghes{n}": engagement + chance.normal(0, 0.4) for n in range(1, 8)}
    return {**heard, "ghes5": 4 - heard["ghes5"]}


def _points(heard: Mapping[str, float], view: float = 0.0, chance: np.random.Generator | None = None) -> dict[str, int]:
    """Whole points of what is heard; `view` moves all that speak for engagement up, and ghes5 down."""
    seen = {item: each - view if item == "ghes5" else each + view for item, each in heard.items()}
    noise = {item: chance.normal(0, ITEM_NOISE) if chance else 0.0 for item in heard}
    return {item: int(np.clip(round(seen[item] + noise[item]), 0, 4)) for item in heard}


def _rate(
    session: Session, study: Study, wave: str, heard: Mapping[str, Mapping[str, float]], rated: Mapping[str, int],
    chance: np.random.Generator, began: datetime,
) -> None:  # fmt: skip
    """Each rater's points for the first sessions of a wave, one submitted a day from `began` on."""
    lines = ["session_id,rater_id,item,value,submitted_at"]
    for rater, count in rated.items():
        for day, code in enumerate(list(heard)[:count]):
            at = (began + timedelta(days=day)).isoformat(timespec="seconds")
            points = _points(heard[code], chance.normal(*VIEWS[rater]), chance)
            lines += [f"{code},{rater},{item},{point},{at}" for item, point in points.items()]
    content = read_ratings_for(session, study, ("\n".join(lines) + "\n").encode(), wave=wave)
    import_ratings(session, COMMAND_LINE, study, content, now=began + timedelta(days=len(heard)))


def _reveal(
    session: Session, study: Study, leads: Actor, code: str, criterion: Mapping[str, int], now: datetime
) -> None:
    """The first trial is locked, revealed and talked over; the gate's decisions go on record."""
    lock_wave(session, COMMAND_LINE, study, FIRST_WAVE, now=now)
    reveal_wave(session, leads, study, FIRST_WAVE, now=now)
    talked = next(each for each in steps_of(session, study) if each.kind == StepKind.DISCUSSION)
    hold_discussion(session, leads, study, talked.public_id, now=now)
    row = session.scalars(
        select(TherapySession).where(TherapySession.study_id == study.id, TherapySession.code == code)
    ).one()
    agreed = Verdict(float(criterion[TALKED_OVER]), None, AGREED)
    decide(session, leads, SLUG, FIRST_WAVE, row.rating_code, TALKED_OVER, agreed, seen=0, now=now)
    propose(
        session, leads, SLUG, FIRST_WAVE, row.rating_code, TALKED_OVER, point=1, text=WORDS, rationale=UNCLEAR, now=now
    )  # fmt: skip
    for rater in VIEWS:
        decide_at_gate(session, leads, study, rater, FIRST_WAVE, now=now)
