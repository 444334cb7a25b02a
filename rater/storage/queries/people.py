"""Who is behind a sign-in, as every request asks."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from rater.storage.database import table_of
from rater.storage.models import Person, SignIn

_SIGN_INS, _PERSONS = table_of(SignIn), table_of(Person)
_SIGNED_IN = (
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


def sign_in_of(session: Session | Connection, token_hash: str) -> Row[Any] | None:
    """The moments of a sign-in and the person's columns, under their names."""
    if isinstance(session, Session):
        session.flush()
    found = session.execute(_SIGNED_IN, {"token_hash": token_hash}).one_or_none()
    return cast("Row[Any] | None", found)
