"""Which of the files handed in a list of sessions means: by path first, else by the name alone, as a guess."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from rater.recordings.manifest import SessionRow
from rater.tables import Faults, nearest, shown


@dataclass(frozen=True)
class Match:
    """A name as the list writes it and the file taken for it; guessed where only the last part of the path fits."""

    written: str
    path: str
    guessed: bool = False


@dataclass
class Matches:
    """The files of each session in order, the names of each session without a file, and files that nothing names."""

    by_session: dict[str, tuple[Match, ...]] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()

    @property
    def guesses(self) -> list[Match]:
        """Those that a person has to confirm."""
        return [each for parts in self.by_session.values() for each in parts if each.guessed]


def match_files(
    sessions: Sequence[SessionRow], paths: Iterable[str], faults: Faults, *, without: Set[int] = frozenset()
) -> Matches:
    """The files of each session; notes a fault for a name that several files could mean, and for a file named twice.

    A path fits where it is the name, or ends in it. Case and normal form count only where they tell two files apart:
    such names are never chosen between. Sessions of the lines `without` are left out, since their names are faulty.
    """
    handed_in = _HandedIn(paths)
    wanted = [(row, name) for row in sessions if row.line not in without for name in row.audio_files]
    chosen = {(row.session_id, name): handed_in.by_path(name) for row, name in wanted}
    for key in [key for key, found in chosen.items() if not found]:
        chosen[key] = handed_in.by_name(key[1])
    taken: dict[str, str] = {}
    matches = Matches()
    for row, name in wanted:
        found = chosen[row.session_id, name]
        if len(found) > 1:
            near = shown(", ".join(each.path for each in found))
            cause, remedy = "{value} could mean several files: {near}", "Write the path, or hand in one of them alone"
            faults.add(cause, remedy, line=row.line, column="audio_file", value=shown(name), near=near)
        elif found and taken.setdefault(found[0].path, row.session_id) != row.session_id:
            near, cause = taken[found[0].path], "{value} is the recording of {near} already"
            faults.add(cause, "Give each file once", line=row.line, column="audio_file", value=shown(name), near=near)
        elif found:
            matches.by_session[row.session_id] = (*matches.by_session.get(row.session_id, ()), found[0])
        else:
            matches.missing[row.session_id] = (*matches.missing.get(row.session_id, ()), name)
    for session in matches.missing:
        matches.by_session.pop(session, None)
    matches.unnamed = tuple(sorted(handed_in.paths - set(taken)))
    return matches


def nearest_file(name: str, paths: Iterable[str]) -> str | None:
    """The file that looks most like a name for which there is none."""
    return nearest(name, paths)


class _HandedIn:
    """The files by the last part of their path, whatever its case and normal form."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = set(paths)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.paths):
            self._by_name[_key(_last(path))].append(path)
        self._found: set[str] = set()

    def by_path(self, name: str) -> list[Match]:
        wanted = _normal(name)
        same = [path for path in self._by_name[_key(_last(name))] if _ends(_normal(path), wanted)]
        if len(same) == 1:
            key = _key(same[0])
            same = [path for path in self._by_name[_key(_last(name))] if _key(path) == key]
        self._found.update(same)
        return [Match(name, path) for path in same]

    def by_name(self, name: str) -> list[Match]:
        left = [path for path in self._by_name[_key(_last(name))] if path not in self._found]
        closer = [path for path in left if _ends(_key(path), _key(name))]
        return [Match(name, path, guessed=True) for path in closer or left]


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _ends(path: str, name: str) -> bool:
    return path == name or path.endswith(f"/{name}")


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _key(name: str) -> str:
    return _normal(_normal(name).casefold())
