"""Where a file of sound lies, in clear or sealed: what ingest reads from and writes to."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from rater.storage.media.keys import KEY_BYTES, KeyRing
from rater.storage.media.sealing import CHUNK, GROWING, Chunks, SealedFile, damaged, held_in, seal, unseal


class Place(Protocol):
    """A file with a name that can be opened, read whole and removed; a path is one, too."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    def open(self, mode: Any = "rb") -> Any:
        """The file, as bytes: `rb` to read it, `w+b` to write it anew."""

    def read_bytes(self) -> bytes:
        """All of it."""

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove it."""


class MakingPlace:
    """A file in the making that only this process can read: its key is in memory until it is put somewhere."""

    def __init__(self, path: Path) -> None:
        self.path, self.secret = path, secrets.token_bytes(KEY_BYTES)
        self._chunks: Chunks | None = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.name

    def open(self, mode: Any = "rb") -> BinaryIO:
        """The file; what is written through one opening is read through another."""
        if self._chunks is None:
            self._chunks = Chunks(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), self.secret, 0)
        elif mode.startswith("w"):
            os.ftruncate(self._chunks.handle, 0)
            self._chunks = Chunks(self._chunks.handle, self.secret, 0)
        return cast("BinaryIO", SealedFile(self._chunks, writable="w" in mode or "+" in mode))

    def read_bytes(self) -> bytes:
        """All of it."""
        with self.open() as file:
            return file.read()

    def finish(self, ring: KeyRing, name: str) -> None:
        """Write all of it and give it the header under which others open it by this name."""
        with self.open("r+b"):
            pass
        chunks = cast("Chunks", self._chunks)
        seal(chunks.handle, ring, name, self.secret, chunks.size)
        self._close()

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove it, if it was not put somewhere."""
        self._close()
        self.path.unlink(missing_ok=missing_ok)

    def _close(self) -> None:
        if self._chunks is not None:
            os.close(self._chunks.handle)
            self._chunks = None


class SealedPlace:
    """A sealed file on the disk, opened by the keys of a ring under the name that its header is bound to."""

    def __init__(self, path: Path, ring: KeyRing, bound_to: str) -> None:
        self.path, self._ring, self._bound_to = path, ring, bound_to

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.name

    def open(self, mode: Any = "rb") -> BinaryIO:
        """The file, to be read. Raises FileNotFoundError, AudioError for one that is damaged or has no key here."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            secret, size = unseal(handle, self._ring, self._bound_to)
            chunks = Chunks(handle, secret, grown(handle, secret) if size == GROWING else size)
            if size not in (GROWING, held_in(os.fstat(handle).st_size)):
                raise damaged()
        except BaseException:
            os.close(handle)
            raise
        return cast("BinaryIO", SealedFile(chunks, owns=True))

    def read_bytes(self) -> bytes:
        """All of it."""
        with self.open() as file:
            return file.read()

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove it."""
        self.path.unlink(missing_ok=missing_ok)


def grown(handle: int, secret: bytes) -> int:
    """The bytes in a file that pieces are added to; a last chunk that was cut off in its writing is left out."""
    size = held_in(os.fstat(handle).st_size)
    while size and not Chunks(handle, secret, size).holds((size - 1) // CHUNK):
        size = (size - 1) // CHUNK * CHUNK
    return size


def length(place: Place) -> int:
    """The bytes in a file."""
    with place.open("rb") as file:
        return int(file.seek(0, os.SEEK_END))
