"""Finding the audio files that a list of sessions names, without ever leaving their folder."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from rater.recordings.manifest import SessionRow
from rater.tables import Faults, shown

MOST_GUESSES = 20
MOST_COMPARED = 5_000


@dataclass(frozen=True)
class _Missed:
    cause: str
    remedy: str
    near: str = ""


def find_audio(folder: Path, sessions: Sequence[SessionRow], *, file: str) -> dict[str, tuple[Path, ...]]:
    """The real paths of each session's parts, as `look_for_audio` finds them. Raises BadInput with every fault."""
    faults = Faults(file)
    found = look_for_audio(folder, sessions, faults)
    faults.raise_if_any()
    return found


def look_for_audio(
    folder: Path, sessions: Sequence[SessionRow], faults: Faults, *, without: Set[int] = frozenset()
) -> dict[str, tuple[Path, ...]]:
    """The real paths of each session's parts in order, by session id; sessions without audio are left out.

    Names match whatever their Unicode normal form. Notes a fault for each that is missing, that several files could
    mean (equal but for case or normal form), that a link leads out of the folder, that is no file, or that another
    session has already. Lines `without` are passed over, since their names are faulty.
    """
    if not folder.is_dir():
        faults.add("There is no folder {folder}", "Name the folder of the recordings", folder=shown(str(folder)))
        return {}
    search = _Folder(folder.resolve())
    taken: dict[Path, str] = {}
    found: dict[str, tuple[Path, ...]] = {}
    for session in sessions:
        if session.line in without:
            continue
        paths: list[Path] = []
        for name in session.audio_files:
            answer = search.find(name)
            if isinstance(answer, Path) and answer in taken:
                answer = _Missed("{value} is the recording of {near} already", "Give each file once", taken[answer])
            if isinstance(answer, _Missed):
                params = {"value": shown(name), "near": shown(answer.near)}
                faults.add(answer.cause, answer.remedy, line=session.line, column="audio_file", **params)
                continue
            taken[answer] = session.session_id
            paths.append(answer)
        if paths:
            found[session.session_id] = tuple(paths)
    return found


class _Folder:
    """A folder whose sub-folders are listed once each."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listed: dict[Path, dict[str, list[str]]] = {}
        self._guesses = 0

    def find(self, name: str) -> Path | _Missed:
        """The file that the relative name means, symbolic links resolved."""
        if Path(name).is_absolute() or ".." in Path(name).parts:
            return _Missed("{value} leads out of the folder", "Give a path inside the --audio folder")
        here = self._root
        for part in Path(name).parts:
            step = self._step(here, part)
            if isinstance(step, _Missed):
                return step
            here = step
        if not here.is_file():
            return _Missed("{value} is not a file", "Name an audio file")
        return here

    def _step(self, here: Path, part: str) -> Path | _Missed:
        try:
            listed = self._list(here)
            same = listed.get(_key(part), [])
            if len(same) > 1:
                cause = "{value} could mean several files: {near}"
                return _Missed(cause, "Rename them so that they differ by more than case", ", ".join(sorted(same)))
            if not same or _normal(same[0]) != _normal(part):
                return self._missing(listed, part)
            real = (here / same[0]).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return _Missed("{value} cannot be opened", "Check the link, the folder and the rights to read it")
        if not real.is_relative_to(self._root):
            return _Missed("{value} is a link that leads out of the folder", "Put the file itself into the folder")
        return real

    def _list(self, here: Path) -> dict[str, list[str]]:
        if here not in self._listed:
            by_key: dict[str, list[str]] = {}
            for name in os.listdir(here) if here.is_dir() else ():
                by_key.setdefault(_key(name), []).append(name)
            self._listed[here] = by_key
        return self._listed[here]

    def _missing(self, listed: dict[str, list[str]], part: str) -> _Missed:
        cause = "There is no file {value} in the folder"
        key = _key(part)
        close = [key] if key in listed else []
        if not close and self._guesses < MOST_GUESSES:
            self._guesses += 1
            close = get_close_matches(key, list(listed)[:MOST_COMPARED], n=1)
        if close:
            return _Missed(cause, "Did you mean {near}? Copy it there or correct the name", listed[close[0]][0])
        return _Missed(cause, "Copy it there or correct the name")


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _key(name: str) -> str:
    return _normal(_normal(name).casefold())
