"""Stored recordings as tests look at them."""

from __future__ import annotations

from pathlib import Path

from rater.config import Settings
from rater.storage.media.store import FileStore, media_store
from rater.storage.media.uploads import uploads_of


def keep_in_clear(settings: Settings) -> FileStore:
    """What the store holds, decrypted where it lies; the store that goes on so."""
    store, clear = media_store(settings), FileStore(settings.home / "media", seals=False)
    for name in list(store.names()):
        if not clear.in_clear(name):
            data = store.read(name, 0, store.size(name))
            store.delete(name)
            clear.put_bytes(data, name)
    return clear


def sent_so_far(settings: Settings, file: Path) -> bytes:
    """What has arrived of an upload."""
    return uploads_of(settings).place(file.parent.name, file.name).read_bytes()
