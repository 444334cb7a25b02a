"""Where recordings are kept: encrypted, under random names that tell nothing, written whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast
from urllib.parse import unquote, urlsplit

from rater.config import Settings
from rater.errors import AudioError, BadInput, NotFound, fault
from rater.storage.media.keys import KeyRing
from rater.storage.media.places import MakingPlace, Place, SealedPlace, length
from rater.storage.media.sealing import erase, key_ids, seal, unseal

CHUNK: Final = 256 * 1024

_NAME: Final = re.compile(r"[0-9a-f]{32}")


class MediaStore(Protocol):
    """A place for recordings and their peaks; names are 32 hexadecimal digits, an unknown one raises NotFound."""

    def temp(self) -> Place:
        """A new place inside the store for a file in the making, readable by this process alone."""

    def fresh_name(self) -> str:
        """A random name, to be written down before a file is put under it."""

    def put(self, made: Place, name: str = "") -> str:
        """Take over a file made at a `temp()` place; its name, random unless given, comes once it is safely on disk."""

    def put_bytes(self, data: bytes, name: str = "") -> str:
        """Keep `data` under a name, a random one unless it is given."""

    def sweep(self, before: datetime) -> int:
        """Delete files in the making that nobody has written to since a moment; how many there were."""

    def size(self, name: str) -> int:
        """Length in bytes."""

    def open(self, name: str) -> BinaryIO:
        """The file, to be read. Reading raises AudioError where it is not as it was written, or its key is missing."""

    def in_clear(self, name: str) -> bool:
        """Whether the file on the disk is the sound itself, which a web server may send as it is."""

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
    """A media store in a folder of this machine, fanned out over 256 folders.

    With a ring of keys what it holds is encrypted. `seals` false: new files are written in clear; sealed ones are read.
    """

    def __init__(self, folder: Path, ring: KeyRing | None = None, *, seals: bool = True) -> None:
        self.folder, self._ring = folder, ring
        self._seals = seals and ring is not None
        self._making = folder / "making"
        for each in (folder, self._making):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    def temp(self) -> Place:
        """A new place inside the store for a file in the making, readable by this process alone."""
        handle, path = tempfile.mkstemp(dir=self._making)
        os.close(handle)
        return MakingPlace(Path(path)) if self._seals else Path(path)

    def fresh_name(self) -> str:
        """A random name, to be written down before a file is put under it."""
        return secrets.token_hex(16)

    def put(self, made: Place, name: str = "") -> str:
        """Take over a file made at a `temp()` place; raises ValueError for one that lies elsewhere."""
        path = made.path if isinstance(made, MakingPlace) else cast("Path", made)
        if path.parent != self._making:
            raise ValueError("only a file made at a temp() place of this store can be put")
        name = name or self.fresh_name()
        place = self._path(name)
        self._make_folder(place.parent)
        path.chmod(0o600)
        if isinstance(made, MakingPlace):
            made.finish(self._keys(), name)
        _sync(path)
        path.rename(place)
        _sync(place.parent)
        return name

    def put_bytes(self, data: bytes, name: str = "") -> str:
        """Keep `data` under a name, a random one unless it is given."""
        made = self.temp()
        try:
            with made.open("w+b") as file:
                file.write(data)
            return self.put(made, name)
        except BaseException:
            made.unlink(missing_ok=True)
            raise

    def size(self, name: str) -> int:
        """Length in bytes."""
        with _known():
            return length(self._place(name))

    def open(self, name: str) -> BinaryIO:
        """The file, to be read."""
        with _known():
            return cast("BinaryIO", self._place(name).open("rb"))

    def in_clear(self, name: str) -> bool:
        """Whether the file on the disk is the sound itself."""
        with _known():
            return not _is_sealed(self._path(name))

    def read(self, name: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`; raises ValueError where either is negative."""
        return b"".join(self.stream(name, start, length))

    def stream(self, name: str, start: int, length: int, chunk: int = CHUNK) -> Iterator[bytes]:
        """The bytes from `start`, `length` in all, at most `chunk` at a time."""
        if start < 0 or length < 0 or chunk < 1:
            raise ValueError("a stretch of a file begins at 0 or later and has a length")
        return _chunks(self.open(name), start, length, chunk)

    def stretch(self, name: str, start: int, length: int) -> Stretch:
        """The bytes from `start`, `length` in all, of a file in clear; raises ValueError where either is negative."""
        if start < 0 or length < 0:
            raise ValueError("a stretch of a file begins at 0 or later and has a length")
        with _known():
            return Stretch(cast("BinaryIO", self._path(name).open("rb", buffering=0)), start, length)

    def delete(self, name: str) -> None:
        """Remove the file, its key first; one that is already gone is no error."""
        place = self._path(name)
        try:
            if _is_sealed(place):
                with _changing(place) as handle:
                    erase(handle)
            place.unlink(missing_ok=True)
        except FileNotFoundError:
            return
        _sync(place.parent)

    def sweep(self, before: datetime) -> int:
        """Delete files in the making that nobody has written to since a moment; how many there were."""
        old = [each for each in self._making.iterdir() if each.stat().st_mtime < before.timestamp()]
        for each in old:
            each.unlink(missing_ok=True)
        return len(old)

    def names(self) -> Iterator[str]:
        """The name of every file."""
        for each in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if _NAME.fullmatch(each.name):
                yield each.name

    def keys_needed(self) -> Counter[bytes]:
        """How many files need each key, by its id; those in clear under no id."""
        found: Counter[bytes] = Counter()
        for name in self.names():
            with suppress(NotFound), _known(), self._path(name).open("rb") as file:
                found.update(key_ids(file.fileno()) or [b""])
        return found

    def renew(self) -> int:
        """Bring every file under the ring's present key, those in clear among them; how many were changed.

        Cut off at any moment each file is whole, under the one key or the other. Raises AudioError for a file that no
        key opens; the others are done.
        """
        faults, changed, now = [], 0, self._keys().current().id
        for name in self.names():
            try:
                changed += self._renewed(name, now)
            except AudioError as error:
                faults += error.faults
            except FileNotFoundError:
                continue
        if faults:
            raise AudioError(faults)
        return changed

    def _renewed(self, name: str, now: bytes) -> bool:
        path = self._path(name)
        if not _is_sealed(path):
            made = MakingPlace(Path(tempfile.mkstemp(dir=self._making)[1]))
            with path.open("rb") as clear, made.open("w+b") as file:
                while piece := clear.read(CHUNK):
                    file.write(piece)
            self.put(made, name)
            return True
        with _changing(path) as handle:
            if key_ids(handle) == [now]:
                return False
            seal(handle, self._keys(), name, *unseal(handle, self._keys(), name))
        return True

    def _place(self, name: str) -> Place:
        path = self._path(name)
        if _is_sealed(path):
            return SealedPlace(path, self._keys(), name)
        if self._seals:
            raise AudioError(fault("The stored recording is not encrypted", "Run: rater db upgrade"))
        return path

    def _keys(self) -> KeyRing:
        if self._ring is None:
            raise AudioError(fault("The stored recording is encrypted", "Say where its key is: RATER_KEY_FILE"))
        return self._ring

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound
        return self.folder / name[:2] / name

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync(self.folder)


def key_ring(settings: Settings) -> KeyRing:
    """The keys of the recordings of these settings."""
    return KeyRing(settings.key_place)


def media_store(settings: Settings) -> FileStore:
    """The store of the settings: `file:///a/folder`, a relative `file:folder` under the home; empty for `home/media`.

    Raises BadInput for an address that is neither, and where the keys of what is stored there are missing.
    """
    url, home = settings.media_url, settings.home
    parts = urlsplit(url)
    if url and (parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path):
        raise BadInput(
            fault(
                "Recordings cannot be stored at {url}",
                "Give the folder as file:///path/to/folder in RATER_MEDIA_URL",
                url=url,
            )
        )
    ring = key_ring(settings)
    store = FileStore(home / unquote(parts.path) if url else home / "media", ring, seals=settings.encryption)
    if not ring.exists() and any(store.keys_needed().keys() - {b""}):
        raise BadInput(
            fault(
                "The key file of the stored recordings is missing",
                "Put it back from its copy, or say in RATER_KEY_FILE where it is; without it nobody can hear them",
                file=str(ring.path),
            )
        )
    return store


@contextmanager
def _known() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound from error


@contextmanager
def _changing(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR)
    try:
        yield handle
    finally:
        os.close(handle)


def _is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(key_ids(file.fileno()))


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
