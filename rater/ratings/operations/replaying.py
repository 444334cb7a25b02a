"""Tell a change that is asked for again from a new one."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault
from rater.storage.audit import Earlier, earlier
from rater.storage.models import Assignment
from rater.terms import Actor, Reason


def replay_of(
    session: Session,
    actor: Actor,
    operation_id: str | None,
    action: str,
    assignment: Assignment,
    **same: Any,
) -> dict[str, Any] | None:
    """The audit detail of the change that this operation id made already, or None where it is new.

    Raises BadInput where the id belongs to another change of the actor: another action, assignment, or detail.
    """
    if operation_id is None:
        return None
    event = earlier(session, actor, operation_id)
    return None if event is None else same_change(event, action, assignment.id, **same)


def same_change(event: Earlier, action: str, assignment_id: int, **same: Any) -> dict[str, Any]:
    """The audit detail of an event, if it is this change; raises BadInput as `replay_of` does."""
    is_same = event.action == action and event.subject == f"assignment:{assignment_id}"
    if not is_same or any(event.detail.get(name) != value for name, value in same.items()):
        raise BadInput(Fault(Reason("This change carries the mark of another one"), Reason("Load the page again")))
    return event.detail
