"""A bundle's folder: whole or not at all, and never in place of somebody else's files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from rater.errors import BadInput, fault
from rater.exports.codebook import MARK

PACKAGE = "datapackage.json"
README = "README.txt"


def check_folder(folder: Path) -> None:
    """Raises BadInput unless the folder is absent, empty, or holds an earlier export and nothing else."""
    try:
        if not folder.exists():
            return
        if not folder.is_dir():
            raise BadInput(fault("{name} is a file", "Name a folder", name=folder))
        foreign = _foreign(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    if foreign:
        remedy = "Name an empty folder, a new one, or one that holds an earlier export and nothing else"
        raise BadInput(fault("{name} holds {found}, which no export wrote", remedy, name=folder, found=foreign[0]))


def _foreign(folder: Path) -> list[str]:
    """Names in the folder that do not belong to an earlier export."""
    known = _names_of_export(folder / PACKAGE)
    return sorted(
        each.name for each in folder.iterdir() if each.name not in known or not each.is_file() or each.is_symlink()
    )


def _names_of_export(package: Path) -> set[str]:
    try:
        told = json.loads(package.read_bytes())
        if "rights" not in told[MARK]:
            return set()
        return {str(each["path"]) for each in told["resources"]} | {PACKAGE, README}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into; it takes the place of `folder` at the end, or vanishes if anything goes wrong.

    Raises BadInput as `check_folder`, and where the disk refuses.
    """
    check_folder(folder)
    target = folder.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield staged
        check_folder(target)
        _replace(target, staged)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _replace(target: Path, staged: Path) -> None:
    """Put the staged folder in the target's place; the earlier one comes back if that fails."""
    if not target.exists():
        staged.rename(target)
        return
    earlier = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    target.rename(earlier)
    try:
        staged.rename(target)
    except OSError:
        earlier.rename(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> BadInput:
    words = error.strerror or str(error)
    return BadInput(fault("{name} cannot be written: {words}", "Check its place and rights", name=folder, words=words))
