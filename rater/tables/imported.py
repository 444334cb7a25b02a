"""What an import of a table has come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rater.terms import Reason


@dataclass(frozen=True)
class Imported:
    """How many of the file's things were new, were there already, or were changed, and what else is to be told."""

    added: int
    unchanged: int
    updated: int
    notes: tuple[Reason, ...] = ()
    new_raters: tuple[str, ...] = ()

    @classmethod
    def of(cls, counts: Counter[str], notes: Sequence[Reason] = (), new_raters: Sequence[str] = ()) -> Imported:
        """From counts under `added`, `unchanged` and `updated`."""
        return cls(counts["added"], counts["unchanged"], counts["updated"], tuple(notes), tuple(sorted(new_raters)))

    @property
    def counts(self) -> dict[str, Any]:
        """The three counts by name, and the raters' codes that the study did not know."""
        counted = {"added": self.added, "unchanged": self.unchanged, "updated": self.updated}
        return counted | ({"new_raters": list(self.new_raters)} if self.new_raters else {})
