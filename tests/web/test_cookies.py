"""What was found to be signed is remembered; that it is forged, somebody else's or too old is seen all the same."""

from __future__ import annotations

import pytest
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from rater.web import cookies
from rater.web.cookies import Remembering
from tests.web.world import World

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
