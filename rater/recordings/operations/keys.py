"""The keys that recordings are encrypted with: which there are, a new one, and an old one forgotten for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.storage.audit import record
from rater.storage.media.keys import KeyRing
from rater.storage.media.store import FileStore
from rater.storage.media.uploads import Uploads
from rater.terms import Actor


@dataclass(frozen=True)
class KeyInUse:
    """A key by its id in hexadecimal: the day it was made, whether it encrypts now, how many files need it.

    `is_here` false: files need it, and the key file does not hold it.
    """

    id: str
    made: str
    is_current: bool
    files: int
    is_here: bool = True


@dataclass(frozen=True)
class Keys:
    """The keys of an installation, the oldest first, and how many stored files are in clear."""

    keys: tuple[KeyInUse, ...]
    in_clear: int


def keys_in_use(store: FileStore, ring: KeyRing) -> Keys:
    """The keys, and what needs them. Raises BadInput for a key file that is damaged."""
    needed, held = store.keys_needed(), ring.all()
    there = [KeyInUse(each.id.hex(), each.made, each is held[-1], needed[each.id]) for each in held]
    missing = needed.keys() - {each.id for each in held} - {b""}
    lost = [KeyInUse(each.hex(), "", False, needed[each], is_here=False) for each in sorted(missing)]
    return Keys((*there, *lost), needed[b""])


def encrypt_all(session: Session, actor: Actor, store: FileStore, *, now: datetime) -> int:
    """Bring every stored file under the present key, those in clear among them; how many were changed.

    Raises AudioError for files that no key opens; the others are done.
    """
    changed = store.renew()
    if changed:
        record(session, actor, "recordings.encrypted", "keys:recordings", now=now, files=changed)
    return changed


def rotate(session: Session, actor: Actor, store: FileStore, ring: KeyRing, *, now: datetime) -> int:
    """Make a new key and bring every stored file under it; the keys before stay until they are dropped."""
    made = ring.add()
    record(session, actor, "key.made", f"key:{made.id.hex()}", now=now)
    return encrypt_all(session, actor, store, now=now)


def drop(
    session: Session, actor: Actor, store: FileStore, uploads: Uploads, ring: KeyRing, key_id: str, *, now: datetime
) -> None:
    """Forget a key, so that no copy of what it encrypted can ever be opened.

    Raises BadInput for the key that encrypts now, one that files still need, and an unknown one.
    """
    found = next((each for each in ring.all() if each.id.hex() == key_id), None)
    if found is None:
        known = ", ".join(each.id.hex() for each in ring.all()) or "none"
        raise BadInput(fault("There is no key {id}", "Keys here: {known}", id=key_id, known=known))
    if found == ring.current():
        raise BadInput(fault("{id} is the key that encrypts now", "Run: rater keys rotate", id=key_id))
    files = store.keys_needed()[found.id]
    if files:
        raise BadInput(fault("{count} stored files need it", "Run: rater keys rotate", count=files))
    if found.id in uploads.keys_needed():
        raise BadInput(fault("Uploads under way need it", "Let the imports end, or wait a day and try again"))
    ring.drop(found.id)
    record(session, actor, "key.dropped", f"key:{key_id}", now=now)
