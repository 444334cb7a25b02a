"""Files on their way into a study: below the home, in folders of random names that this user alone may enter."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from rater.errors import NotFound

if sys.platform != "win32":
    import fcntl

EDGE: Final = 1024 * 1024
"""Bytes at the start and at the end of a file by which it is known again."""
LIST: Final = "list"
"""The name of the list of sessions beside the files."""
_NAME: Final = re.compile(r"[0-9a-f]{32}|list")
_PIECE: Final = 1024 * 1024


class OutOfStep(Exception):
    """A piece does not begin where the file ends; `received` says where that is."""

    def __init__(self, received: int) -> None:
        self.received = received
        super().__init__(f"{received} bytes are here")


class Uploads:
    """The folder of uploads; a file's length on disk is what was received of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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

    def place(self, folder: str, name: str) -> Path:
        """The path of a file; raises NotFound for a name that is none of ours, or behind a link."""
        if not (_NAME.fullmatch(folder) and _NAME.fullmatch(name)):
            raise NotFound
        path = self.folder / folder / name
        if path.is_symlink() or path.parent.is_symlink():
            raise NotFound
        return path

    def received(self, folder: str, name: str) -> int:
        """How many bytes of a file are here."""
        try:
            return self.place(folder, name).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, folder: str, name: str, offset: int, data: bytes) -> int:
        """Put a piece at the end of a file; how long it is then. A piece that is here already changes nothing.

        Raises OutOfStep for one that begins elsewhere; on OSError the file is as it was.
        """
        with self._held(self.place(folder, name)) as handle:
            size = os.fstat(handle).st_size
            if offset + len(data) <= size:
                return size
            if offset != size:
                raise OutOfStep(size)
            try:
                _write(handle, data, size)
            except OSError:
                os.ftruncate(handle, size)
                raise
            return size + len(data)

    def write(self, folder: str, name: str, source: BinaryIO) -> int:
        """Keep a whole file in place of what was there; its length."""
        with self._held(self.place(folder, name)) as handle:
            os.ftruncate(handle, 0)
            size = 0
            while piece := source.read(_PIECE):
                _write(handle, piece, size)
                size += len(piece)
            return size

    def edges(self, folder: str, name: str) -> str:
        """SHA-256 of the first MiB and the last MiB, which overlap in a short file."""
        with self.place(folder, name).open("rb") as file:
            first = file.read(EDGE)
            file.seek(max(0, os.fstat(file.fileno()).st_size - EDGE))
            return hashlib.sha256(first + file.read(EDGE)).hexdigest()

    def delete_file(self, folder: str, name: str) -> None:
        """Remove one file; one that is gone is no error."""
        self.place(folder, name).unlink(missing_ok=True)

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

    @contextmanager
    def _held(self, path: Path) -> Iterator[int]:
        """The file, made at need, while no other request writes to it."""
        if not path.parent.is_dir():
            raise NotFound
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if sys.platform != "win32":
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)


def new_name() -> str:
    """A random name, which tells nothing."""
    return secrets.token_hex(16)


def _write(handle: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(handle, view, at)
        view, at = view[count:], at + count
