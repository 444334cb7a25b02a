"""What comes along when a part of Rater is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
ENTRY_POINTS = {"app", "web", "cli", "jobs", "storage", "operations"}
WEB = ("flask", "werkzeug", "wtforms", "flask_wtf", "flask_login", "flask_babel", "flask_sqlalchemy", "sqlalchemy")


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a fresh Python, started in the checkout."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


IMPORT_WITHOUT = """
import importlib, sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None
for name in sys.argv[2].split(","):
    importlib.import_module(name)
"""


def rule_modules() -> list[str]:
    """Every module that holds rules: neither an entry point, nor an operation, nor storage, nor a dataset's script."""
    modules = []
    for path in (CHECKOUT / "rater").rglob("*.py"):
        parts = path.relative_to(CHECKOUT).with_suffix("").parts
        if not (ENTRY_POINTS | {"scripts"}) & set(parts):
            modules.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(modules)


def test_importing_rater_starts_nothing() -> None:
    done = run("import sys; before = set(sys.modules); import rater; print(sorted(set(sys.modules) - before))")
    assert done.stdout.strip() == "['rater']", done.stdout + done.stderr


def test_the_rules_need_no_web_and_no_database() -> None:
    done = run(IMPORT_WITHOUT, ",".join(WEB), ",".join(rule_modules()))
    assert done.returncode == 0, done.stderr


def test_a_part_that_needs_the_web_would_be_seen() -> None:
    done = run(IMPORT_WITHOUT, ",".join(WEB), "rater.storage.database")
    assert done.returncode != 0
    assert "ModuleNotFoundError" in done.stderr
