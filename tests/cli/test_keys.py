"""Keys of recordings on the command line: shown, changed, forgotten; recordings of before encrypted by the upgrade."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rater.storage.media.keys import KeyRing
from rater.storage.media.store import FileStore
from tests.builders.audio import encode, speechlike
from tests.builders.command import Command, new_study

SOUND = b"some sound of before"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def rater(home: Path, tmp_path: Path, database_url: str) -> Command:
    """A study with one recording, which is two stored files: the sound and its peaks."""
    made = new_study(home, database_url)
    encode(tmp_path / "one.wav", speechlike(5))
    list_ = tmp_path / "sessions.csv"
    list_.write_text("session_id,patient_id,therapist_id,session_no,audio_file\nP1-S1,P1,T1,1,one.wav\n")
    made("sessions", "import", "ex", list_, "--audio", tmp_path)
    return made


def shown(rater: Command) -> list[tuple[int, bool]]:
    return [(each["files"], each["is_current"]) for each in rater("keys", "show", "--json").json["keys"]]


def test_an_import_is_encrypted_from_the_start(rater: Command, home: Path) -> None:
    assert shown(rater) == [(2, True)]
    secret = KeyRing(home / "keys" / "recordings").current().secret.hex()
    told = rater("keys", "show")
    assert "encrypts now" in told.out
    assert secret not in told.out + rater("keys", "show", "--json").out
    assert secret in (home / "keys" / "recordings").read_text()


def test_a_new_key_takes_all_over_and_the_old_one_is_dropped(rater: Command, home: Path, tmp_path: Path) -> None:
    ring = KeyRing(home / "keys" / "recordings")
    old, store = ring.current().id.hex(), FileStore(home / "media", ring)
    sound = {name: store.read(name, 0, 10**9) for name in store.names()}
    shutil.copytree(home / "media", tmp_path / "backup")
    assert "the key that encrypts now" in rater("keys", "drop", old, expect=2).err
    rater("keys", "rotate")
    assert shown(rater) == [(0, False), (2, True)]
    assert {name: store.read(name, 0, 10**9) for name in sound} == sound
    rater("keys", "drop", old)
    assert shown(rater) == [(2, True)]
    copies = FileStore(tmp_path / "backup", ring)
    for name in sound:
        with pytest.raises(Exception, match=old):
            copies.read(name, 0, 10)
    assert "There is no key" in rater("keys", "drop", old, expect=2).err


def test_a_key_that_files_need_is_kept(rater: Command, home: Path) -> None:
    ring = KeyRing(home / "keys" / "recordings")
    old = ring.current().id.hex()
    ring.add()
    assert "2 stored files need it" in rater("keys", "drop", old, expect=2).err
    assert shown(rater) == [(2, False), (0, True)]


def test_the_upgrade_encrypts_what_an_older_release_left(rater: Command, home: Path) -> None:
    name = FileStore(home / "media").put_bytes(SOUND)
    assert "1 files are in clear" in rater("keys", "show").out
    assert "1 stored files are encrypted" in rater("db", "upgrade").out
    assert "encrypted;" not in rater("db", "upgrade").out
    assert shown(rater) == [(3, True)]
    path = home / "media" / name[:2] / name
    assert SOUND not in path.read_bytes()
    assert FileStore(home / "media", KeyRing(home / "keys" / "recordings")).read(name, 0, 99) == SOUND


def test_a_missing_key_file_is_told_and_not_made_anew(rater: Command, home: Path) -> None:
    (home / "keys" / "recordings").unlink()
    for command in (("keys", "show"), ("db", "upgrade"), ("keys", "rotate")):
        assert "Put it back from its copy" in rater(*command, expect=2).err
    assert not (home / "keys" / "recordings").exists()
