"""The demo's files: what is heard in which session, and the tables that a study hands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import cycle
from pathlib import Path

import yaml

from rater.cli import simulation
from rater.cli.simulation import AssignedTask, Sample, SimulatedSession, Task
from rater.tables import write_table
from rater.terms import Completed

OPEN = 12
WEEKS_OF_RATING = 10
EVERY_REVISED = 50

ACTS = {
    "steady": (0.5, 0.4),
    "rushed": (-1.7, -1.6),
    "forgotten": (-2.0, -2.0),
    "careful": (1.0, 1.6),
    "well justified": (1.9, 0.3),
    "prescribed": (-0.6, -0.2),
    "brief": (-0.1, -0.9),
}
"""How well homework is assigned and reviewed in a sample, in standard deviations, by its handling."""

IN_QUEUE = ("en-1.mp3", "en-4.mp3", "de-1.mp3", "en-3.opus", "en-5.m4a", "en-2.m4a", "de-2.ogg", "en-6.mp3")
"""The samples in the order in which the demo's rater meets them; the first one has been begun."""


def read_samples(folder: Path) -> dict[str, Sample]:
    """The sample recordings that are shipped, by file."""
    listed = yaml.safe_load((folder / "index.yaml").read_text(encoding="utf-8"))["sessions"]
    return {
        each["file"]: Sample(
            file=each["file"],
            due=tuple(_task(task) for task in each["due"]),
            assigned=tuple(_task(task) for task in each["assigned"]),
            discussed="review" in each["acts"],
            assigning=ACTS[each["handling"]][0],
            reviewing=ACTS[each["handling"]][1],
            difficulties=tuple(each["difficulties"]),
            phq9=tuple(each.get("phq9", ())),
        )
        for each in listed
    }


def read_spans(folder: Path, act: str) -> dict[str, list[tuple[float, float]]]:
    """Where something is done in the samples, in seconds, by file; those without it are left out."""
    listed = yaml.safe_load((folder / "index.yaml").read_text(encoding="utf-8"))["sessions"]
    return {
        each["file"]: [(start, stop) for start, stop in each["acts"][act]] for each in listed if act in each["acts"]
    }


def _task(listed: Mapping[str, str]) -> Task:
    completed = listed.get("completed")
    return Task(listed["type"], listed["task"], Completed(completed) if completed else None)


@dataclass(frozen=True)
class Allocated:
    """A rater's part in a session, and its place in the rater's queue."""

    session_id: str
    rater: str
    position: str
    place: int


class Work:
    """The study once it is allocated: what is heard where, what is still open, and the tables that follow from it.

    The demo's rater has `OPEN` sessions to rate and one that is begun; homework was due at all of them, and each
    of this rater's sessions reviews the homework that its sample's dialogue reviews.
    """

    def __init__(
        self,
        sessions: Sequence[SimulatedSession],
        allocated: Sequence[Allocated],
        samples: Mapping[str, Sample],
        *,
        rater: str,
        seed: int,
        now: datetime,
    ) -> None:
        self.seed, self.now = seed, now
        self.allocated = sorted(allocated, key=lambda each: (each.rater, each.place))
        self.mine = [each.session_id for each in self.allocated if each.rater == rater]
        later = {each.id for each in sessions if each.number > 1}
        self.open = [session_id for session_id in self.mine if session_id in later][-OPEN - 1 :]
        self.rater = rater
        self.files = self._files(sessions)
        self.sessions = simulation.hear(sessions, {each: samples[self.files[each]] for each in self.mine})

    def _files(self, sessions: Iterable[SimulatedSession]) -> dict[str, str]:
        first = dict(zip(self.open, cycle(IN_QUEUE), strict=False))
        others = [each.id for each in sessions if each.excluded != "no_recording" and each.id not in first]
        return first | dict(zip(others, cycle(IN_QUEUE), strict=False))

    @property
    def begun(self) -> str:
        """The session that the demo's rater has begun."""
        return self.open[0]

    @cached_property
    def tasks(self) -> list[AssignedTask]:
        """The homework log."""
        return simulation.simulate_tasks(self.sessions, self.seed)

    @property
    def submitted(self) -> list[tuple[Allocated, datetime]]:
        """The ratings that are done, each rater's spread evenly over the weeks of rating."""
        done = [each for each in self.allocated if each.rater != self.rater or each.session_id not in self.open]
        of_each, so_far = Counter(each.rater for each in done), Counter[str]()
        rows = []
        for each in done:
            left = 1 - so_far[each.rater] / of_each[each.rater]
            so_far[each.rater] += 1
            rows.append((each, self.now - timedelta(weeks=WEEKS_OF_RATING) * left))
        return rows

    def homework_csv(self) -> bytes:
        """`homework.csv`."""
        rows = [
            (f"HW{number:04}", each.assigned_session_id, each.reviewed_session_id, task.type, task.description,
             task.completed)
            for number, each in enumerate(self.tasks, start=1) for task in [each.task]
        ]  # fmt: skip
        columns = ("homework_id", "assigned_session_id", "reviewed_session_id", "type", "description", "completed")
        return write_table(columns, rows)

    def phq9_csv(self) -> bytes:
        """`phq9.csv`."""
        answers = simulation.simulate_phq9(self.sessions, self.seed)
        columns = ("session_id", *(f"phq{number}" for number in range(1, 10)))
        return write_table(columns, ((session_id, *points) for session_id, points in answers.items()))

    def difficulties_csv(self) -> bytes:
        """`difficulties.csv`, each difficulty with the rater who heard it."""
        by_id, (due, _) = self._by_id, simulation.sessions_with_homework(self.tasks)
        rows = [
            (each.session_id, kind, each.rater)
            for each, _ in self.submitted
            for kind in simulation.simulate_difficulties(
                by_id[each.session_id], each.rater, self.seed, due=each.session_id in due
            )
        ]
        return write_table(("session_id", "difficulty_type", "rater_id"), rows)

    def ratings_csv(self) -> bytes:
        """`ratings.csv`; every fiftieth rating has been revised once."""
        by_id, (due, assigned) = self._by_id, simulation.sessions_with_homework(self.tasks)
        rows: list[tuple[object, ...]] = []
        for number, (each, moment) in enumerate(self.submitted, start=1):
            session_id = each.session_id
            points = simulation.simulate_rating(
                by_id[session_id], each.rater, self.seed, due=session_id in due, assigned=session_id in assigned
            )
            versions = [points]
            if number % EVERY_REVISED == 0:
                versions.insert(0, {item: _slip(point) for item, point in points.items()})
            for version, given in enumerate(versions, start=1):
                at = (moment - timedelta(hours=len(versions) - version)).isoformat(timespec="seconds")
                head = (f"RT{number:04}", version, session_id, each.rater, each.position)
                rows += [(*head, item, *_cells(point), at) for item, point in given.items()]
        columns = ("rating_id", "version", "session_id", "rater_id", "role", "item", "value", "missing_code")
        return write_table((*columns, "submitted_at"), rows)

    @property
    def _by_id(self) -> dict[str, SimulatedSession]:
        return {each.id: each for each in self.sessions}


def _slip(point: int | str) -> int | str:
    return point - 1 if point == simulation.HIGHEST and isinstance(point, int) else point


def _cells(point: int | str) -> tuple[int | None, str | None]:
    return (point, None) if isinstance(point, int) else (None, point)


def sessions_csv(sessions: Iterable[SimulatedSession]) -> bytes:
    """`sessions.csv`."""
    columns = ("session_id", "patient_id", "therapist_id", "session_no", "date", "duration_min", "excluded")
    rows = (
        (each.id, each.patient, each.therapist, each.number, each.held_on.isoformat(), each.minutes, each.excluded)
        for each in sessions
    )
    return write_table(columns, rows)
