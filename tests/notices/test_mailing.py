"""Mails on their way to a real SMTP server: daily at most, through failures, in German, and none twice."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from rater.config import Settings
from rater.errors import BadInput
from rater.notices.operations.mailing import choose_digest, mail_once, send_next, send_trial
from rater.notices.operations.posting import NotDelivered, Server, mail_server
from rater.ratings.operations.concerns import raise_concern
from rater.storage.database import writing
from rater.storage.models import Mail, Person, Study
from rater.storage.queries import mails
from rater.terms import MailState, Role
from tests.builders.study import actor_of, make_assignment, make_person, make_session, make_study
from tests.notices.post_office import free_port, post_office

DAWN = datetime(2026, 11, 20, 5, tzinfo=UTC)
MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


def settings_for(port: int, url: str = "smtp://127.0.0.1:{port}") -> Settings:
    chosen = {"smtp_url": url.format(port=port), "mail_from": "rater@example.org"}
    return Settings.load({}, public_url="https://rater.example.org", **chosen)


def server_of(settings: Settings) -> Server:
    found = mail_server(settings)
    assert found is not None
    return found


@pytest.fixture
def filled(app: Flask) -> Flask:
    """Anna has an overdue session, and reads German; Carla coordinates; a worry goes to Carla."""
    with app.app_context(), writing() as session:
        study = make_study(session)
        study.title = "Übungsstudie"
        anna = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
        anna.locale, anna.name = "de", "Änne\r\nBcc: spy@example.org"
        make_person(session, "carla@example.org", (study, Role.COORDINATOR))
        assignment = make_assignment(session, study, make_session(session, study, "P77", 3), "R1")
        assignment.due_on = date(2026, 11, 18)
    return app


def worry(app: Flask, text: str = "speaks of giving up") -> None:
    from rater.storage.models import Assignment

    with writing() as session:
        anna = session.scalars(select(Person).where(Person.email == "anna@example.org")).one()
        raise_concern(session, actor_of(anna), session.scalars(select(Assignment)).one().public_id, text, now=DAWN)


def states() -> list[str]:
    with writing() as session:
        return sorted(each.state for each in session.scalars(select(Mail)))


def test_a_digest_comes_once_a_day_in_german_and_tells_no_patient(filled: Flask) -> None:
    with filled.app_context(), post_office() as office:
        settings = settings_for(office.port)
        server = server_of(settings)
        assert mail_once(settings, server, now=DAWN) == 0, "before the hour"
        assert mail_once(settings, server, now=MORNING) == 2
        assert mail_once(settings, server, now=MORNING + timedelta(hours=15)) == 0
        assert mail_once(settings, server, now=MORNING + timedelta(days=1)) == 2
    (recipients, mail), *_ = [each for each in office.mails if each[0] == ["anna@example.org"]]
    assert recipients == ["anna@example.org"]
    assert mail["Subject"] == "Was in Rater auf Sie wartet"
    assert "Bcc" not in mail
    text = mail.get_content()
    assert "Übungsstudie" in text
    assert "Überfällige Sitzungen: 1" in text
    for _, each in office.mails:
        assert "P77" not in str(each)
        assert "KP773" not in str(each)


def test_a_control_that_forgets_the_day_is_seen(filled: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rows of mails sent, the same mail would come again."""
    with filled.app_context(), post_office() as office:
        settings = settings_for(office.port)
        mail_once(settings, server_of(settings), now=MORNING)
        with writing() as session:
            for each in session.scalars(select(Mail)):
                session.delete(each)
        assert mail_once(settings, server_of(settings), now=MORNING) == 2
    assert len(office.mails) == 4


def test_a_server_that_is_down_gets_the_mail_when_it_is_up(filled: Flask) -> None:
    port = free_port()
    settings = settings_for(port)
    with filled.app_context():
        assert mail_once(settings, server_of(settings), now=MORNING) == 0
        assert states() == ["waiting", "waiting"]
        with post_office(port) as office:
            assert mail_once(settings, server_of(settings), now=MORNING + timedelta(seconds=30)) == 0, "it waits"
            assert mail_once(settings, server_of(settings), now=MORNING + timedelta(minutes=2)) == 2
    assert len(office.mails) == 2


def test_a_server_that_is_away_is_not_asked_for_everybody(filled: Flask) -> None:
    port = free_port()
    settings = settings_for(port)
    with filled.app_context():
        with writing() as session:
            study = session.scalars(select(Study)).one()
            for number in range(4):
                make_person(session, f"c{number}@example.org", (study, Role.COORDINATOR))
        assert mail_once(settings, server_of(settings), now=MORNING) == 0
        with writing() as session:
            assert sorted(each.attempts for each in session.scalars(select(Mail))) == [0, 0, 0, 1, 1, 1]
        with post_office(port) as office:
            assert mail_once(settings, server_of(settings), now=MORNING + timedelta(seconds=15)) == 3
            assert mail_once(settings, server_of(settings), now=MORNING + timedelta(minutes=2)) == 3
    assert len({each[0][0] for each in office.mails}) == 6


@pytest.mark.parametrize(("code", "state"), [(550, "refused"), (450, "waiting")])
def test_a_recipient_who_is_refused_stops_nobody_else(filled: Flask, code: int, state: str) -> None:
    with filled.app_context(), post_office(refused="anna@example.org", code=code) as office:
        settings = settings_for(office.port)
        assert mail_once(settings, server_of(settings), now=MORNING) == 1
        assert states() == sorted(["sent", state])


def test_a_worry_is_told_at_once_without_its_words_and_cannot_be_switched_off(filled: Flask) -> None:
    with filled.app_context(), post_office() as office:
        settings = settings_for(office.port)
        with writing() as session:
            carla = session.scalars(select(Person).where(Person.email == "carla@example.org")).one()
            choose_digest(session, actor_of(carla), False, now=DAWN)
        worry(filled)
        assert mail_once(settings, server_of(settings), now=DAWN) == 1, "before the hour of digests"
        ((recipients, mail),) = office.mails
        assert recipients == ["carla@example.org"]
        for word in ("giving up", "P77", "KP773", "patient", "worr"):
            assert word not in str(mail)
        mail_once(settings, server_of(settings), now=MORNING)
        assert [each[0] for each in office.mails[1:]] == [["anna@example.org"]], "Carla has switched her digest off"


def test_a_digest_cut_off_on_its_way_is_not_sent_again_and_a_worry_is(filled: Flask) -> None:
    later = MORNING + timedelta(minutes=6)
    with filled.app_context(), post_office() as office:
        settings = settings_for(office.port)
        worry(filled)
        with writing() as session:
            assert mails.take(session, now=MORNING) is not None
        assert send_next(settings, server_of(settings), now=MORNING) is None, "another worker leaves it alone"
        mail_once(settings, server_of(settings), now=later)
        assert sum(each["Subject"] == "Please look into Rater today" for _, each in office.mails) == 1
        with writing() as session:
            for each in session.scalars(select(Mail).where(Mail.kind == "digest")):
                each.state, each.next_try_at = MailState.SENDING, MORNING
        before = len(office.mails)
        assert mail_once(settings, server_of(settings), now=later) == 0
        assert len(office.mails) == before
        assert states().count("unsure") == 2


def test_what_is_over_is_not_mailed_any_more(filled: Flask) -> None:
    port = free_port()
    settings = settings_for(port)
    with filled.app_context():
        mail_once(settings, server_of(settings), now=MORNING)
        with post_office(port) as office:
            mail_once(settings, server_of(settings), now=MORNING + timedelta(days=1))
        assert states() == ["dropped", "dropped", "sent", "sent"], "yesterday's mails are dropped for today's"
    assert len(office.mails) == 2


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody but the test trusts."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(cert),
    ]
    subprocess.run([*command, *words], check=True, capture_output=True)
    return cert, key


def test_over_starttls_with_a_sign_in(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with post_office(certificate=certificate, password="a:b/c") as office:
        url = "starttls://rater:a%3Ab%2Fc@127.0.0.1:{port}"
        settings = settings_for(office.port, url)
        with pytest.raises(NotDelivered, match="CERTIFICATE"):
            send_trial(settings, server_of(settings), "anna@example.org")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        send_trial(settings, server_of(settings), "anna@example.org")
        wrong = settings_for(office.port, "starttls://rater:wrong@127.0.0.1:{port}")
        with pytest.raises(NotDelivered, match="SMTPAuthenticationError"):
            send_trial(wrong, server_of(wrong), "anna@example.org")
    assert [each[0] for each in office.mails] == [["anna@example.org"]]


@pytest.mark.parametrize("url", ["http://x", "smtp://", "localhost:25", "smtp://x:port"])
def test_an_address_that_is_no_mail_server_is_told(url: str) -> None:
    with pytest.raises(BadInput, match="RATER_SMTP_URL"):
        mail_server(Settings.load({}, smtp_url=url, mail_from="rater@example.org"))
    with pytest.raises(BadInput, match="RATER_MAIL_FROM"):
        mail_server(Settings.load({}, smtp_url="smtp://localhost", mail_from=""))
    assert mail_server(Settings.load({})) is None
