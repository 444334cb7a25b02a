"""The media store: random names, whole files or none, nothing outside its folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rater.config import Settings
from rater.errors import BadInput, NotFound
from rater.storage.media.store import FileStore, MediaStore, media_store

SOUND = bytes(range(256)) * 5000


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return FileStore(tmp_path / "media")


def kept(store: MediaStore) -> str:
    made = store.temp()
    made.write_bytes(SOUND)
    return store.put(made)


def test_what_is_put_can_be_read_whole_and_in_parts(store: MediaStore) -> None:
    name = kept(store)
    assert store.size(name) == len(SOUND)
    assert store.read(name, 0, len(SOUND)) == SOUND
    assert store.read(name, 1000, 10) == SOUND[1000:1010]
    assert store.read(name, len(SOUND) - 3, 100) == SOUND[-3:]
    assert store.read(name, len(SOUND) + 5, 100) == b""
    with store.open(name) as file:
        assert file.read() == SOUND


def test_files_in_the_making_that_were_left_behind_are_swept(store: MediaStore) -> None:
    name, fresh, old = kept(store), store.temp(), store.temp()
    os.utime(old, (0, 0))
    assert store.sweep(datetime.now(UTC) - timedelta(days=1)) == 1
    assert (fresh.exists(), old.exists(), store.size(name)) == (True, False, len(SOUND))


def test_a_file_can_be_put_under_a_name_that_was_written_down(store: MediaStore) -> None:
    name = store.fresh_name()
    assert store.put_bytes(SOUND, name) == name
    assert store.read(name, 0, 5) == SOUND[:5]
    with pytest.raises(NotFound):
        store.put_bytes(SOUND, "../elsewhere")


def test_a_stream_comes_in_chunks(store: MediaStore) -> None:
    chunks = list(store.stream(kept(store), 100, 600_000))
    assert b"".join(chunks) == SOUND[100:600_100]
    assert max(map(len, chunks)) == 256 * 1024


def test_names_are_random_and_files_are_for_this_user_alone(store: MediaStore, tmp_path: Path) -> None:
    names = {kept(store) for _ in range(3)}
    assert len(names) == 3
    files = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert {path.name for path in files} == names
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert all(len(name) == 32 for name in names)


def test_files_in_the_making_lie_inside_the_store(store: MediaStore, tmp_path: Path) -> None:
    made = store.temp()
    assert tmp_path / "media" in made.parents
    assert made.stat().st_mode & 0o777 == 0o600
    store.put(made)
    assert not made.exists()


def test_a_file_from_elsewhere_is_not_taken(store: MediaStore, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(SOUND)
    with pytest.raises(ValueError, match="temp"):
        store.put(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere").exists()


def test_bytes_are_kept_too(store: MediaStore, tmp_path: Path) -> None:
    name = store.put_bytes(b"RPK1")
    assert store.read(name, 0, 10) == b"RPK1"
    assert list((tmp_path / "media" / "making").iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "../secret", "/etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "é" * 32])
def test_names_that_the_store_does_not_give_are_not_found(store: MediaStore, name: str) -> None:
    for ask in (store.size, store.open, store.delete, lambda n: store.read(n, 0, 1), lambda n: store.stream(n, 0, 1)):
        with pytest.raises(NotFound):
            ask(name)


def test_a_deleted_file_is_gone_and_may_be_deleted_again(store: MediaStore) -> None:
    name = kept(store)
    store.delete(name)
    store.delete(name)
    with pytest.raises(NotFound):
        store.stream(name, 0, 1)


def test_negative_stretches_are_refused(store: MediaStore) -> None:
    name = kept(store)
    for start, length in ((-1, 5), (0, -5)):
        with pytest.raises(ValueError, match="stretch"):
            store.read(name, start, length)


def test_the_address_of_a_store(tmp_path: Path) -> None:
    for url in ("", (tmp_path / "media").as_uri(), "file:media"):
        store = media_store(Settings(home=tmp_path, media_url=url))
        assert store.folder == tmp_path / "media"
    spaced = media_store(Settings(home=tmp_path, media_url=(tmp_path / "a folder").as_uri()))
    assert spaced.folder == tmp_path / "a folder"


@pytest.mark.parametrize("url", ["ftp://host/x", "s3://bucket", "file://host/x", "file:"])
def test_other_addresses_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be stored"):
        media_store(Settings(home=tmp_path, media_url=url))
