"""Encryption at rest: a file in chunks of 64 KiB under AES-256-GCM, to be read and written at any place.

A file begins with two slots for its header, of which one is in use; the other takes the header of the next key. The
header holds the file's own random key and its length, encrypted under a key of the ring and bound to the file's name
and to the id of that key (NIST SP 800-38D; the binding is the additional data). Each chunk has a random nonce and is
bound to its index. So nothing that was cut off, exchanged, moved or renamed is taken for the recording.
"""

from __future__ import annotations

import io
import os
import secrets
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rater.errors import AudioError, fault
from rater.storage.media.keys import ID_BYTES, KEY_BYTES, KeyRing

CHUNK: Final = 64 * 1024
NONCE: Final = 12
TAG: Final = 16
RECORD: Final = NONCE + CHUNK + TAG
MAGIC: Final = b"RATER-SEALED-1\r\n"
SLOT: Final = len(MAGIC) + ID_BYTES + NONCE + KEY_BYTES + 8 + TAG
BODY: Final = 2 * SLOT
"""Where the first chunk begins."""
GROWING: Final = 2**64 - 1
"""The length in the header of a file that pieces are still being added to."""
_KEPT: Final = 4  # chunks in memory


def seal(handle: int, ring: KeyRing, name: str, secret: bytes, size: int) -> None:
    """Write the header of a file under the ring's present key, then take back the one before it.

    Cut off at any moment, one of the two stands.
    """
    key = ring.current()
    nonce = secrets.token_bytes(NONCE)
    held = AESGCM(key.secret).encrypt(nonce, secret + struct.pack(">Q", size), MAGIC + key.id + name.encode())
    free = next((at for at in (0, SLOT) if os.pread(handle, len(MAGIC), at) != MAGIC), 0)
    _write(handle, MAGIC + key.id + nonce + held, free)
    os.fsync(handle)
    _write(handle, bytes(SLOT), SLOT - free)
    os.fsync(handle)


def unseal(handle: int, ring: KeyRing, name: str) -> tuple[bytes, int]:
    """The file's own key and its length. Raises AudioError where no key of the ring opens it, or it is damaged."""
    slots = [os.pread(handle, SLOT, at) for at in (0, SLOT)]
    found = [each for each in slots if each.startswith(MAGIC) and len(each) == SLOT]
    for slot in found:
        key_id, nonce = _parts(slot)
        key = ring.find(key_id)
        if key is None:
            continue
        try:
            held = AESGCM(key.secret).decrypt(nonce, slot[-(KEY_BYTES + 8 + TAG) :], MAGIC + key_id + name.encode())
        except InvalidTag:
            continue
        return held[:KEY_BYTES], int(struct.unpack(">Q", held[KEY_BYTES:])[0])
    if found and all(ring.find(_parts(slot)[0]) is None for slot in found):
        raise AudioError(
            fault(
                "The key {id} of this recording is missing",
                "Put the key file back from its copy",
                file=str(ring.path),
                id=_parts(found[0])[0].hex(),
            )
        )
    raise damaged()


def key_ids(handle: int) -> list[bytes]:
    """The ids of the keys that a file needs: two only where a change of keys was cut off; none for a file in clear."""
    slots = [os.pread(handle, SLOT, at) for at in (0, SLOT)]
    return [_parts(each)[0] for each in slots if each.startswith(MAGIC) and len(each) == SLOT]


def erase(handle: int) -> None:
    """Wipe the file's own key, so that nothing opens what is left of it on the disk."""
    _write(handle, bytes(BODY), 0)
    os.fsync(handle)


def damaged() -> AudioError:
    """What is said of a stored file that is not as it was written."""
    return AudioError(
        fault("The stored recording cannot be read", "Restore the recording from a backup or import it again")
    )


def held_in(length: int) -> int:
    """The bytes that a sealed file of this length on the disk holds; a record cut short counts as far as it goes."""
    whole, rest = divmod(max(0, length - BODY), RECORD)
    return whole * CHUNK + max(0, rest - NONCE - TAG)


class Chunks:
    """The chunks of an open file under its own key; a few stay in memory, what was changed is written behind."""

    def __init__(self, handle: int, secret: bytes, size: int) -> None:
        self.handle, self.size = handle, size
        self._cipher = AESGCM(secret)
        self._kept: dict[int, bytearray] = {}
        self._changed: set[int] = set()

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`. Raises AudioError where a chunk is not as it was written."""
        stop, found = min(start + length, self.size), []
        while start < stop:
            index, at = divmod(start, CHUNK)
            found.append(bytes(self._chunk(index)[at : at + stop - start]))
            start += len(found[-1])
        return b"".join(found)

    def write(self, start: int, data: bytes | memoryview) -> None:
        """Put bytes at `start`; what lies between the end and `start` becomes zeros."""
        if start > self.size:
            self.write(self.size, bytes(start - self.size))
        view = memoryview(data)
        while view:
            index, at = divmod(start, CHUNK)
            piece = view[: CHUNK - at]
            chunk = self._chunk(index)
            chunk[at : at + len(piece)] = piece
            self._changed.add(index)
            start, view = start + len(piece), view[len(piece) :]
            self.size = max(self.size, start)

    def flush(self) -> None:
        """Write what was changed."""
        for index in sorted(self._changed):
            self._put(index)

    def holds(self, index: int) -> bool:
        """Whether a chunk is as it was written."""
        try:
            self._chunk(index)
        except AudioError:
            return False
        return True

    def _chunk(self, index: int) -> bytearray:
        if index in self._kept:
            self._kept[index] = self._kept.pop(index)  # the one used last is let go last
            return self._kept[index]
        length = max(0, min(CHUNK, self.size - index * CHUNK))
        chunk = self._opened(index, length) if length else bytearray()
        while len(self._kept) >= _KEPT:
            oldest = next(iter(self._kept))
            if oldest in self._changed:
                self._put(oldest)
            del self._kept[oldest]
        self._kept[index] = chunk
        return chunk

    def _opened(self, index: int, length: int) -> bytearray:
        record = os.pread(self.handle, NONCE + length + TAG, BODY + index * RECORD)
        try:
            return bytearray(self._cipher.decrypt(record[:NONCE], record[NONCE:], index.to_bytes(8, "big")))
        except (InvalidTag, ValueError) as error:
            raise damaged() from error

    def _put(self, index: int) -> None:
        nonce = secrets.token_bytes(NONCE)
        sealed = self._cipher.encrypt(nonce, bytes(self._kept[index]), index.to_bytes(8, "big"))
        _write(self.handle, nonce + sealed, BODY + index * RECORD)
        self._changed.discard(index)


class SealedFile(io.RawIOBase):
    """A file over chunks: read, written and sought as any other; several may share the same chunks."""

    def __init__(self, chunks: Chunks, *, writable: bool = False, owns: bool = False) -> None:
        self._chunks, self._at = chunks, 0
        self._writable, self._owns = writable, owns

    def readable(self) -> bool:
        """It can be read."""
        return True

    def writable(self) -> bool:
        """Whether it can be written."""
        return self._writable

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer comes as a view
        """Fill a buffer as far as the file goes."""
        data = self._chunks.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes more, all that are left where it is negative."""
        data = self._chunks.read(self._at, self._chunks.size if size is None or size < 0 else size)
        self._at += len(data)
        return data

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]  # bytes and views of bytes
        """Put bytes here; all of them are taken."""
        if not self._writable:
            raise io.UnsupportedOperation("not writable")
        self._chunks.write(self._at, data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here or from the end."""
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._chunks.size}[whence]
        return self._at

    def tell(self) -> int:
        """Where the next byte is read or written."""
        return self._at

    def close(self) -> None:
        """Write what was changed; close the file on the disk where it is this one's alone."""
        if self.closed:
            return
        try:
            if self._writable:
                self._chunks.flush()
        finally:
            if self._owns:
                os.close(self._chunks.handle)
            super().close()


def _parts(slot: bytes) -> tuple[bytes, bytes]:
    at = len(MAGIC)
    return slot[at : at + ID_BYTES], slot[at + ID_BYTES : at + ID_BYTES + NONCE]


def _write(handle: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(handle, view, at)
        view, at = view[count:], at + count
