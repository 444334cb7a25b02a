import base64

from rater.people.browser import browser_id, browser_key


def test_one_person_has_the_same_id_and_key_in_every_browser() -> None:
    assert browser_key("secret", 7) == browser_key("secret", 7)
    assert len(base64.urlsafe_b64decode(browser_key("secret", 7) + "=")) == 32
    assert len(browser_id("secret", 7)) == 32


def test_neither_is_shared_between_people_servers_or_with_the_other() -> None:
    made = {f(secret, person) for f in (browser_id, browser_key) for secret in ("a", "b") for person in (1, 2, 12)}
    assert len(made) == 12
    assert not browser_id("a", 1).startswith(browser_key("a", 1)[:8])
