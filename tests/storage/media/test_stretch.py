import os
from pathlib import Path

import pytest

from rater.errors import NotFound
from rater.storage.media.store import FileStore, MediaStore

KEPT = bytes(range(256)) * 4


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return FileStore(tmp_path)


def test_a_stretch_reads_as_a_file_that_ends_with_it(store: MediaStore) -> None:
    stretch = store.stretch(store.put_bytes(KEPT), 100, 300)
    assert [stretch.read(128), stretch.read(128), stretch.read(128), stretch.read(128)] == [
        KEPT[100:228],
        KEPT[228:356],
        KEPT[356:400],
        b"",
    ]


def test_all_that_is_left_is_not_all_of_the_file(store: MediaStore) -> None:
    assert store.stretch(store.put_bytes(KEPT), 1000, 10).read() == KEPT[1000:1010]


def test_the_descriptor_stands_at_the_start_of_the_stretch(store: MediaStore) -> None:
    stretch = store.stretch(store.put_bytes(KEPT), 700, 20)
    assert os.read(stretch.fileno(), 20) == KEPT[700:720]


def test_closing_gives_the_descriptor_back(store: MediaStore) -> None:
    stretch = store.stretch(store.put_bytes(KEPT), 0, 1)
    descriptor = stretch.fileno()
    stretch.close()
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)


def test_what_is_not_there_is_not_found(store: MediaStore) -> None:
    with pytest.raises(NotFound):
        store.stretch("0" * 32, 0, 1)


@pytest.mark.parametrize(("start", "length"), [(-1, 5), (0, -1)])
def test_stretches_do_not_begin_before_the_file(store: MediaStore, start: int, length: int) -> None:
    name = store.put_bytes(KEPT)
    with pytest.raises(ValueError, match="stretch"):
        store.stretch(name, start, length)
