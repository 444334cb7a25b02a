"""What may lie in the repository, and how long a file may be."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LONGEST = 500
REGISTRIES = re.compile(
    "|".join([r"registry\.(npm|yarn)", r"py" r"pi\.(org|python)", r"pythonhosted", r"npm" r"mirror"])
)
PINNED = ("requirements.txt", "requirements-test.txt", "package-lock.json", "package.json", ".npmrc")


def tracked() -> list[str]:
    """Paths that git has or would take in."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and (CHECKOUT / name).is_file()]


TOP = {
    *(".ci", ".gitignore", ".npmrc", "Makefile", "pyproject.toml", "requirements.txt", "requirements-test.txt"),
    *("hatch_build.py", "package.json", "package-lock.json", "wsgi.py"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "docs"),
    *("audio_samples", "benchmarks", "migrations", "rater", "scales", "tests"),
}


def test_nothing_lies_at_the_top_but_what_belongs_there() -> None:
    """A file that a test has left behind would be taken in with the next commit."""
    assert {name.split("/")[0] for name in tracked()} - TOP == set()


def foreign(name: str, text: str) -> list[str]:
    """What makes a file look like third-party or machine-bound material."""
    signs = {
        "a folder of third parties": bool(re.search(r"(^|/)(vendor|node_modules|third_party)/", name)),
        "a bundled or minified file": bool(re.search(r"\.(min|esm|umd|bundle)\.[a-z]+$", name)),
        "somebody's copyright line": bool(re.search(r"Copyright \(c\)|@license", text)) and name != "LICENSE",
        "a registry's host": bool(REGISTRIES.search(text)),
    }
    return [sign for sign, found in signs.items() if found]


def test_nothing_of_third_parties_and_no_registry_is_tracked() -> None:
    this = str(Path(__file__).relative_to(CHECKOUT))
    found = {}
    for name in tracked():
        text = (CHECKOUT / name).read_bytes().decode("utf-8", errors="ignore") if name != this else ""
        if foreign(name, text):
            found[name] = foreign(name, text)
    assert found == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rater/web/static/vendor/idb/index.js", ""),
        ("rater/web/static/js/wavesurfer.esm.js", ""),
        ("rater/web/static/js/player.mjs", "// Copyright (c) 2012 Somebody"),
        ("package-lock.json", '"resolved": "https://registry.' + 'npmjs.org/idb"'),
    ],
)
def test_foreign_files_would_be_seen(name: str, text: str) -> None:
    assert foreign(name, text)


def test_the_pinned_files_name_no_address() -> None:
    assert [name for name in PINNED if "://" in (CHECKOUT / name).read_text()] == []
    packages = json.loads((CHECKOUT / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package for place, package in packages.items() if place)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_declared_dependency_is_pinned_and_hashed(name: str) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    if name == "requirements-test.txt":
        declared += project["project"]["optional-dependencies"]["test"]
    names = {re.split(r"[\[<>=!~; ]", each)[0].lower().replace("_", "-") for each in declared}
    entries = re.split(r"\n(?=\S)", (CHECKOUT / name).read_text().strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert names - {entry.split("==")[0].split("[")[0] for entry in entries} == set()


def test_files_are_short_and_say_what_they_are() -> None:
    for name in tracked():
        text = (CHECKOUT / name).read_bytes().decode("utf-8", errors="ignore")
        if name.endswith((".py", ".mjs", ".css", ".html")) and not name.startswith("migrations/versions/"):
            assert len(text.splitlines()) <= LONGEST, name
        if name.endswith(".py") and name.startswith("rater/"):
            assert ast.get_docstring(ast.parse(text)), f"{name} has no docstring"
