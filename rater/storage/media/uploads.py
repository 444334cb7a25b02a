"""Files on their way into a study: below the home, encrypted, in folders that this user alone may enter."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from rater.config import Settings
from rater.errors import NotFound
from rater.storage.media.keys import KEY_BYTES, KeyRing
from rater.storage.media.places import Place, SealedPlace, grown
from rater.storage.media.sealing import BODY, CHUNK, GROWING, RECORD, Chunks, SealedFile, key_ids, seal, unseal

if sys.platform != "win32":
    import fcntl

EDGE: Final = 1024 * 1024
"""Bytes at the start and at the end of a file by which it is known again."""
LIST: Final = "list"
"""The name of the list of sessions beside the files."""
COLUMNS: Final = "columns"
"""The name of what the list's own columns mean, as JSON, beside the list."""
_NAME: Final = re.compile(r"[0-9a-f]{32}|list|columns")
_PIECE: Final = 1024 * 1024


class OutOfStep(Exception):
    """A piece does not begin where the file ends; `received` says where that is."""

    def __init__(self, received: int) -> None:
        self.received = received
        super().__init__(f"{received} bytes are here")


class Uploads:
    """The folder of uploads; what can be read of a file is what was received of it."""

    def __init__(self, folder: Path, ring: KeyRing) -> None:
        self.folder, self._ring = folder, ring

    def make(self) -> str:
        """A new folder for one import; its random name."""
        self.ready()
        name = new_name()
        (self.folder / name).mkdir(mode=0o700)
        return name

    def ready(self) -> Path:
        """The folder itself, made at need, closed to other users."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder

    def place(self, folder: str, name: str) -> Place:
        """The place of a file; raises NotFound for a name that is none of ours, or behind a link."""
        return SealedPlace(self._path(folder, name), self._ring, f"{folder}/{name}")

    def received(self, folder: str, name: str) -> int:
        """How many bytes of a file are here."""
        try:
            with self.place(folder, name).open() as file:
                return int(file.seek(0, os.SEEK_END))
        except FileNotFoundError:
            return 0

    def append(self, folder: str, name: str, offset: int, data: bytes) -> int:
        """Put a piece at the end of a file; how long it is then. A piece that is here already changes nothing.

        Raises OutOfStep for one that begins elsewhere; on OSError the file is as it was.
        """
        with self._held(folder, name) as chunks:
            size = chunks.size
            if offset + len(data) <= size:
                return size
            if offset != size:
                raise OutOfStep(size)
            _add(chunks, data)
            return size + len(data)

    def write(self, folder: str, name: str, source: BinaryIO) -> int:
        """Keep a whole file in place of what was there; its length."""
        self._path(folder, name).unlink(missing_ok=True)
        with self._held(folder, name) as chunks:
            while piece := source.read(_PIECE):
                _add(chunks, piece)
            return chunks.size

    def edges(self, folder: str, name: str) -> str:
        """SHA-256 of the first MiB and the last MiB, which overlap in a short file."""
        with self.place(folder, name).open("rb") as file:
            first = file.read(EDGE)
            file.seek(max(0, file.seek(0, os.SEEK_END) - EDGE))
            return hashlib.sha256(first + file.read(EDGE)).hexdigest()

    def spool(self) -> SealedFile:
        """A file without a name that only this process can read, gone once it is closed."""
        with tempfile.TemporaryFile("w+b", buffering=0, dir=self.ready()) as file:
            handle = os.dup(file.fileno())
        return SealedFile(Chunks(handle, secrets.token_bytes(KEY_BYTES), 0), writable=True, owns=True)

    def keys_needed(self) -> set[bytes]:
        """The ids of the keys that files here need."""
        found: set[bytes] = set()
        for each in self.folder.glob("*/*") if self.folder.is_dir() else ():
            with suppress(FileNotFoundError), each.open("rb") as file:
                found.update(key_ids(file.fileno()))
        return found

    def delete_file(self, folder: str, name: str) -> None:
        """Remove one file; one that is gone is no error."""
        self._path(folder, name).unlink(missing_ok=True)

    def delete(self, folder: str) -> None:
        """Remove the folder of an import with all in it; one that is gone is no error."""
        if _NAME.fullmatch(folder):
            shutil.rmtree(self.folder / folder, ignore_errors=True)

    def free(self) -> int:
        """Bytes left on the disk."""
        return shutil.disk_usage(self.ready()).free

    def folders(self) -> dict[str, datetime]:
        """The folders of imports, and when something was last written in each."""
        found = {}
        for each in self.folder.iterdir() if self.folder.is_dir() else ():
            if _NAME.fullmatch(each.name) and each.is_dir() and not each.is_symlink():
                newest = max(path.lstat().st_mtime for path in (each, *each.iterdir()))
                found[each.name] = datetime.fromtimestamp(newest, UTC)
        return found

    def _path(self, folder: str, name: str) -> Path:
        if not (_NAME.fullmatch(folder) and _NAME.fullmatch(name)):
            raise NotFound
        path = self.folder / folder / name
        if path.is_symlink() or path.parent.is_symlink():
            raise NotFound
        return path

    @contextmanager
    def _held(self, folder: str, name: str) -> Iterator[Chunks]:
        """The chunks of a file, made at need, while no other request writes to it."""
        path, bound_to = self._path(folder, name), f"{folder}/{name}"
        if not path.parent.is_dir():
            raise NotFound
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if sys.platform != "win32":
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_size < BODY:
                seal(handle, self._ring, bound_to, secrets.token_bytes(KEY_BYTES), GROWING)
            secret, _ = unseal(handle, self._ring, bound_to)
            yield Chunks(handle, secret, grown(handle, secret))
        finally:
            os.close(handle)


def uploads_of(settings: Settings) -> Uploads:
    """The uploads of the settings."""
    return Uploads(settings.uploads_folder, KeyRing(settings.key_place))


def new_name() -> str:
    """A random name, which tells nothing."""
    return secrets.token_hex(16)


def _add(chunks: Chunks, data: bytes) -> None:
    """Put bytes at the end. On OSError the file is as it was: what the last chunk held is written back."""
    size, last = chunks.size, BODY + chunks.size // CHUNK * RECORD
    kept = os.pread(chunks.handle, RECORD, last)
    try:
        chunks.write(size, data)
        chunks.flush()
    except OSError:
        os.ftruncate(chunks.handle, last)
        os.pwrite(chunks.handle, kept, last)
        raise
