"""Which missing codes raters are offered: those that the homework log does not speak against."""

from __future__ import annotations

from dataclasses import dataclass

from rater.scales.schema import MissingCode, Scale
from rater.terms import HomeworkStatus, LogCondition, NoHomeworkReason, Reason


@dataclass(frozen=True)
class SessionLog:
    """What the homework log holds that bears on one session.

    `is_due`: tasks were due in it. `assigned` and `reason`: what the log knows of the homework that it assigned.
    """

    is_due: bool = False
    assigned: HomeworkStatus = HomeworkStatus.NOT_ENTERED
    reason: NoHomeworkReason | None = None


def code_fault(code: MissingCode, item: str, log: SessionLog) -> Reason | None:
    """Why the log speaks against giving an item this code, or None where it does not.

    A behaviour that was due and did not happen is rated 0. "Nothing was due" therefore falls to a log that holds a
    task due in the session; "no new homework" to one that holds new tasks, or holds that there were none without a
    reason. A log that knows nothing speaks against neither: raters go by what they hear.
    """
    if code.when is LogCondition.NOTHING_DUE and log.is_due:
        return Reason(
            "{item} needs a point: the homework log holds homework that was due in this session", {"item": item}
        )
    if code.when is not LogCondition.NO_NEW_HOMEWORK:
        return None
    if log.assigned is HomeworkStatus.ASSIGNED:
        return Reason(
            "{item} needs a point: the homework log holds homework that this session assigned", {"item": item}
        )
    if log.assigned is HomeworkStatus.NONE and log.reason is None:
        return Reason(
            "{item} needs a point: the homework log gives no reason for assigning no homework", {"item": item}
        )
    return None


def offered_codes(scale: Scale, item: str, log: SessionLog, kept: str | None = None) -> tuple[MissingCode, ...]:
    """The missing codes that the rating screen shows at an item; the one `kept` stays, whatever the log says now."""
    return tuple(
        code for code in scale.missing_codes_for(item) if code.id == kept or code_fault(code, item, log) is None
    )
