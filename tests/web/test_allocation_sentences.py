"""Each sentence with which the engine refuses is in the catalogue."""

from __future__ import annotations

import ast
from pathlib import Path

from rater.web.allocation.refusals import SENTENCES

ENGINE = Path(__file__).parents[2] / "rater/allocation/constraints.py"


def refusals(source: str) -> set[str]:
    calls = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    named = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == "_refuse"]
    return {each.args[0].value for each in named if isinstance(each.args[0], ast.Constant)}


def test_every_refusal_is_known_to_the_catalogue() -> None:
    found = refusals(ENGINE.read_text(encoding="utf-8"))
    assert found
    assert found <= {each._args[0] for each in SENTENCES}


def test_a_new_refusal_would_be_missed() -> None:
    assert refusals('_refuse("Never heard of this", 1)') == {"Never heard of this"}
