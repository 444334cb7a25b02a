"""Look at a plan before it is kept, and draw a kept one again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from rater.allocation.designs import allocate
from rater.allocation.differences import Differences, differences
from rater.allocation.operations.drawing import Drawn, Terms, draw_allocation
from rater.allocation.operations.recording import Kept, present_plan
from rater.allocation.records import DrawnAgain, balance_of, compare, read_inputs
from rater.storage.models import Study


@dataclass(frozen=True)
class Preview:
    """A plan that is not kept, what it would change, and how even the present plan is."""

    drawn: Drawn
    differences: Differences
    before: dict[str, Any] | None


def preview_allocation(session: Session, study: Study, terms: Terms) -> Preview:
    """Draw a plan and hold it beside the present one; nothing is written.

    Raises BadInput, Refused where the wave is locked, and NoFeasibleAllocation.
    """
    drawn = draw_allocation(session, study, terms)
    present = present_plan(session, study, terms.wave)
    before = balance_of(present, drawn.sessions, drawn.settings)
    return Preview(drawn, differences(present, drawn.plan.sessions), before)


def draw_again(kept: Kept) -> DrawnAgain:
    """Draw a kept plan again from its record alone, and say whether the same comes out.

    Raises NoFeasibleAllocation and BadInput where the record has been changed so that it allows no plan.
    """
    inputs = read_inputs(kept.inputs)
    again = allocate(*inputs).sessions
    return compare(kept.plan, again, algorithm=kept.algorithm, digest=kept.digest, inputs=inputs)
