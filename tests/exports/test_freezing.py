"""A freeze rebuilds the dataset of its moment to the byte, whatever has become of the study since."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.exports.bundle import write_bundle
from rater.exports.contents import Asked, Rights
from rater.exports.formats import Format
from rater.exports.frozen import frozen, thawed
from rater.exports.operations import export_study, freeze_named, study_data
from rater.exports.operations.freezing import (
    check_freeze,
    freezes_of,
    frozen_data,
    keep_freeze,
    rebuild,
    take_data,
)
from rater.storage.models import AuditEvent, Freeze, Point, Study
from rater.terms import COMMAND_LINE
from tests.builders.study import NOON
from tests.exports.builders import Exported, bytes_of
from tests.exports.test_small_bundles import listened_study

FULL = Asked(Rights.FULL, (Format.CSV, Format.PARQUET), notes=True)


def freeze(session: Session, study: Study, folder: Path, name: str = "paper-1") -> Freeze:
    return keep_freeze(session, COMMAND_LINE, study, name, "Main paper", take_data(session, study, folder), now=NOON)


def test_the_example_comes_back_as_it_was(exported: Exported, tmp_path: Path) -> None:
    with exported.study() as (session, study):
        data = study_data(session, study)
    content = frozen(data)
    again = thawed(content)
    assert frozen(again) == content
    assert again.scales == data.scales
    assert again.sessions == data.sessions
    assert again.ratings == data.ratings
    write_bundle(again, tmp_path / "plain")
    assert bytes_of(tmp_path / "plain") == bytes_of(exported.folder)
    for name, each in (("before", data), ("after", again)):
        write_bundle(each, tmp_path / name, FULL)
    assert bytes_of(tmp_path / "before") == bytes_of(tmp_path / "after")


def test_later_changes_do_not_matter(session: Session, tmp_path: Path) -> None:
    """What is exported after the change differs, so that the comparison is known to see."""
    study = listened_study(session)
    export_study(session, study, tmp_path / "then")
    kept = freeze(session, study, tmp_path / "exports")
    session.execute(update(Point).values(value=4.0).where(Point.value.is_not(None)))
    study.title = "Another title"
    session.flush()
    session.expire_all()
    export_study(session, study, tmp_path / "now")
    found = rebuild(freeze_named(session, study, "paper-1"), tmp_path / "rebuilt")
    assert found.differing == ()
    assert bytes_of(tmp_path / "rebuilt") == bytes_of(tmp_path / "then") != bytes_of(tmp_path / "now")
    assert found.sha256 == hashlib.sha256(zlib.decompress(kept.data)).hexdigest()
    assert dict(kept.files) == {
        name: hashlib.sha256(content).hexdigest() for name, content in bytes_of(tmp_path / "then").items()
    }
    assert list((tmp_path / "exports").iterdir()) == []


def test_free_text_comes_out_only_if_asked_for(session: Session, tmp_path: Path) -> None:
    kept = freeze(session, listened_study(session), tmp_path / "exports")
    plain, full = rebuild(kept, tmp_path / "plain"), rebuild(kept, tmp_path / "full", FULL)
    assert (plain.differing, full.differing) == ((), None)
    assert b"Call a friend" in (tmp_path / "full" / "other_tasks.csv").read_bytes()
    assert not any(b"Call a friend" in each for each in bytes_of(tmp_path / "plain").values())


def test_a_release_that_writes_other_bytes_is_told(session: Session, tmp_path: Path) -> None:
    kept = freeze(session, listened_study(session), tmp_path / "exports")
    files = {name: sha256 for name, sha256 in kept.files.items() if name != "labels.R"}
    kept.files = {**files, "README.txt": "0" * 64, "old.csv": "1" * 64}
    assert rebuild(kept, tmp_path / "rebuilt").differing == ("README.txt", "labels.R", "old.csv")


def test_a_freeze_is_listed_and_audited(session: Session, tmp_path: Path) -> None:
    study = listened_study(session)
    kept = [freeze(session, study, tmp_path / "exports", name) for name in ("one", "two")]
    assert [each.name for each in freezes_of(session, study)] == ["two", "one"]
    noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "freeze.made")).all()
    assert [each.detail for each in noted] == [{"name": each.name, "sha256": each.sha256} for each in kept]


def test_what_cannot_be_frozen_or_found_is_refused(session: Session, tmp_path: Path) -> None:
    study = listened_study(session)
    freeze(session, study, tmp_path / "exports")
    for name, note, words in (
        ("paper-1", "", "There is a freeze paper-1 already"),
        ("", "", "cannot name a freeze"),
        ("../x", "", "cannot name a freeze"),
        ("a" * 65, "", "cannot name a freeze"),
        ("two", "n" * 1001, "The note has 1001 signs"),
    ):
        with pytest.raises(BadInput, match=words):
            check_freeze(session, study, name, note)
    with pytest.raises(BadInput, match="has no freeze paper-2"):
        freeze_named(session, study, "paper-2")


@pytest.mark.parametrize("data", [b"no zlib", zlib.compress(b"{}")])
def test_damaged_data_are_refused_with_nothing_written(session: Session, tmp_path: Path, data: bytes) -> None:
    kept = freeze(session, listened_study(session), tmp_path / "exports")
    kept.data = data
    with pytest.raises(BadInput, match="have been damaged"):
        rebuild(kept, tmp_path / "rebuilt")
    assert not (tmp_path / "rebuilt").exists()


def test_a_newer_release_s_freeze_is_refused(session: Session, tmp_path: Path) -> None:
    kept = freeze(session, listened_study(session), tmp_path / "exports")
    content = json.dumps({"format": 3, "data": {}}).encode()
    kept.data, kept.sha256 = zlib.compress(content), hashlib.sha256(content).hexdigest()
    with pytest.raises(BadInput, match="made by a newer release"):
        frozen_data(kept)


def test_a_freeze_of_the_first_format_is_still_read(session: Session, tmp_path: Path) -> None:
    kept = freeze(session, listened_study(session), tmp_path / "exports")
    document = json.loads(zlib.decompress(kept.data))
    first = {
        key: each for key, each in document["data"].items() if key not in {"consensus", "criterion", "analysis_rule"}
    }
    content = json.dumps({"format": 1, "data": first}).encode()
    kept.data, kept.sha256 = zlib.compress(content), hashlib.sha256(content).hexdigest()
    assert frozen_data(kept).analysis_rule == "mean"
