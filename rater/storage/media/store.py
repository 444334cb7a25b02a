"""Where recordings are kept: files under random names that tell nothing, written whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast
from urllib.parse import unquote, urlsplit

from rater.errors import BadInput, NotFound, fault

CHUNK: Final = 256 * 1024

_NAME: Final = re.compile(r"[0-9a-f]{32}")


class MediaStore(Protocol):
    """A place for recordings and their peaks; names are 32 hexadecimal digits, an unknown one raises NotFound."""

    def temp(self) -> Path:
        """A new path inside the store for a file in the making, readable by this user alone."""

    def put(self, made: Path) -> str:
        """Take over a file made at a `temp()` path; its random name is returned once it is safely on disk."""

    def put_bytes(self, data: bytes) -> str:
        """Keep `data` under a random name."""

    def size(self, name: str) -> int:
        """Length in bytes."""

    def open(self, name: str) -> BinaryIO:
        """The file, to be read."""

    def read(self, name: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`."""

    def stream(self, name: str, start: int, length: int, chunk: int = CHUNK) -> Iterator[bytes]:
        """The bytes from `start`, `length` in all, at most `chunk` at a time; the file is found before the first."""

    def stretch(self, name: str, start: int, length: int) -> Stretch:
        """The bytes from `start`, `length` in all, as a file that a web server may hand to the kernel."""

    def delete(self, name: str) -> None:
        """Remove the file; one that is already gone is no error."""


class Stretch:
    """A stretch of an open file, read like a file that ends where the stretch ends; closing it closes the file."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        file.seek(start)
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes more, all that are left where it is negative."""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def fileno(self) -> int:
        """The file's descriptor, which stands at the start of the stretch until something is read."""
        return self._file.fileno()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class FileStore:
    """A media store in a folder of this machine, fanned out over 256 folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._making = folder / "making"
        for each in (folder, self._making):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    def temp(self) -> Path:
        """A new path inside the store for a file in the making, readable by this user alone."""
        handle, path = tempfile.mkstemp(dir=self._making)
        os.close(handle)
        return Path(path)

    def put(self, made: Path) -> str:
        """Take over a file made at a `temp()` path; raises ValueError for one that lies elsewhere."""
        if made.parent != self._making:
            raise ValueError("only a file made at a temp() path of this store can be put")
        name = secrets.token_hex(16)
        place = self._path(name)
        self._make_folder(place.parent)
        made.chmod(0o600)
        _sync(made)
        made.rename(place)
        _sync(place.parent)
        return name

    def put_bytes(self, data: bytes) -> str:
        """Keep `data` under a random name."""
        made = self.temp()
        try:
            made.write_bytes(data)
            return self.put(made)
        except BaseException:
            made.unlink(missing_ok=True)
            raise

    def size(self, name: str) -> int:
        """Length in bytes."""
        with _known():
            return self._path(name).stat().st_size

    def open(self, name: str) -> BinaryIO:
        """The file, to be read."""
        with _known():
            return self._path(name).open("rb")

    def read(self, name: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`; raises ValueError where either is negative."""
        return b"".join(self.stream(name, start, length))

    def stream(self, name: str, start: int, length: int, chunk: int = CHUNK) -> Iterator[bytes]:
        """The bytes from `start`, `length` in all, at most `chunk` at a time."""
        if start < 0 or length < 0 or chunk < 1:
            raise ValueError("a stretch of a file begins at 0 or later and has a length")
        return _chunks(self.open(name), start, length, chunk)

    def stretch(self, name: str, start: int, length: int) -> Stretch:
        """The bytes from `start`, `length` in all, as a file; raises ValueError where either is negative."""
        if start < 0 or length < 0:
            raise ValueError("a stretch of a file begins at 0 or later and has a length")
        with _known():
            return Stretch(cast("BinaryIO", self._path(name).open("rb", buffering=0)), start, length)

    def delete(self, name: str) -> None:
        """Remove the file; one that is already gone is no error."""
        place = self._path(name)
        place.unlink(missing_ok=True)
        if place.parent.is_dir():
            _sync(place.parent)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound
        return self.folder / name[:2] / name

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync(self.folder)


def media_store(url: str, home: Path) -> MediaStore:
    """The store at `url`: `file:///a/folder`, a relative `file:folder` under `home`; empty for `home/media`."""
    parts = urlsplit(url)
    if not url:
        return FileStore(home / "media")
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path:
        raise BadInput(
            fault(
                "Recordings cannot be stored at {url}",
                "Give the folder as file:///path/to/folder in RATER_MEDIA_URL",
                url=url,
            )
        )
    return FileStore(home / unquote(parts.path))


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound from error


def _chunks(file: BinaryIO, start: int, length: int, chunk: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (data := file.read(min(chunk, length))):
            length -= len(data)
            yield data


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
