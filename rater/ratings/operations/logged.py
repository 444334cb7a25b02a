"""What the homework log holds of the session that is being rated."""

from __future__ import annotations

from sqlalchemy import Connection

from rater.ratings.offering import SessionLog
from rater.storage.queries.homework import kept_log
from rater.terms import HomeworkStatus, NoHomeworkReason


def session_log(connection: Connection, assignment_id: int) -> SessionLog:
    """What bears on the session of an assignment; its own homework is `not_entered` where nobody has entered it."""
    is_due, status, reason = kept_log(connection, assignment_id)
    return SessionLog(
        is_due, HomeworkStatus(status or HomeworkStatus.NOT_ENTERED), NoHomeworkReason(reason) if reason else None
    )
