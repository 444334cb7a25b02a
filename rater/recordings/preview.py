"""What an import would do, said before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rater.errors import Fault
from rater.recordings.manifest import SessionRow, SessionsFile
from rater.recordings.matching import Matches
from rater.tables import Dialect, Faults, shown
from rater.terms import Reason

Hashes = tuple[str, ...]
"""SHA-256 of each part as it was handed in."""


class Plan(StrEnum):
    """What becomes of a session's recording."""

    NONE = "none"
    NEW = "new"
    REPLACED = "replaced"
    KEPT = "kept"
    MISSING = "missing"


class Question(StrEnum):
    """What somebody has to say yes to."""

    DIALECT = "dialect"
    GUESSES = "guesses"
    MISSING = "missing"


@dataclass(frozen=True)
class Sound:
    """What a file held when it was decoded to its end."""

    codec: str
    duration_s: float
    sample_rate: int
    channels: int
    sha256: str


@dataclass(frozen=True)
class PlannedPart:
    """A part of a recording: the name in the list, the file taken for it, and its sound."""

    written: str
    path: str
    guessed: bool
    sound: Sound | None


@dataclass(frozen=True)
class PlannedSession:
    """What becomes of one row: `state` is added, updated or unchanged; `changes` are the columns that differ."""

    session_id: str
    line: int
    state: str
    changes: tuple[str, ...]
    recording: Plan
    parts: tuple[PlannedPart, ...]
    missing: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float | None:
        """The length of all parts together; None without any."""
        known = [part.sound.duration_s for part in self.parts if part.sound]
        return sum(known) if known else None


@dataclass(frozen=True)
class Preview:
    """The whole import as it would be; with faults it is refused, and `sessions` tells what could be read."""

    sessions: tuple[PlannedSession, ...]
    unnamed: tuple[tuple[str, Sound | None], ...] = ()
    faults: tuple[Fault, ...] = ()
    dialect: Dialect = field(default_factory=Dialect)
    unknown_columns: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many sessions are added, updated and unchanged, and how many recordings would be taken in."""
        states = [each.state for each in self.sessions]
        taken = sum(each.recording in (Plan.NEW, Plan.REPLACED) for each in self.sessions)
        counted = {state: states.count(state) for state in ("added", "updated", "unchanged")}
        return {**counted, "recordings": taken}

    @property
    def questions(self) -> list[Question]:
        """What is to be confirmed."""
        guessed = any(part.guessed for each in self.sessions for part in each.parts)
        asked = {
            Question.DIALECT: self.dialect.needs_confirming,
            Question.GUESSES: guessed,
            Question.MISSING: any(each.recording is Plan.MISSING for each in self.sessions),
        }
        return [question for question, applies in asked.items() if applies]

    @property
    def fingerprint(self) -> str:
        """Tells one preview from another, so that what is confirmed is what was shown."""
        said = json.dumps([asdict(each) for each in self.sessions], sort_keys=True, default=str)
        return hashlib.sha256((said + str(self.dialect) + str(self.unnamed)).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """As the command prints it."""
        return {
            "counts": self.counts,
            "sessions": [_printed(each) for each in self.sessions],
            "unnamed": [{"file": path, **_sound(sound)} for path, sound in self.unnamed],
            "written": False,
        }


def plan_import(
    content: SessionsFile,
    changes: Mapping[str, tuple[str, tuple[str, ...]]],
    matches: Matches,
    sounds: Mapping[str, Sound],
    kept: Mapping[str, tuple[Hashes, bool]],
    faults: Sequence[Fault] = (),
) -> Preview:
    """The preview of a list with the files matched to it.

    `changes` holds state and changed columns of each session, `kept` the hashes of its present recording and whether
    its rating has begun. A recording that would replace one after that is a fault.
    """
    more = Faults(content.file)
    planned = tuple(_planned(row, changes, matches, sounds, kept, more) for row in content.rows)
    every = sorted([*faults, *more.found], key=lambda found: found.line or 0)
    unnamed = tuple((path, sounds.get(path)) for path in matches.unnamed)
    return Preview(planned, unnamed, tuple(every), content.dialect, content.unknown_columns)


def _planned(
    row: SessionRow,
    changes: Mapping[str, tuple[str, tuple[str, ...]]],
    matches: Matches,
    sounds: Mapping[str, Sound],
    kept: Mapping[str, tuple[Hashes, bool]],
    faults: Faults,
) -> PlannedSession:
    state, columns = changes.get(row.session_id, ("added", ()))
    found = matches.by_session.get(row.session_id, ())
    parts = tuple(PlannedPart(each.written, each.path, each.guessed, sounds.get(each.path)) for each in found)
    missing = matches.missing.get(row.session_id, ())
    present, begun = kept.get(row.session_id, (None, False))
    if missing or not parts:
        plan = Plan.KEPT if present else Plan.MISSING if missing else Plan.NONE
        missing = missing if plan is Plan.MISSING else ()
        return PlannedSession(row.session_id, row.line, state, columns, plan, (), missing)
    hashes = tuple(part.sound.sha256 if part.sound else "" for part in parts)
    plan = Plan.NEW if present is None else Plan.KEPT if present == hashes else Plan.REPLACED
    if plan is Plan.REPLACED and begun:
        cause = "{id} has another recording, and its rating has begun"
        remedy = "Leave the cell empty to keep the recording"
        faults.add(cause, remedy, line=row.line, column="audio_file", id=shown(row.session_id))
    if plan is not Plan.KEPT and state == "unchanged":
        state = "updated"
    return PlannedSession(row.session_id, row.line, state, columns, plan, parts)


def named_fault(each: Fault, path: str, content: SessionsFile, line: int) -> Fault:
    """A fault of a file at the line of the list that names it."""
    cause = Reason("{part}: {cause}", {"part": shown(path), "cause": each.cause})
    return Fault(cause, each.remedy, content.file, line, "audio_file")


def _printed(each: PlannedSession) -> dict[str, Any]:
    parts = [
        {"name": part.written, "file": part.path, "guessed": part.guessed, **_sound(part.sound)} for part in each.parts
    ]
    return {
        "session_id": each.session_id,
        "line": each.line,
        "state": each.state,
        "changes": list(each.changes),
        "recording": each.recording,
        "parts": parts,
        "missing": list(each.missing),
    }


def _sound(sound: Sound | None) -> dict[str, Any]:
    if sound is None:
        return {"duration_s": None, "format": None}
    return {"duration_s": round(sound.duration_s, 3), "format": sound.codec}
