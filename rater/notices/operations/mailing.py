"""Ask for the digests of a day, send what waits, and keep what became of each mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.config import Settings
from rater.notices.digest import digest_day, pause_after
from rater.notices.letters import concern_letter, digest_letter, message, sayings, trial_letter
from rater.notices.operations.facts import notices_for
from rater.notices.operations.posting import NotAccepted, NotDelivered, Server, post
from rater.storage.audit import record
from rater.storage.database import reading, writing
from rater.storage.models import Concern, Mail, Person
from rater.storage.queries import mails
from rater.terms import Actor, MailKind, MailState

AWAY_AFTER = 3
"""After so many mails in a row that could not be handed over, a round ends: each may take half a minute."""


@dataclass(frozen=True)
class Told:
    """A person who is due a digest, and how many lines it has."""

    person_id: int
    email: str
    day: date
    lines: int


def due_digests(session: Session, settings: Settings, *, now: datetime, hour: int | None = None) -> list[Told]:
    """Those to whom something is to be told today, who want a digest, and who had none today.

    Before `hour` (the setting's, unless given) there is nobody.
    """
    zone = ZoneInfo(settings.timezone)
    day = digest_day(now, zone, settings.digest_hour if hour is None else hour)
    if day is None:
        return []
    had = select(Mail.person_id).where(Mail.kind == MailKind.DIGEST, Mail.day == day)
    wanting = select(Person).where(Person.digest, Person.closed_at.is_(None), Person.password_hash.is_not(None))
    people = session.scalars(wanting.where(Person.id.not_in(had)).order_by(Person.id)).all()
    told = ((each, notices_for(session, each, now=now, zone=zone)) for each in people)
    return [Told(each.id, each.email, day, sum(len(part.lines) for part in parts)) for each, parts in told if parts]


def ask_digests(session: Session, settings: Settings, *, now: datetime, hour: int | None = None) -> None:
    """Let a digest wait for each person who is due one, at most one a day."""
    for each in due_digests(session, settings, now=now, hour=hour):
        mails.ask(session, each.person_id, MailKind.DIGEST, each.day, now=now)


def send_next(settings: Settings, server: Server, *, now: datetime) -> MailState | None:
    """Send the next mail whose time has come; None where none waits, else what became of it.

    That it is on its way is written down first, so that a mail is not sent twice if Rater is cut off.
    """
    with writing() as session:
        mail_id = mails.take(session, now=now)
    if mail_id is None:
        return None
    with reading() as session:
        mail = session.get_one(Mail, mail_id)
        attempts = mail.attempts
        letter = _composed(session, mail, settings, now)
    state = letter if isinstance(letter, MailState) else _posted(server, letter)
    again = pause_after(attempts) if state is MailState.WAITING else None
    if state is MailState.WAITING and again is None:
        state = MailState.FAILED
    with writing() as session:
        mails.finish(session, mail_id, state, now=now, again=again)
    return state


def _composed(session: Session, mail: Mail, settings: Settings, now: datetime) -> EmailMessage | MailState:
    try:
        return _letter(session, mail, settings, now) or MailState.DROPPED
    except ValueError:  # an address that is none
        return MailState.REFUSED


def _posted(server: Server, letter: EmailMessage) -> MailState:
    try:
        post(server, letter)
    except NotAccepted:
        return MailState.REFUSED
    except NotDelivered:
        return MailState.WAITING
    return MailState.SENT


def _letter(session: Session, mail: Mail, settings: Settings, now: datetime) -> EmailMessage | None:
    """The mail as it stands now; None where there is nothing to tell any more."""
    person, say, zone = mail.person, sayings(mail.person.locale), ZoneInfo(settings.timezone)
    if person.closed_at is not None:
        return None
    if mail.kind == MailKind.CONCERN:
        concern = session.scalar(select(Concern).where(Concern.public_id == mail.about))
        if concern is None or concern.seen_at is not None:
            return None
        subject, text = concern_letter(say, settings.public_url)
    else:
        parts = notices_for(session, person, now=now, zone=zone)
        if not parts or not person.digest or mail.day != now.astimezone(zone).date():
            return None
        subject, text = digest_letter(parts, say, settings.public_url)
    return message(settings.mail_from, person.name, person.email, subject, text)


def send_trial(settings: Settings, server: Server, email: str, locale: str = "en") -> None:
    """Send one mail to try the settings. Raises NotAccepted, NotDelivered, ValueError for what is no address."""
    subject, text = trial_letter(sayings(locale), settings.public_url)
    post(server, message(settings.mail_from, "", email, subject, text))


def choose_digest(session: Session, actor: Actor, wanted: bool, *, now: datetime) -> None:
    """Switch one's own daily mail on or off; the mail about a worry cannot be switched off."""
    person = session.get_one(Person, actor.person_id)
    if person.digest != wanted:
        person.digest = wanted
        record(session, actor, "person.digest", f"person:{person.id}", now=now, wanted=wanted)


def mail_once(settings: Settings, server: Server, *, now: datetime) -> int:
    """Ask for the digests that are due and send what waits; how many mails were sent.

    Where one mail after the other cannot be handed over, the server is taken to be away and the rest waits for later.
    """
    with writing() as session:
        ask_digests(session, settings, now=now)
    sent = in_vain = 0
    while in_vain < AWAY_AFTER and (state := send_next(settings, server, now=now)) is not None:
        sent += state is MailState.SENT
        in_vain = in_vain + 1 if state is MailState.WAITING else 0
    return sent
