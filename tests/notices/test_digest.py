"""Who is told what, and when: no application, no database."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rater.notices.digest import Facts, Part, digest, digest_day, pause_after
from rater.notices.letters import concern_letter, digest_letter, message, sayings
from rater.terms import Reason

BERLIN = ZoneInfo("Europe/Berlin")


def test_nothing_waits_and_nothing_is_said() -> None:
    assert digest([Facts("pilot", "Pilot")]) == ()


@pytest.mark.parametrize("name", [each.name for each in fields(Facts) if each.type == "int"])
def test_each_thing_that_waits_is_one_line_with_its_number(name: str) -> None:
    (part,) = digest([Facts("a", "A"), Facts("pilot", "Pilot", **{name: 3})])  # type: ignore[arg-type]  # all are numbers
    (line,) = part.lines
    assert (part.slug, line.params) == ("pilot", {"n": 3})


def test_the_day_is_the_zones_and_begins_at_its_hour() -> None:
    evening = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    assert str(digest_day(evening, BERLIN, 0)) == "2026-11-03"
    assert digest_day(evening, BERLIN, 7) is None
    assert str(digest_day(evening, UTC, 7)) == "2026-11-02"


def test_a_mail_that_fails_is_tried_for_about_a_day() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 8)]
    assert None not in pauses
    assert sum((each for each in pauses if each), timedelta()) > timedelta(hours=20)
    assert pause_after(8) is None


@pytest.mark.parametrize("locale", ["en", "de", None, "xx"])
def test_every_language_has_its_words(locale: str | None) -> None:
    say = sayings(locale)
    part = Part("pilot", "Über\nsicht", (Reason("Sessions overdue: {n}", {"n": 2}),))
    subject, text = digest_letter([part], say, "https://rater.example.org/")
    german = locale == "de"
    assert subject == ("Was in Rater auf Sie wartet" if german else "What waits for you in Rater")
    assert ("Überfällige Sitzungen: 2" if german else "Sessions overdue: 2") in text
    assert "Über sicht" in text
    assert "https://rater.example.org/me/notices" in text
    assert len(concern_letter(say, "")[1].splitlines()) <= 3


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@example.org", "Eve\nSubject: x", 'Eve" <x@y.z>, "', "Jörg Müller"])
def test_a_name_carries_no_header_and_no_second_recipient(name: str) -> None:
    made = message("rater@example.org", name, "eve@example.org", "S", "T")
    head = made.as_bytes().split(b"\r\n\r\n")[0]
    assert [each.addr_spec for each in made["To"].addresses] == ["eve@example.org"]
    assert not [line for line in head.split(b"\r\n") if line.lower().startswith(b"bcc")]
    assert head.count(b"Subject:") <= 2
    assert made["Subject"] == "S"


@pytest.mark.parametrize(
    "email", ["a@b.org\r\nBcc: c@d.org", "a@b.org, c@d.org", "a@b.org;c@d.org", "<a@b.org>", "nobody"]
)
def test_an_address_that_could_carry_more_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        message("rater@example.org", "Eve", email, "S", "T")
