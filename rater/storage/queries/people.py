"""Who is behind a sign-in, as every request asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from rater.storage.database import table_of, way_of
from rater.storage.models import Person, SignIn
from rater.storage.prepared import Prepared, Way

_SIGN_INS, _PERSONS = table_of(SignIn), table_of(Person)
_SIGNED_IN = Prepared(
    select(
        _SIGN_INS.c.started_at,
        _SIGN_INS.c.seen_at,
        _SIGN_INS.c.ended_at,
        _PERSONS.c.id,
        _PERSONS.c.name,
        _PERSONS.c.email,
        _PERSONS.c.is_administrator,
        _PERSONS.c.locale,
        _PERSONS.c.closed_at,
    )
    .join_from(_SIGN_INS, _PERSONS, _PERSONS.c.id == _SIGN_INS.c.person_id)
    .where(_SIGN_INS.c.token_hash == bindparam("token_hash"))
)


@dataclass(frozen=True)
class KeptSignIn:
    """The moments of a sign-in, and whose it is."""

    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    person_id: int
    name: str
    email: str
    is_administrator: bool
    locale: str | None
    closed_at: datetime | None


def sign_in_of(transaction: Session | Way, token_hash: str) -> KeptSignIn | None:
    """The sign-in with this hash of a token, if there is one."""
    found = _SIGNED_IN.one(way_of(transaction), {"token_hash": token_hash})
    return None if found is None else KeptSignIn(*found)
