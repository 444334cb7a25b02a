"""What people agreed on for an item: a point or a missing code, and their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rater.errors import Fault, fault
from rater.scales.points import point_fault
from rater.scales.schema import Scale
from rater.terms import Reason

LONGEST_RATIONALE = 4000


@dataclass(frozen=True)
class Verdict:
    """A point, or a missing code, and why; neither says that nothing was agreed on."""

    value: float | None = None
    missing_code: str | None = None
    rationale: str = ""

    @property
    def is_given(self) -> bool:
        """Whether it says anything of the item."""
        return self.value is not None or self.missing_code is not None

    def as_dict(self, version: int) -> dict[str, Any]:
        """As JSON, with the version that is kept."""
        told = {"value": self.value, "missing_code": self.missing_code, "rationale": self.rationale}
        return told | {"version": version}


def verdict_faults(scale: Scale, item: str, verdict: Verdict, *, needs_rationale: bool = False) -> list[Fault]:
    """Why this cannot stand for the item. One that is not given can, unless a rationale is needed: consensus is."""
    faults = []
    if verdict.is_given or needs_rationale:
        cause = point_fault(scale, item, verdict.value, verdict.missing_code)
        if cause is not None:
            faults.append(Fault(cause, Reason("Choose one of the item's points or of its missing codes"), column=item))
    if needs_rationale and not verdict.rationale.strip():
        remedy = "Write what the raters agreed on, and why"
        faults.append(fault("The rationale is empty", remedy, column="rationale"))
    if len(verdict.rationale) > LONGEST_RATIONALE:
        cause_words = "The rationale of {item} has more than {most} characters"
        faults.append(fault(cause_words, "Shorten it", column="rationale", item=item, most=LONGEST_RATIONALE))
    return faults
