"""Encryption at rest: nothing is readable on the disk, nothing but the whole is taken for it, keys come and go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rater.config import Settings
from rater.errors import AudioError, BadInput
from rater.storage.media import sealing
from rater.storage.media.keys import KeyRing
from rater.storage.media.places import MakingPlace
from rater.storage.media.sealing import BODY, CHUNK, NONCE, RECORD, SLOT, TAG
from rater.storage.media.store import FileStore, media_store
from rater.storage.media.uploads import Uploads

DATA = Random(4).randbytes(3 * CHUNK + 1000)
LENGTHS = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(DATA))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys" / "recordings")


@pytest.fixture
def store(tmp_path: Path, ring: KeyRing) -> FileStore:
    return FileStore(tmp_path / "media", ring)


def on_disk(store: FileStore, name: str) -> Path:
    return store.folder / name[:2] / name


def whole(store: FileStore, name: str) -> bytes:
    with store.open(name) as file:
        return file.read()


@pytest.mark.parametrize("length", LENGTHS)
def test_what_goes_in_comes_out(store: FileStore, length: int) -> None:
    name = store.put_bytes(DATA[:length])
    assert whole(store, name) == DATA[:length]
    assert store.size(name) == length
    for start, asked in ((0, 10), (length // 2, CHUNK + 5), (length, 9), (max(0, length - 3), 100)):
        assert store.read(name, start, asked) == DATA[:length][start : start + asked]


def test_nothing_of_it_can_be_read_on_the_disk(store: FileStore, tmp_path: Path) -> None:
    """Control: a store that does not seal leaves every byte for anybody."""
    marks = [DATA[at : at + 16] for at in range(0, len(DATA), 1000)]
    sealed = on_disk(store, store.put_bytes(DATA)).read_bytes()
    assert not any(mark in sealed for mark in marks)
    clear = FileStore(tmp_path / "clear")
    assert all(mark in on_disk(clear, clear.put_bytes(DATA)).read_bytes() for mark in marks)
    assert store.put_bytes(DATA) != store.put_bytes(DATA)
    again = on_disk(store, store.put_bytes(DATA)).read_bytes()
    assert again[BODY:] != sealed[BODY:]


def test_a_file_in_the_making_cannot_be_read_after_a_crash(store: FileStore) -> None:
    made = store.temp()
    with made.open("w+b") as file:
        file.write(DATA)
    assert isinstance(made, MakingPlace)
    left = made.path.read_bytes()
    assert len(left) > len(DATA)
    assert not any(DATA[at : at + 16] in left for at in range(0, len(DATA), 1000))
    assert left[:BODY] == bytes(BODY)


def flipped(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def exchanged(data: bytes) -> bytes:
    first, second = data[BODY : BODY + RECORD], data[BODY + RECORD : BODY + 2 * RECORD]
    return data[:BODY] + second + first + data[BODY + 2 * RECORD :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "the id of the key": flipped(len(sealing.MAGIC)),
    "the key": flipped(SLOT - 30),
    "the length": flipped(SLOT - TAG - 1),
    "a nonce": flipped(BODY),
    "a byte": flipped(BODY + NONCE + 77),
    "the last byte": flipped(BODY + 3 * RECORD + 50),
    "two chunks exchanged": exchanged,
    "the end cut off": lambda data: data[:-1],
    "a chunk cut off": lambda data: data[: BODY + 2 * RECORD],
    "something added": lambda data: data + b"x",
    "a chunk twice": lambda data: data[:BODY] + data[BODY : BODY + RECORD] * 2 + data[BODY + 2 * RECORD :],
    "no header": lambda data: bytes(BODY) + data[BODY:],
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_was_changed_on_the_disk_is_refused(store: FileStore, damage: str) -> None:
    name = store.put_bytes(DATA)
    path = on_disk(store, name)
    assert whole(store, name) == DATA
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(AudioError):
        whole(store, name)


def test_a_file_under_another_name_is_refused(store: FileStore) -> None:
    one, other = store.put_bytes(DATA), store.put_bytes(DATA[::-1])
    shutil.copy(on_disk(store, one), on_disk(store, other))
    with pytest.raises(AudioError):
        whole(store, other)
    head, tail = on_disk(store, one).read_bytes()[:BODY], on_disk(store, store.put_bytes(DATA)).read_bytes()[BODY:]
    on_disk(store, one).write_bytes(head + tail)
    with pytest.raises(AudioError):
        whole(store, one)


@given(st.lists(st.tuples(st.integers(0, 3 * CHUNK), st.integers(0, CHUNK + 50)), max_size=12))
def test_writing_anywhere_is_as_writing_to_memory(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, int]]
) -> None:
    place, model = MakingPlace(tmp_path_factory.mktemp("making") / "file"), BytesIO()
    with place.open("w+b") as file:
        for start, length in writes:
            if length:
                for each in (file, model):
                    each.seek(start)
                    each.write(DATA[:length])
            assert place.read_bytes() == model.getvalue()
    ring = KeyRing(place.path.parent / "ring")
    place.finish(ring, "name")
    handle = os.open(place.path, os.O_RDONLY)
    secret, size = sealing.unseal(handle, ring, "name")
    assert size == len(model.getvalue())
    assert sealing.Chunks(handle, secret, size).read(0, size) == model.getvalue()
    os.close(handle)


def test_a_new_key_takes_over_and_the_old_one_may_go(store: FileStore, ring: KeyRing, tmp_path: Path) -> None:
    name = store.put_bytes(DATA)
    old, backup = ring.current(), shutil.copy(on_disk(store, name), tmp_path / "backup")
    with store.open(name) as listener:
        listener.read(10)
        new = ring.add()
        assert store.keys_needed() == {old.id: 1}
        assert (store.renew(), store.renew()) == (1, 0)
        ring.drop(old.id)
        assert listener.read() == DATA[10:]
    assert store.keys_needed() == {new.id: 1}
    assert whole(store, name) == DATA
    shutil.copy(backup, on_disk(store, name))
    with pytest.raises(AudioError, match=old.id.hex()):
        whole(store, name)


@pytest.mark.parametrize("cut_at", [1, 2])
def test_a_change_of_keys_cut_off_at_any_write_leaves_the_file_whole(
    store: FileStore, ring: KeyRing, cut_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, writes, write = store.put_bytes(DATA), [], os.pwrite
    ring.add()

    def torn(handle: int, data: bytes, at: int) -> int:
        writes.append(at)
        if len(writes) == cut_at:
            write(handle, data[: len(data) // 2], at)
            raise OSError(5, "cut off")
        return write(handle, data, at)

    monkeypatch.setattr(os, "pwrite", torn)
    with pytest.raises(OSError, match="cut off"):
        store.renew()
    monkeypatch.undo()
    assert whole(store, name) == DATA
    store.renew()
    assert store.keys_needed() == {ring.current().id: 1}
    assert whole(store, name) == DATA


def test_what_is_deleted_cannot_be_opened_from_what_is_left_of_it(store: FileStore, tmp_path: Path) -> None:
    """The blocks of a deleted file stay on a disk; its key does not. Control: a mere unlink leaves all of it."""
    name, other = store.put_bytes(DATA), store.put_bytes(DATA)
    for each in (name, other):
        os.link(on_disk(store, each), tmp_path / each)
    store.delete(name)
    on_disk(store, other).unlink()
    for each in (name, other):
        os.link(tmp_path / each, on_disk(store, each))
    with pytest.raises(AudioError):
        whole(store, name)
    assert whole(store, other) == DATA


def test_recordings_of_before_are_encrypted_once(store: FileStore, ring: KeyRing) -> None:
    name = FileStore(store.folder).put_bytes(DATA)
    with pytest.raises(AudioError, match="db upgrade"):
        store.open(name)
    assert store.in_clear(name)
    assert (store.renew(), store.renew()) == (1, 0)
    assert not store.in_clear(name)
    assert whole(store, name) == DATA
    assert whole(FileStore(store.folder, ring, seals=False), name) == DATA
    assert not list((store.folder / "making").iterdir())


def test_recordings_without_their_key_file_are_told_at_the_start(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    store = media_store(settings)
    store.put_bytes(DATA)
    kept = settings.key_place.rename(tmp_path / "away")
    with pytest.raises(BadInput, match="key file"):
        media_store(settings)
    assert not settings.key_place.exists()
    kept.rename(settings.key_place)
    assert media_store(settings).keys_needed()


@pytest.mark.parametrize("content", ["", "nonsense\n", "0123456789abcdef 00 2026-01-01\n"])
def test_a_damaged_key_file_is_refused(ring: KeyRing, content: str) -> None:
    ring.current()
    ring.path.write_text(content)
    with pytest.raises(BadInput, match="Put it back"):
        ring.current()


def test_a_key_file_that_others_may_read_is_refused(ring: KeyRing) -> None:
    ring.current()
    assert ring.path.stat().st_mode & 0o777 == 0o600
    ring.path.chmod(0o640)
    with pytest.raises(BadInput, match="chmod 600"):
        KeyRing(ring.path).current()


def _first_key(path: str) -> bytes:
    return KeyRing(Path(path)).current().id


def test_processes_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    with get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_first_key, [str(tmp_path / "ring")] * 8))) == 1


def test_nginx_and_encryption_do_not_go_together() -> None:
    with pytest.raises(BadInput, match="RATER_ENCRYPTION"):
        Settings.load({"RATER_X_ACCEL": "/stored/"})
    assert not Settings.load({"RATER_X_ACCEL": "/stored/", "RATER_ENCRYPTION": "0"}).encryption


@pytest.fixture
def uploads(tmp_path: Path, ring: KeyRing) -> Uploads:
    return Uploads(tmp_path / "uploads", ring)


@pytest.mark.parametrize("pieces", [(0, 10, CHUNK, 2 * CHUNK + 5), (0, CHUNK, 2 * CHUNK), (0, 3 * CHUNK)])
def test_pieces_make_the_file(uploads: Uploads, pieces: tuple[int, ...]) -> None:
    folder, name = uploads.make(), "a" * 32
    for start, stop in pairwise(pieces):
        assert uploads.append(folder, name, start, DATA[start:stop]) == stop
        assert uploads.received(folder, name) == stop
    assert uploads.place(folder, name).read_bytes() == DATA[: pieces[-1]]


@pytest.mark.parametrize("lost", [1, TAG, 500, RECORD - 1, RECORD, RECORD + 300])
def test_a_power_cut_in_a_piece_costs_no_more_than_the_chunk_it_tore(uploads: Uploads, lost: int) -> None:
    folder, name = uploads.make(), "a" * 32
    uploads.append(folder, name, 0, DATA)
    path = uploads.folder / folder / name
    os.truncate(path, path.stat().st_size - lost)
    here = uploads.received(folder, name)
    assert here % CHUNK == 0
    assert len(DATA) - here < CHUNK + lost + 1
    assert uploads.append(folder, name, here, DATA[here:]) == len(DATA)
    assert uploads.place(folder, name).read_bytes() == DATA


def test_a_full_disk_leaves_an_upload_as_it_was(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, name, write = uploads.make(), "a" * 32, os.pwrite
    uploads.append(folder, name, 0, DATA[: CHUNK + 700])

    def full(handle: int, data: bytes, at: int) -> int:
        if len(data) > 1000 + NONCE + TAG:
            write(handle, data[:500], at)
            raise OSError(28, "No space left on device")
        return write(handle, data, at)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space"):
        uploads.append(folder, name, CHUNK + 700, DATA[CHUNK + 700 :])
    monkeypatch.undo()
    assert uploads.received(folder, name) == CHUNK + 700
    assert uploads.append(folder, name, CHUNK + 700, DATA[CHUNK + 700 :]) == len(DATA)
    assert uploads.place(folder, name).read_bytes() == DATA


def test_a_spooled_form_leaves_no_name_and_reads_as_written(uploads: Uploads) -> None:
    with uploads.spool() as file:
        file.write(DATA)
        file.seek(0)
        assert file.read(100) == DATA[:100]
        assert file.read() == DATA[100:]
        assert not list(uploads.ready().iterdir())


def test_what_is_left_in_the_making_is_swept(store: FileStore) -> None:
    store.temp()
    assert store.sweep(datetime.now(UTC) + timedelta(hours=1)) == 1
