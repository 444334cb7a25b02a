from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused
from rater.people.operations import accept_invitation, invite_person, sign_in, sign_out, signed_in
from rater.storage.models import AuditEvent, Invitation
from rater.terms import COMMAND_LINE
from tests.builders.study import NOON, PASSWORD, actor_of, make_person


def test_an_invitation_works_once(session: Session) -> None:
    person, token = invite_person(session, COMMAND_LINE, "Anna@Example.org", "Anna Berg", now=NOON)
    assert sign_in(session, "anna@example.org", PASSWORD, now=NOON) is None
    accept_invitation(session, token, PASSWORD, now=NOON)
    assert sign_in(session, " ANNA@example.org", PASSWORD, now=NOON) is not None
    with pytest.raises(NotFound):
        accept_invitation(session, token, "another quiet room", now=NOON)
    assert token not in {row.token_hash for row in session.scalars(select(Invitation))}
    assert person.password_hash is not None


def test_an_invitation_expires(session: Session) -> None:
    _, token = invite_person(session, COMMAND_LINE, "anna@example.org", "Anna", now=NOON)
    with pytest.raises(NotFound):
        accept_invitation(session, token, PASSWORD, now=NOON + timedelta(days=15))


def test_a_weak_password_leaves_the_invitation_open(session: Session) -> None:
    _, token = invite_person(session, COMMAND_LINE, "anna@example.org", "Anna", now=NOON)
    with pytest.raises(BadInput):
        accept_invitation(session, token, "too short", now=NOON)
    accept_invitation(session, token, PASSWORD, now=NOON)


def test_signing_out_holds_at_once(session: Session) -> None:
    person = make_person(session, "anna@example.org")
    token = sign_in(session, "anna@example.org", PASSWORD, now=NOON)
    assert token is not None
    found = signed_in(session, token, now=NOON)
    assert found is not None
    assert found[0].person_id == person.id
    sign_out(session, actor_of(person), token, now=NOON)
    assert signed_in(session, token, now=NOON) is None


def test_a_failed_sign_in_is_audited_without_the_password(session: Session) -> None:
    make_person(session, "anna@example.org")
    assert sign_in(session, "anna@example.org", "wrong but long enough", now=NOON) is None
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_in.failed")).one()
    assert "wrong" not in str(event.detail) + event.subject


def test_guessing_is_slowed_down_for_every_address_alike(session: Session) -> None:
    make_person(session, "anna@example.org")
    for address in ("anna@example.org", "nobody@example.org"):
        for _ in range(10):
            assert sign_in(session, address, "wrong but long enough", now=NOON) is None
        with pytest.raises(Refused):
            sign_in(session, address, PASSWORD, now=NOON)
    assert sign_in(session, "anna@example.org", PASSWORD, now=NOON + timedelta(minutes=16)) is not None


@pytest.mark.parametrize("address", ["", "anna", "@x", "x@", "a b@c.de", "a" * 260 + "@x.de"])
def test_what_is_no_address_is_refused(session: Session, address: str) -> None:
    with pytest.raises(BadInput):
        invite_person(session, COMMAND_LINE, address, "Anna", now=NOON)
