"""The page of one's notices offers a mail only where mails are sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.web.valid import check
from tests.web.world import World

OFFER = "at most once a day, to carla@example.org"


@pytest.mark.parametrize(("url", "offered"), [("", False), ("smtp://127.0.0.1", True)])
def test_a_mail_is_offered_where_mails_are_sent(world: World, url: str, offered: bool) -> None:
    settings = world.app.extensions["rater_settings"]
    world.app.extensions["rater_settings"] = replace(settings, smtp_url=url)
    page = world.visitors["carla"].ask("GET", "/me/notices").text
    world.app.extensions["rater_settings"] = settings
    check(page, "en")
    assert (OFFER in page) == offered
    assert ("Rater sends no mail here" in page) != offered
