"""Reads the written dialogues: who says what, with which voice, and what happens to the homework."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

HERE = Path(__file__).resolve().parent
DIALOGUES = HERE / "dialogues"

Speaker = Literal["therapist", "patient"]
Act = Literal["phq9", "review", "assignment"]


@dataclass(frozen=True)
class Voice:
    """A synthetic voice; `pitch` and `size` multiply its own (size > 1: a smaller throat), `pace` > 1 is slower."""

    engine: str
    name: str
    pitch: float = 1.0
    size: float = 1.0
    pace: float = 1.0


@dataclass(frozen=True)
class Line:
    """One turn; `pause` is the marked silence in seconds before it, None for the ordinary change of turns."""

    speaker: Speaker
    text: str
    act: Act | None = None
    pause: float | None = None


@dataclass(frozen=True)
class Dialogue:
    """A session as written; `details` are the facts about its homework that the index hands on."""

    id: str
    language: str
    title: str
    about: str
    handling: str
    file: str
    voices: dict[Speaker, Voice]
    lines: tuple[Line, ...]
    details: dict[str, Any]


def read_dialogue(path: Path) -> Dialogue:
    """Read one dialogue; raises `KeyError` or `TypeError` where the file lacks a part or has an unknown one."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Dialogue(
        id=data["id"],
        language=data["language"],
        title=data["title"],
        about=data["about"],
        handling=data["handling"],
        file=data["file"],
        voices={speaker: Voice(**voice) for speaker, voice in data["voices"].items()},
        lines=tuple(Line(**line) for line in data["lines"]),
        details={key: data[key] for key in ("due", "difficulties", "assigned", "phq9") if key in data},
    )


def read_dialogues(folder: Path = DIALOGUES) -> list[Dialogue]:
    """All dialogues of a folder, the English ones first, then by id."""
    found = [read_dialogue(path) for path in folder.glob("*.yaml")]
    return sorted(found, key=lambda dialogue: (dialogue.language != "en", dialogue.language, dialogue.id))
