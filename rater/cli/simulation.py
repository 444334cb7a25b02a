"""A simulated study in the shape of Haller & Watzke (2021): what the demo's files are made of.

Each therapy session has a latent engagement of the patient and a latent quality of assigning and of reviewing
homework; raters differ in severity and see each session a little differently; items differ in difficulty.
Points are the rounded, bounded sum. Everything follows from the seed; no value stems from a real person.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from rater.terms import DIFFICULTY_TYPES, Completed

PATIENTS, THERAPISTS, HELD = 22, 3, 210
SHORTEST_THERAPY, LONGEST_THERAPY = 8, 12
EXCLUDED = {"no_recording": 5, "poor_audio": 4, "deviation_from_manual": 4}
HIGHEST = 4

RATER_SEVERITY, HALO, RATER_VIEW, ITEM_NOISE = 0.2, 0.4, 0.36, 0.65
"""Standard deviations, in points: between raters; of a rater's view of one session as a whole (halo) and of each
trait in it; of a single point."""
TRAITS = ("engagement", "assigning", "reviewing")


@dataclass(frozen=True)
class Task:
    """A homework task as it is worded in a log; without `completed` it has not been reviewed."""

    type: str
    description: str
    completed: Completed | None = None


@dataclass(frozen=True)
class Sample:
    """What is to be heard in a sample recording; `assigning` and `reviewing` are in standard deviations."""

    file: str
    due: tuple[Task, ...]
    assigned: tuple[Task, ...]
    discussed: bool
    assigning: float
    reviewing: float
    difficulties: tuple[str, ...] = ()
    phq9: tuple[int, ...] = ()

    @property
    def engagement(self) -> float:
        """How far the patient took the tasks up, in standard deviations."""
        worth = {Completed.YES: 1.3, Completed.PARTLY: -0.3, Completed.NO: -2.0}
        known = [worth[task.completed] for task in self.due if task.completed in worth]
        return sum(known) / len(known) if known else 0.0


@dataclass(frozen=True)
class SimulatedSession:
    """A therapy session with its latent traits in standard deviations; `excluded` holds a reason or is empty."""

    id: str
    patient: str
    therapist: str
    number: int
    is_last: bool
    held_on: date
    minutes: int
    engagement: float
    assigning: float
    reviewing: float
    discussed: bool
    excluded: str = ""
    sample: Sample | None = None


@dataclass(frozen=True)
class AssignedTask:
    """A task, the session that assigned it, and the one that reviewed it (none after the last session)."""

    task: Task
    assigned_session_id: str
    reviewed_session_id: str | None


@dataclass(frozen=True)
class ItemModel:
    """How an item follows its trait: mean and loading in points."""

    trait: str
    mean: float
    loading: float


ITEMS: Mapping[str, ItemModel] = {
    "ghes1": ItemModel("engagement", 3.0, 0.80),
    "ghes2": ItemModel("engagement", 2.7, 0.75),
    "ghes3": ItemModel("engagement", 2.3, 0.65),
    "ghes4": ItemModel("engagement", 2.7, 0.80),
    "ghes5": ItemModel("engagement", 1.3, -0.60),
    "ghes6": ItemModel("engagement", 2.8, 0.75),
    "ghes7": ItemModel("engagement", 2.8, 0.65),
    "sta1": ItemModel("assigning", 2.1, 0.75),
    "sta2": ItemModel("assigning", 1.7, 0.75),
    "sta3": ItemModel("assigning", 1.4, 0.70),
    "sta4": ItemModel("assigning", 2.6, 0.70),
    "sta5": ItemModel("assigning", 2.0, 0.60),
    "str1": ItemModel("reviewing", 2.7, 0.80),
    "str2": ItemModel("reviewing", 2.1, 0.80),
    "str3": ItemModel("reviewing", 2.2, 0.70),
}

TASKS: Sequence[tuple[str, float, tuple[str, ...]]] = (
    ("behavioral", 0.34, ("Walk in the park on two evenings", "Call a friend on Saturday", "Cook once for somebody")),
    ("self_monitoring", 0.26, ("Mood diary every evening", "Note waking times for a week", "Log of daily activities")),
    ("cognitive", 0.20, ("Thought record for one difficult moment", "List what speaks against the thought")),
    ("psychoeducational", 0.12, ("Read chapter two of the workbook", "Draw the own vicious circle")),
    ("relapse_prevention", 0.08, ("Write down early warning signs", "Fill in the emergency plan")),
)

DIFFICULTY_WEIGHTS = (0.22, 0.26, 0.14, 0.20, 0.10, 0.08)


def _chance(seed: int, *names: str) -> np.random.Generator:
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def simulate_sessions(seed: int, begins: date) -> list[SimulatedSession]:
    """The sessions held: 210 of 22 patients with three therapists, weekly from `begins` on, 13 of them excluded."""
    chance = _chance(seed, "sessions")
    sessions: list[SimulatedSession] = []
    for index, count in enumerate(_therapy_lengths(chance)):
        patient, therapist = f"P{index + 1:02}", f"T{index % THERAPISTS + 1}"
        first = begins + timedelta(days=8 * index)
        trait, skill = chance.normal(0, 0.55), (0.4, 0.0, -0.4)[index % THERAPISTS] + chance.normal(0, 0.25)
        for number in range(1, count + 1):
            assigning = skill + chance.normal(0, 0.85)
            sessions.append(
                SimulatedSession(
                    f"{patient}-S{number:02}", patient, therapist, number, number == count,
                    first + timedelta(days=7 * (number - 1) + int(chance.integers(0, 3))),
                    int(np.clip(round(chance.normal(43, 6)), 25, 60)),
                    trait + 0.04 * (number - count / 2) + chance.normal(0, 0.8),
                    assigning,
                    0.35 * assigning + 0.5 * skill + chance.normal(0, 0.8),
                    bool(chance.random() > 0.03),
                )
            )  # fmt: skip
    reasons = [reason for reason, count in EXCLUDED.items() for _ in range(count)]
    places = sorted(chance.choice(len(sessions), len(reasons), replace=False))
    for place, reason in zip(places, chance.permutation(reasons), strict=True):
        sessions[place] = replace(sessions[place], excluded=str(reason))
    return sessions


def _therapy_lengths(chance: np.random.Generator) -> list[int]:
    lengths = [int(each) for each in chance.integers(SHORTEST_THERAPY, LONGEST_THERAPY + 1, PATIENTS)]
    while (short_by := HELD - sum(lengths)) != 0:
        step = 1 if short_by > 0 else -1
        place = int(chance.integers(PATIENTS))
        if SHORTEST_THERAPY <= lengths[place] + step <= LONGEST_THERAPY:
            lengths[place] += step
    return lengths


def hear(sessions: Iterable[SimulatedSession], samples: Mapping[str, Sample]) -> list[SimulatedSession]:
    """The sessions, those named in `samples` with the traits of what is to be heard in their sample."""
    heard = []
    for each in sessions:
        sample = samples.get(each.id)
        if sample is None:
            heard.append(each)
            continue
        heard.append(
            replace(
                each, engagement=sample.engagement, assigning=sample.assigning, reviewing=sample.reviewing,
                discussed=sample.discussed, sample=sample,
            )
        )  # fmt: skip
    return heard


def simulate_tasks(sessions: Sequence[SimulatedSession], seed: int) -> list[AssignedTask]:
    """The homework log in the order of the sessions; a session with a sample reviews the tasks its dialogue reviews."""
    tasks: list[AssignedTask] = []
    place = {(each.patient, each.number): each for each in sessions}
    for each in sessions:
        chance = _chance(seed, "tasks", each.id)
        after = place.get((each.patient, each.number + 1))
        between = _tasks_between(each, after, chance) if after else _tasks_at_the_end(each, chance)
        tasks += [AssignedTask(task, each.id, after.id if after else None) for task in between]
    return tasks


def _tasks_between(before: SimulatedSession, after: SimulatedSession, chance: np.random.Generator) -> list[Task]:
    if after.sample is not None:
        return list(after.sample.due)
    if before.sample is not None:
        return [replace(task, completed=_completed(after, chance)) for task in before.sample.assigned]
    if chance.random() < 0.03:
        return []
    count = int(chance.choice((1, 2, 3), p=(0.3, 0.45, 0.25)))
    kinds = chance.choice(len(TASKS), count, replace=False, p=[weight for _, weight, _ in TASKS])
    return [
        Task(TASKS[kind][0], str(chance.choice(TASKS[kind][2])), _completed(after, chance)) for kind in sorted(kinds)
    ]


def _tasks_at_the_end(last: SimulatedSession, chance: np.random.Generator) -> list[Task]:
    if last.sample is not None:
        return list(last.sample.assigned)
    kind, _, words = TASKS[-1]
    return [Task(kind, str(chance.choice(words)))] if chance.random() < 0.6 else []


def _completed(reviewed: SimulatedSession, chance: np.random.Generator) -> Completed:
    if not reviewed.discussed:
        return Completed.UNKNOWN
    taken_up = reviewed.engagement + chance.normal(0, 0.6)
    return Completed.YES if taken_up > 0 else Completed.PARTLY if taken_up > -1.1 else Completed.NO


def simulate_rating(
    session: SimulatedSession, rater: str, seed: int, *, due: bool, assigned: bool
) -> dict[str, int | str]:
    """One rater's points for a session, a missing code where there is none.

    `due`: homework was due at the session; `assigned`: the session assigned some. Rules of rating: what was due
    and never discussed is NOT_RATABLE on the GHES and 0 on reviewing; nothing due is not applicable; no new
    homework is not applicable in the last session and 0 in any other.
    """
    severity = _severity(rater, seed)
    chance = _chance(seed, "rating", session.id, rater)
    halo = chance.normal(0, HALO)
    seen = {trait: severity[trait] + halo + chance.normal(0, RATER_VIEW) for trait in TRAITS}
    given: dict[str, int | str] = {}
    for item, model in ITEMS.items():
        trait = getattr(session, model.trait)
        turn = -1 if model.loading < 0 else 1
        latent = model.mean + model.loading * trait + turn * seen[model.trait] + chance.normal(0, ITEM_NOISE)
        point = int(np.clip(round(latent), 0, HIGHEST))
        given[item] = _missing(session, item, model, chance.random(), due=due, assigned=assigned) or point
        if given[item] == point and _is_zero(session, model, due=due, assigned=assigned):
            given[item] = 0
    return given


def _severity(rater: str, seed: int) -> dict[str, float]:
    chance = _chance(seed, "rater", rater)
    return {trait: float(chance.normal(0, RATER_SEVERITY)) for trait in TRAITS}


def _missing(
    session: SimulatedSession, item: str, model: ItemModel, luck: float, *, due: bool, assigned: bool
) -> str | None:
    if model.trait != "assigning" and not due:
        return "NA_NO_PREVIOUS_HOMEWORK"
    if model.trait == "engagement" and not session.discussed:
        return "NOT_RATABLE"
    if model.trait == "assigning" and session.is_last and not assigned:
        return "NA_NO_NEW_HOMEWORK"
    if item == "ghes3" and luck < 0.06:
        return "NA_NO_DIFFICULT_MOMENT"
    return "NOT_RATABLE" if luck > 0.99 else None


def _is_zero(session: SimulatedSession, model: ItemModel, *, due: bool, assigned: bool) -> bool:
    if model.trait == "assigning":
        return not assigned and not session.is_last
    return model.trait == "reviewing" and due and not session.discussed


def simulate_difficulties(session: SimulatedSession, rater: str, seed: int, *, due: bool) -> list[str]:
    """The difficulties with homework that one rater hears in a session; the less was done, the more."""
    if not due or not session.discussed:
        return []
    chance = _chance(seed, "difficulties", session.id, rater)
    if session.sample is not None:
        return [each for each in session.sample.difficulties if chance.random() < 0.9]
    count = int(chance.random() < 0.45 - 0.2 * session.engagement) + int(chance.random() < 0.12)
    found = chance.choice(len(DIFFICULTY_TYPES), count, replace=False, p=DIFFICULTY_WEIGHTS)
    return [DIFFICULTY_TYPES[place] for place in sorted(found)]


def simulate_phq9(sessions: Iterable[SimulatedSession], seed: int) -> dict[str, list[int | None]]:
    """The nine PHQ-9 items (0-3) of each session, None where one was left out; they fall over the sessions."""
    answers: dict[str, list[int | None]] = {}
    for each in sessions:
        person = _chance(seed, "phq9", each.patient)
        start, slope = person.normal(14.5, 3.2), min(0.1, person.normal(-0.85, 0.3))
        profile = person.normal(0, 0.4, 9) + np.array([0.2, 0.2, 0.3, 0.4, -0.1, 0.1, 0.0, -0.5, -0.9])
        chance = _chance(seed, "phq9", each.id)
        level = start + slope * (each.number - 1) - 0.5 * each.engagement + chance.normal(0, 1.3)
        points = np.clip(np.rint(level / 9 + profile + chance.normal(0, 0.45, 9)), 0, 3)
        answers[each.id] = [None if chance.random() < 0.004 else int(point) for point in points]
        if each.sample is not None and each.sample.phq9:
            answers[each.id] = list(each.sample.phq9)
    return answers


def sessions_with_homework(tasks: Collection[AssignedTask]) -> tuple[frozenset[str], frozenset[str]]:
    """The sessions at which homework was due, and those that assigned some."""
    return (
        frozenset(each.reviewed_session_id for each in tasks if each.reviewed_session_id),
        frozenset(each.assigned_session_id for each in tasks),
    )
