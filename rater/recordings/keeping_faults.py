"""Faults and sounds as a row of the database keeps them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rater.errors import Fault
from rater.recordings.preview import Sound
from rater.terms import Reason


def kept_fault(fault: Fault) -> dict[str, Any]:
    """A fault as JSON."""
    return {
        "cause": _kept(fault.cause),
        "remedy": _kept(fault.remedy),
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
    }


def fault_again(kept: dict[str, Any]) -> Fault:
    """The fault that was kept."""
    return Fault(_again(kept["cause"]), _again(kept["remedy"]), kept["file"], kept["line"], kept["column"])


def kept_sound(sound: Sound) -> dict[str, Any]:
    """A sound as JSON."""
    return asdict(sound)


def sound_again(kept: dict[str, Any]) -> Sound:
    """The sound that was kept."""
    return Sound(**kept)


def _kept(reason: Reason) -> dict[str, Any]:
    params = {name: _kept(value) if isinstance(value, Reason) else value for name, value in reason.params.items()}
    return {"template": reason.template, "params": params}


def _again(kept: dict[str, Any]) -> Reason:
    params = {name: _again(value) if isinstance(value, dict) else value for name, value in kept["params"].items()}
    template = kept["template"]
    return Reason(template, params)
