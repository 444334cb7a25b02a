"""What was found to be signed is remembered; that it is forged, somebody else's or too old is seen all the same."""

from __future__ import annotations

import pytest
from flask import Request
from flask_login.utils import encode_cookie
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from rater.web import cookies
from rater.web.cookies import CookieRequest, Remembering
from tests.web.world import NOBODY, World

AT = 1_780_000_000


class Clock:
    now = float(AT)

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(cookies, "time", made)
    monkeypatch.setattr("itsdangerous.timed.time", made)
    return made


def test_a_remembered_cookie_grows_old(clock: Clock) -> None:
    signer = Remembering("secret", salt="x")
    signed = signer.dumps({"sign_in": "abc"})
    for later in (0, 10, 60):
        clock.now = AT + later
        assert signer.loads(signed, max_age=60) == {"sign_in": "abc"}
    clock.now = AT + 61
    with pytest.raises(SignatureExpired):
        signer.loads(signed, max_age=60)


def test_what_is_changed_in_a_payload_is_not_remembered(clock: Clock) -> None:
    signer = Remembering("secret", salt="x")
    signed = signer.dumps({"sign_in": "abc"})
    signer.loads(signed)["sign_in"] = "other"
    assert signer.loads(signed) == {"sign_in": "abc"}


def test_a_forged_cookie_is_refused_each_time(clock: Clock) -> None:
    signer = Remembering("secret", salt="x")
    forged = str(URLSafeTimedSerializer("another", salt="x").dumps({"sign_in": "abc"}))
    signer.loads(signer.dumps({"sign_in": "abc"}))
    for _ in range(2):
        with pytest.raises(BadSignature):
            signer.loads(forged)


def test_a_token_serves_its_own_cookie_alone_however_often_it_was_seen(world: World) -> None:
    anna, ben = world.visitors["anna"], world.visitors["ben"]
    item = f"/ratings/{world.ids['mine']}/items/ghes1"
    for number in range(2):
        sent = {"op": f"op-00001{number}", "seen": number, "value": 3, "missing_code": None}
        assert anna.ask("PUT", item, sent).status_code == 200
    for token in (anna.token + "x", ben.token, ""):
        answer = anna.ask("PUT", item, {**sent, "op": "op-000020"}, headers={"X-CSRFToken": token})
        assert answer.status_code == 400, token
    assert ben.ask("PUT", item, sent, headers={"X-CSRFToken": anna.token}).status_code == 400


@pytest.mark.parametrize(
    "header",
    [
        "rater=a.b.c",
        "a=1; rater=x; rater=y",
        'rater="a\\073b"',
        "",
        "rater",
        "=;;rater=\xe4\xff; \x00",
        'rater="\\377"',
    ],
)
def test_cookies_are_those_that_werkzeug_finds(header: str) -> None:
    for environ in ({"HTTP_COOKIE": header}, {"HTTP_COOKIE": header, "HTTP_X_COOKIE": "rater=forged"}, {}):
        found, expected = CookieRequest(dict(environ)).cookies, Request(dict(environ)).cookies
        assert found == expected
        assert list(found.items(multi=True)) == list(expected.items(multi=True))


def test_a_cookie_that_flask_login_would_remember_somebody_by_changes_nothing(world: World) -> None:
    anna = world.visitors["anna"]
    for name in ("anna", NOBODY):
        visitor = world.visitors[name]
        status = visitor.ask("GET", "/").status_code
        remembered = encode_cookie("1", key=str(anna.client.application.secret_key))
        for given in ("1|forged", remembered):
            visitor.client.set_cookie("remember_token", given)
            assert visitor.ask("GET", "/").status_code == status, name
        visitor.client.delete_cookie("remember_token")
