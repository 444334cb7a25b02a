"""Invite a person, accept the invitation, sign in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from rater.errors import BadInput, NotFound, Refused, fault
from rater.people import credentials
from rater.storage.audit import record
from rater.storage.models import AuditEvent, Invitation, Person, SignIn
from rater.storage.prepared import Way
from rater.storage.queries.people import sign_in_of
from rater.terms import Actor, Reason

SEEN_EVERY = timedelta(minutes=1)
MOST_FAILURES = 10
FAILURES_COUNT_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request."""

    person_id: int
    name: str
    email: str
    is_administrator: bool
    locale: str | None


def invite_person(
    session: Session,
    actor: Actor,
    email: str,
    name: str,
    *,
    now: datetime,
    locale: str | None = None,
    is_administrator: bool = False,
) -> tuple[Person, str]:
    """A new person with a single-use invitation token, which is told once and kept only as a hash.

    Somebody who has an account without a password gets a new token; raises BadInput where a password is set.
    """
    email = email.strip().lower()
    if "@" not in email[1:-1] or len(email) > 254 or any(sign.isspace() for sign in email):
        raise BadInput(fault("{email!r} is not an e-mail address", "Write it as name@example.org", email=email))
    person = session.scalar(select(Person).where(Person.email == email))
    if person is None:
        person = Person(email=email, name=name, created_at=now, locale=locale, is_administrator=is_administrator)
        session.add(person)
        session.flush()
    elif person.password_hash is not None:
        raise BadInput(fault("{email} has an account already", "Give that account its roles instead", email=email))
    token = credentials.new_token()
    session.add(
        Invitation(
            person_id=person.id,
            token_hash=credentials.token_hash(token),
            expires_at=now + credentials.INVITATION_LASTS,
        )
    )
    record(session, actor, "person.invited", f"person:{person.id}", now=now, email=email)
    return person, token


def person_by_email(session: Session, email: str) -> Person | None:
    """The account with this address, if there is one."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def open_invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """The unused, unexpired invitation behind a token. Raises NotFound for any other."""
    invitation = session.scalar(
        select(Invitation)
        .where(Invitation.token_hash == credentials.token_hash(token), Invitation.used_at.is_(None))
        .options(joinedload(Invitation.person))
    )
    if invitation is None or invitation.expires_at < now:
        raise NotFound
    return invitation


def accept_invitation(session: Session, token: str, password: str, *, now: datetime) -> Person:
    """Set the password of an invited person and use the invitation up. Raises NotFound, BadInput."""
    invitation = open_invitation(session, token, now=now)
    person = invitation.person
    reason = credentials.password_fault(password, about=(*person.name.split(), person.email.split("@")[0]))
    if reason is not None:
        raise BadInput(fault(reason.template, "Choose another", **reason.params))
    session.execute(
        update(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)).values(used_at=now)
    )
    set_password(session, Actor(person.id, person.name), person, password, now=now)
    return person


def set_password(session: Session, actor: Actor, person: Person, password: str, *, now: datetime) -> None:
    """Give a person a password; every browser in which the person is signed in is signed out."""
    person.password_hash = credentials.hash_password(password)
    session.execute(update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None)).values(ended_at=now))
    record(session, actor, "person.password_set", f"person:{person.id}", now=now)


def sign_in(session: Session, email: str, password: str, *, now: datetime) -> str | None:
    """A fresh sign-in token, or None: the answer does not tell an unknown address from a wrong password.

    Raises Refused after ten failures for one address in a quarter of an hour, whether or not there is an account.
    """
    subject = f"email:{email.strip().lower()[:100]}"
    if _failures(session, subject, since=now - FAILURES_COUNT_FOR) >= MOST_FAILURES:
        raise Refused(Reason("Too many attempts with this address. Wait a quarter of an hour, then try again"))
    person = person_by_email(session, email)
    kept = person.password_hash if person and person.closed_at is None else None
    if not credentials.password_matches(kept, password) or person is None:
        record(session, Actor(None, "sign-in"), "sign_in.failed", subject, now=now)
        return None
    token = credentials.new_token()
    session.add(SignIn(token_hash=credentials.token_hash(token), person_id=person.id, started_at=now, seen_at=now))
    record(session, Actor(person.id, person.name), "sign_in.done", f"person:{person.id}", now=now)
    return token


def _failures(session: Session, subject: str, *, since: datetime) -> int:
    failed = select(func.count()).where(
        AuditEvent.actor_id.is_(None),
        AuditEvent.action == "sign_in.failed",
        AuditEvent.subject == subject,
        AuditEvent.at > since,
    )
    return session.scalar(failed) or 0


def signed_in(session: Session | Way, token: str, *, now: datetime) -> tuple[SignedIn, bool] | None:
    """Who is behind a sign-in token, and whether its last activity is old enough to be noted again."""
    row = sign_in_of(session, credentials.token_hash(token))
    if row is None or row.closed_at is not None:
        return None
    if not credentials.sign_in_lives(row.started_at, row.seen_at, row.ended_at, now=now):
        return None
    who = SignedIn(row.person_id, row.name, row.email, row.is_administrator, row.locale)
    return who, now - row.seen_at > SEEN_EVERY


def note_activity(session: Session, token: str, *, now: datetime) -> None:
    """Keep a sign-in from becoming idle; one that was noted within the last minute is left as it is."""
    noted = (SignIn.token_hash == credentials.token_hash(token)) & (SignIn.seen_at < now - SEEN_EVERY)
    session.execute(update(SignIn).where(noted).values(seen_at=now))


def sign_out(session: Session, actor: Actor, token: str, *, now: datetime) -> None:
    """End one sign-in, at once."""
    session.execute(update(SignIn).where(SignIn.token_hash == credentials.token_hash(token)).values(ended_at=now))
    record(session, actor, "sign_in.ended", f"person:{actor.person_id}", now=now)


def choose_locale(session: Session, actor: Actor, locale: str, *, now: datetime) -> None:
    """Keep the language in which a person reads the pages."""
    session.execute(update(Person).where(Person.id == actor.person_id).values(locale=locale))
    record(session, actor, "person.locale_chosen", f"person:{actor.person_id}", now=now, locale=locale)
