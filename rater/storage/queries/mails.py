"""The mails that wait: ask for one, take one to send it, keep what became of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.storage.models import Mail
from rater.terms import MailKind, MailState

CUT_OFF_AFTER = timedelta(minutes=5)
"""A mail that has been on its way for so long lost its sender: handing over takes a minute at the most."""


def ask(session: Session, person_id: int, kind: MailKind, day: date, *, now: datetime, about: str = "") -> bool:
    """Let a mail wait to be sent; False where the person was written to about this on that day already."""
    same = select(Mail.id).where(Mail.person_id == person_id, Mail.kind == kind, Mail.day == day, Mail.about == about)
    if session.scalar(same) is not None:
        return False
    waiting = MailState.WAITING
    session.add(
        Mail(person_id=person_id, kind=kind, day=day, about=about, state=waiting, asked_at=now, next_try_at=now)
    )
    session.flush()
    return True


def take(session: Session, *, now: datetime) -> int | None:
    """The id of the next mail whose time has come, worries first; it is written down as on its way.

    A digest whose sender was cut off may have been delivered, so it is left; a worry is sent again.
    """
    lost = (Mail.state == MailState.SENDING) & (Mail.next_try_at < now - CUT_OFF_AFTER)
    session.execute(update(Mail).where(lost, Mail.kind == MailKind.DIGEST).values(state=MailState.UNSURE, ended_at=now))
    session.execute(update(Mail).where(lost, Mail.kind == MailKind.CONCERN).values(state=MailState.WAITING))
    mail = session.scalar(
        select(Mail)
        .where(Mail.state == MailState.WAITING, Mail.next_try_at <= now)
        .order_by(Mail.kind == MailKind.DIGEST, Mail.next_try_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if mail is None:
        return None
    mail.state, mail.attempts, mail.next_try_at = MailState.SENDING, mail.attempts + 1, now
    return mail.id


def finish(session: Session, mail_id: int, state: MailState, *, now: datetime, again: timedelta | None = None) -> None:
    """Keep what became of a mail; with `again` it waits for so long and is tried anew."""
    mail = session.get_one(Mail, mail_id)
    if again is not None:
        mail.state, mail.next_try_at = MailState.WAITING, now + again
    else:
        mail.state, mail.ended_at = state, now
