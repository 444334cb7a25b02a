"""Messages from the coordinator to raters, and that they were read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound
from rater.ratings.texts import checked_text
from rater.storage.audit import record
from rater.storage.models import Membership, Message, MessageReading, Person, Rater, Study
from rater.storage.queries.studies import raters_by_code
from rater.studies.operations import permit, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, Reason, Role

LONGEST = 2000


@dataclass(frozen=True)
class Received:
    """A message as its reader sees it; `by` is None where the command line sent it."""

    public_id: str
    text: str
    sent_at: datetime
    by: str | None
    read_at: datetime | None


@dataclass(frozen=True)
class Sent:
    """A message as its sender sees it; `to` is a rater's code, or None for all."""

    text: str
    to: str | None
    sent_at: datetime
    by: str | None
    read: int
    readers: int


def send_message(
    session: Session, actor: Actor, study: Study, text: str, *, now: datetime, to: str | None = None
) -> Message:
    """Tell one rater of a study something, or all of them.

    Raises NotPermitted, and BadInput for a text that is empty, longer than 2,000 signs or unsound, and for a code
    behind which nobody signs in.
    """
    permit(session, actor, study, Action.SEND_MESSAGES, now=now)
    text = checked_text(text, LONGEST)
    message = Message(
        study_id=study.id,
        rater_id=_rater(session, study, to).id if to else None,
        text=text,
        sent_at=now,
        by_id=actor.person_id,
    )
    session.add(message)
    session.flush()
    record(session, actor, "message.sent", f"message:{message.public_id}", now=now, study_id=study.id, to=to or "all")
    return message


def _rater(session: Session, study: Study, code: str) -> Rater:
    raters = {each.code: each for each in raters_by_code(session, study.id).values() if each.person_id is not None}
    if code not in raters:
        known = {"code": code[:64], "known": ", ".join(sorted(raters)) or "–"}
        cause = Reason("There is no rater {code} who signs in", known)
        raise BadInput(Fault(cause, Reason("Raters: {known}", known)))
    return raters[code]


def my_messages(session: Session, actor: Actor, study: Study, *, now: datetime) -> list[Received]:
    """What the study's coordinators told the actor as a rater, unread first, then newest first.

    Messages to all count from the day on which the actor became a rater of the study.
    """
    rows = session.execute(
        select(Message, Person.name, MessageReading.read_at)
        .outerjoin(Person, Person.id == Message.by_id)
        .outerjoin(
            MessageReading,
            (MessageReading.message_id == Message.id) & (MessageReading.person_id == actor.person_id),
        )
        .join(Membership, Membership.study_id == Message.study_id)
        .outerjoin(Rater, Rater.id == Message.rater_id)
        .where(
            Message.study_id == study.id,
            Membership.person_id == actor.person_id,
            *_rates(now),
            or_(Rater.person_id == actor.person_id, Message.rater_id.is_(None) & (Membership.since <= Message.sent_at)),
        )
        .order_by(MessageReading.read_at.is_not(None), Message.sent_at.desc(), Message.id.desc())
    )
    return [Received(message.public_id, message.text, message.sent_at, name, read) for message, name, read in rows]


def _rates(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.role == Role.RATER,
        Membership.since <= now,
        or_(Membership.until.is_(None), Membership.until > now),
    )


def mark_read(session: Session, actor: Actor, public_id: str, *, now: datetime) -> Study:
    """Note that the actor has read a message; again, nothing happens. Raises NotFound for a message to others."""
    message = session.scalar(select(Message).where(Message.public_id == public_id).with_for_update())
    study = session.get(Study, message.study_id) if message else None
    if message is None or study is None:
        raise NotFound
    mine = {each.public_id: each for each in my_messages(session, actor, study, now=now)}
    if public_id not in mine:
        raise NotFound
    if mine[public_id].read_at is None:
        session.add(MessageReading(message_id=message.id, person_id=actor.person_id, read_at=now))
        record(session, actor, "message.read", f"message:{public_id}", now=now, study_id=study.id)
    return study


def sent_messages(session: Session, actor: Actor, slug: str, *, now: datetime) -> tuple[Study, list[Sent], list[str]]:
    """A study with all messages in it, newest first, and the raters who can be written to.

    `readers` counts those raters now who are meant by a message, `read` those of them who have read it.
    Raises NotFound, NotPermitted.
    """
    study = study_for(session, actor, slug, Action.SEND_MESSAGES, now=now)
    joined = (Membership.person_id == Rater.person_id) & (Membership.study_id == Rater.study_id)
    found = session.execute(
        select(Membership.person_id, Rater.code, Membership.since)
        .join(Rater, joined)
        .where(Membership.study_id == study.id, *_rates(now))
    ).all()
    raters, since = {person: code for person, code, _ in found}, {person: moment for person, _, moment in found}
    read = _readings(session, study)
    rows = session.execute(
        select(Message, Person.name, Rater.code)
        .outerjoin(Person, Person.id == Message.by_id)
        .outerjoin(Rater, Rater.id == Message.rater_id)
        .where(Message.study_id == study.id)
        .order_by(Message.sent_at.desc(), Message.id.desc())
    )
    sent = []
    for message, name, to in rows:
        to_all = {person for person in raters if since[person] <= message.sent_at}
        meant = to_all if to is None else {person for person, code in raters.items() if code == to}
        done = len(meant & read.get(message.id, set()))
        sent.append(Sent(message.text, to, message.sent_at, name, done, len(meant)))
    return study, sent, sorted(raters.values())


def _readings(session: Session, study: Study) -> dict[int, set[int]]:
    rows = session.execute(
        select(MessageReading.message_id, MessageReading.person_id)
        .join(Message, Message.id == MessageReading.message_id)
        .where(Message.study_id == study.id)
    )
    read: dict[int, set[int]] = {}
    for message_id, person_id in rows:
        read.setdefault(message_id, set()).add(person_id)
    return read
