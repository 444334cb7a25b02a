"""What can go wrong, in the domain's words; `web/errors.py` and the commands translate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rater.terms import Reason


@dataclass(frozen=True)
class Fault:
    """One thing wrong in what was handed in: where it stands, why, and what to do about it."""

    cause: Reason
    remedy: Reason
    file: str = ""
    line: int | None = None
    column: str | int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part not in ("", None))
        column = f"[{self.column}]" if self.column not in (None, "") else ""
        lead = " ".join(part for part in (place, column) if part)
        said = " ".join(words if words.endswith("?") else f"{words}." for words in (str(self.cause), str(self.remedy)))
        return f"{lead}: {said}" if lead else said

    def as_dict(self) -> dict[str, Any]:
        """The five keys that the commands print under `errors`."""
        return {
            "file": self.file or None,
            "line": self.line,
            "column": self.column,
            "cause": str(self.cause),
            "remedy": str(self.remedy),
        }


def fault(
    cause: str,
    remedy: str,
    *,
    file: str = "",
    line: int | None = None,
    column: str | int | None = None,
    **params: Any,
) -> Fault:
    """A fault whose two sentences share their parameters; neither sentence ends in a full stop."""
    return Fault(Reason(cause, params), Reason(remedy, params), file, line, column)


class RaterError(Exception):
    """Anything that Rater itself says went wrong."""


class BadInput(RaterError):
    """What was handed in cannot be taken; nothing has been written."""

    def __init__(self, faults: Sequence[Fault] | Fault) -> None:
        self.faults = [faults] if isinstance(faults, Fault) else list(faults)
        super().__init__("\n".join(str(each) for each in self.faults))


class ScaleError(BadInput):
    """A scale file breaks the format."""


class AudioError(BadInput):
    """A file holds no sound that can be kept."""


class NoFeasibleAllocation(RaterError):
    """No allocation keeps every hard rule; `short_by` says how much is missing."""

    def __init__(self, reason: Reason, short_by: int) -> None:
        self.reason = reason
        self.short_by = short_by
        super().__init__(str(reason))


class NotFound(RaterError):
    """There is no such thing, or the person may not know of it."""


class NotPermitted(RaterError):
    """The person may know of the thing but not do this to it."""


class Refused(RaterError):
    """The state of things forbids it: a locked rating, an incomplete one."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(str(reason))


class Incomplete(RaterError):
    """A rating cannot be submitted: these items have neither a point nor a missing code."""

    def __init__(self, items: Sequence[str]) -> None:
        self.items = list(items)
        super().__init__(f"not yet rated: {', '.join(self.items)}")


class Stale(RaterError):
    """Somebody, or another tab, has changed the value since; both values travel with it."""

    def __init__(self, current: dict[str, Any]) -> None:
        self.current = current
        super().__init__("the value has changed since it was read")
