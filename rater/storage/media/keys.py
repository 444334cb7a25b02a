"""The keys that recordings are encrypted under: a file of its own, to be kept and copied apart from the recordings."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rater.errors import BadInput, fault

KEY_BYTES: Final = 32
ID_BYTES: Final = 8
_LINE: Final = re.compile(r"([0-9a-f]{16}) ([0-9a-f]{64}) (\S+)")
_HEAD: Final = (
    "# The keys of Rater's recordings. The last one encrypts; those before it open what they have encrypted.\n"
    "# Without this file no recording can be heard: keep a copy of it, apart from the copies of the recordings.\n"
)


@dataclass(frozen=True)
class MediaKey:
    """A key of AES-256, the random id that files name it by, and the day it was made."""

    id: bytes
    secret: bytes
    made: str


class KeyRing:
    """The keys in a file; a change that another process makes is seen at the next question."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[bytes, MediaKey] = {}

    def exists(self) -> bool:
        """Whether the file is there; the first key is made with it."""
        return self.path.exists()

    def current(self) -> MediaKey:
        """The key that encrypts, made at need. Raises BadInput for a file that is damaged or that others may read."""
        if not self.exists():
            self._write([_fresh()], is_first=True)
        return list(self._read().values())[-1]

    def find(self, key_id: bytes) -> MediaKey | None:
        """The key with this id. Raises BadInput as `current` does."""
        return self._read().get(key_id) if self.exists() else None

    def all(self) -> list[MediaKey]:
        """Every key, the oldest first."""
        return list(self._read().values()) if self.exists() else []

    def add(self) -> MediaKey:
        """A new key, which encrypts from now on."""
        self.current()
        made = _fresh()
        self._write([*self.all(), made])
        return made

    def drop(self, key_id: bytes) -> None:
        """Forget a key for good; whatever it alone opens, copies of it included, is lost from then on."""
        self._write([each for each in self.all() if each.id != key_id])

    def _read(self) -> dict[bytes, MediaKey]:
        found = self.path.stat()
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            if os.name == "posix" and found.st_mode & 0o077:
                raise self._refused("Others may read it", "Take the rights from them: chmod 600")
            lines = [each for each in self.path.read_text().splitlines() if each.strip() and not each.startswith("#")]
            parts = [_LINE.fullmatch(each) for each in lines]
            if not parts or None in parts:
                raise self._refused("It holds no keys, or is damaged", "Put it back from its copy")
            keys = [MediaKey(bytes.fromhex(each[1]), bytes.fromhex(each[2]), each[3]) for each in parts if each]
            self._keys, self._seen = {each.id: each for each in keys}, seen
        return self._keys

    def _write(self, keys: Iterable[MediaKey], *, is_first: bool = False) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self.path.with_name(f"{self.path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_HEAD + "".join(f"{each.id.hex()} {each.secret.hex()} {each.made}\n" for each in keys))
            file.flush()
            os.fsync(file.fileno())
        try:
            if is_first:
                os.link(made, self.path)  # of two that begin at once, one makes the key of both
            else:
                made.replace(self.path)
        except FileExistsError:
            pass
        finally:
            made.unlink(missing_ok=True)
        handle = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _refused(self, cause: str, remedy: str) -> BadInput:
        return BadInput(fault(cause, remedy, file=str(self.path)))


def _fresh() -> MediaKey:
    return MediaKey(
        secrets.token_bytes(ID_BYTES), secrets.token_bytes(KEY_BYTES), datetime.now(UTC).strftime("%Y-%m-%d")
    )
