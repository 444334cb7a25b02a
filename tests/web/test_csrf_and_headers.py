"""Forged requests, headers, cookies, and what a page may load."""

from __future__ import annotations

import re
from http.cookiejar import split_header_words
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from rater.app import create_app
from rater.config import Settings
from rater.people.operations import MOST_FAILURES
from rater.storage.audit import record
from rater.storage.database import writing
from rater.terms import Actor
from tests.application import make_app
from tests.builders.study import PASSWORD
from tests.web.routes import SAFE, address, body, routes
from tests.web.world import LATER, NOBODY, World

SIGNED_IN_PAGES = ("/", "/style", "/studies/pilot", "/studies/pilot/sessions")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NONCE = re.compile(r"'nonce-([^']+)'")


def unsafe(app: Flask) -> list[tuple[str, Rule]]:
    return [(method, rule) for method, rule in routes(app) if method not in SAFE]


@pytest.mark.parametrize("token", ["", "made-up", None])
def test_nothing_is_written_without_the_token(world: World, token: str | None) -> None:
    before, anna = world.contents(), world.visitors["anna"]
    for method, rule in unsafe(world.app):
        headers = {} if token is None else {"X-CSRFToken": token}
        sent = body(rule, method)
        answer = anna.client.open(
            address(world, rule.rule), method=method, json=sent.get("json"), data=sent.get("form"), headers=headers
        )
        assert answer.status_code == 400, (method, rule.rule)
    assert world.contents() == before
    assert anna.ask("GET", "/").status_code == 200


def test_somebody_elses_token_is_no_token(world: World) -> None:
    anna, ben = world.visitors["anna"], world.visitors["ben"]
    item = f"/ratings/{world.ids['mine']}/items/ghes1"
    sent = {"op": "op-000001", "seen": 0, "value": 3, "missing_code": None}
    assert anna.ask("PUT", item, sent, headers={"X-CSRFToken": ben.token}).status_code == 400
    assert anna.ask("PUT", item, sent).status_code == 200


def test_with_the_token_each_of_them_is_heard(world: World) -> None:
    for method, rule in unsafe(world.app):
        world.restore()
        answer = world.visitors["anna"].ask(method, address(world, rule.rule), **body(rule, method))
        assert answer.status_code != 400, (method, rule.rule)


def test_another_site_cannot_ask_even_with_the_token(world: World) -> None:
    item = f"/ratings/{world.ids['mine']}/items/ghes1"
    sent = {"op": "op-foreign-1", "seen": 0, "value": 2, "missing_code": None}
    before = world.contents()
    for site in ("cross-site", "same-site"):
        answer = world.visitors["anna"].ask("PUT", item, sent, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 400
    assert world.contents() == before
    assert world.visitors["anna"].ask("PUT", item, sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_get_writes_nothing(world: World) -> None:
    before = world.contents()
    for name in ("anna", "carla", "rosa", NOBODY):
        for method, rule in routes(world.app):
            if method == "GET":
                world.visitors[name].ask("GET", address(world, rule.rule))
    assert world.contents() == before


def every_kind_of_answer(world: World) -> list[TestResponse]:
    anna, nobody = world.visitors["anna"], world.visitors[NOBODY]
    found = [
        world.visitors[name].ask("GET", address(world, rule.rule))
        for name in ("anna", "rosa", NOBODY)
        for method, rule in routes(world.app)
        if method == "GET"
    ]
    found += [anna.ask("GET", "/nowhere"), anna.ask("PATCH", "/"), anna.client.post("/sign-out")]
    found += [nobody.ask("POST", "/sign-in", form={"email": "a@b.de", "password": "x"}), anna.ask("POST", "/sign-in")]
    found.append(anna.ask("GET", f"/recordings/{world.ids['recording']}/audio", headers={"Range": "bytes=99999999-"}))
    found.append(anna.ask("PUT", f"/ratings/{world.ids['mine']}/items/ghes1", {"op": "op-000009"}))
    return found


def test_the_headers_stand_on_every_answer(world: World) -> None:
    found = every_kind_of_answer(world)
    assert {200, 303, 400, 401, 403, 404, 405, 416, 422} <= {each.status_code for each in found}
    for answer in found:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.request.path
        assert_closed(answer.headers["Content-Security-Policy"])


def assert_closed(policy: str) -> None:
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert {parts["form-action"], parts.get("connect-src", "'none'")} <= {"'self'", "'none'"}
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy


def test_an_open_policy_would_be_seen() -> None:
    with pytest.raises(AssertionError):
        assert_closed(
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
            "connect-src 'self'; script-src 'self' 'unsafe-inline'"
        )


def test_each_answer_has_its_own_nonce_and_its_page_uses_it(world: World) -> None:
    pages = [world.visitors["anna"].ask("GET", f"/ratings/{world.ids['mine']}") for _ in range(3)]
    nonces = [NONCE.findall(page.headers["Content-Security-Policy"]) for page in pages]
    assert len({each for found in nonces for each in found}) == 3
    for page, found in zip(pages, nonces, strict=True):
        assert set(re.findall(r'nonce="([^"]+)"', page.text)) == set(found)


def test_what_is_behind_the_sign_in_is_kept_nowhere(world: World) -> None:
    for answer in every_kind_of_answer(world):
        kept = answer.headers["Cache-Control"]
        is_file = answer.request.path.startswith("/static/") and answer.status_code == 200
        assert ("no-store" in kept) is not is_file, (answer.request.path, kept)


def test_https_is_asked_for_where_it_is_spoken(world: World) -> None:
    client = world.app.test_client()
    assert "Strict-Transport-Security" in client.get("/sign-in", base_url="https://localhost").headers
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


FOREIGN = re.compile(r"""(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}""", re.I)
LOADS = re.compile(
    r"""(?:src|href|action|formaction|data|poster|srcset)\s*=\s*["']([^"']*)["']|url\(([^)]*)\)"""
    r"""|@import\s+["']([^"']+)|(?:from|import)\s*\(?\s*["']([^"']+)["']"""
)


def loaded(text: str) -> set[str]:
    """The addresses that a page, a sheet or a module names to load or to go to."""
    return {next(part for part in found if part).strip("\"' ") for found in LOADS.findall(text) if any(found)}


def test_no_page_sheet_or_module_names_another_host(world: World) -> None:
    anna, rosa = world.visitors["anna"], world.visitors["rosa"]
    todo = [
        (anna, "/sign-in"),
        (anna, "/"),
        (anna, "/style"),
        (anna, "/studies/pilot/sessions"),
        (anna, f"/ratings/{world.ids['mine']}"),
        (rosa, "/studies/pilot"),
        (rosa, f"/jobs/{world.ids['job']}"),
    ]
    seen: set[str] = set()
    while todo:
        visitor, path = todo.pop()
        answer = visitor.ask("GET", path)
        if path in seen or not ("text" in answer.mimetype or "javascript" in answer.mimetype):
            continue
        seen.add(path)
        for target in loaded(answer.text):
            assert not urlsplit(target).netloc or target.startswith("data:"), (path, target)
            if "/static/" in target or target.startswith("."):
                todo.append((visitor, urljoin_path(path, target)))
    assert any(path.endswith("rating.mjs") for path in seen)
    assert any(path.endswith("wavesurfer.esm.js") for path in seen)
    assert any(path.endswith(".css") for path in seen)


def urljoin_path(page: str, target: str) -> str:
    return urlsplit(urljoin(page, target)).path


def test_another_host_would_be_seen() -> None:
    text = '<script src="https://cdn.example.org/x.js"></script><style>@import "//fonts.example.org/a.css"; b{background:url(http://x.example/p)}</style>'
    assert {urlsplit(each).netloc for each in loaded(text)} == {"cdn.example.org", "fonts.example.org", "x.example"}
    assert loaded('import { a } from "./b.mjs"; await import("../c.js")') == {"./b.mjs", "../c.js"}


@pytest.mark.parametrize(
    ("secure", "flags"), [("0", {"httponly", "samesite", "path"}), ("1", {"secure", "httponly", "samesite", "path"})]
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(tmp_path: Path, secure: str, flags: set[str]) -> None:
    app = create_app(Settings.load({"RATER_SECURE_COOKIES": secure}, home=tmp_path))
    cookie = app.test_client().get("/sign-in", base_url="https://localhost").headers["Set-Cookie"]
    (words,) = split_header_words([cookie])
    assert words[0][0] == "rater"
    assert flags <= {name.lower() for name, _ in words}
    assert ("secure" in {name.lower() for name, _ in words}) is ("secure" in flags)
    assert {name.lower(): value for name, value in words}["samesite"] == "Lax"


def without_secrets(page: str) -> str:
    return re.sub(r'(nonce|content|value)="[^"]*"', "", page)


def test_signing_in_does_not_tell_who_has_an_account(world: World) -> None:
    found = set()
    for address_, password in (
        ("anna@example.org", "wrong"),
        ("nobody@example.org", "wrong"),
        ("ida@example.org", PASSWORD),
    ):
        answer = world.visitors[NOBODY].ask("POST", "/sign-in", form={"email": address_, "password": password})
        found.add((answer.status_code, without_secrets(answer.text), tuple(sorted(answer.headers.keys()))))
    assert len(found) == 1
    empty = world.visitors[NOBODY].ask("POST", "/sign-in", form={"email": "anna@example.org", "password": ""})
    assert (empty.status_code, without_secrets(empty.text), tuple(sorted(empty.headers.keys()))) not in found


def test_guessing_meets_the_same_page_for_every_address(world: World) -> None:
    addresses = ("anna@example.org", "nobody@example.org")
    with world.app.app_context(), writing() as session:
        for each in addresses:
            for _ in range(MOST_FAILURES):
                record(session, Actor(None, "sign-in"), "sign_in.failed", f"email:{each}", now=LATER)
    found = set()
    for each in addresses:
        answer = world.visitors[NOBODY].ask("POST", "/sign-in", form={"email": each, "password": PASSWORD})
        found.add((answer.status_code, without_secrets(answer.text)))
    assert len(found) == 1
    assert found.pop()[0] in (422, 423, 429)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "/%5cevil.example/..//evil.example",
        "evil.example",
        "http:evil.example",
        "/\n/evil.example",
        "/ok\r\nX-Evil: 1",
        "\x00//evil.example",
        "//evil.example\\@localhost/",
    ],
)
def test_next_leads_nowhere_else(world: World, target: str) -> None:
    for path, form in (
        ("/sign-in", {"email": "anna@example.org", "password": PASSWORD, "next": target}),
        ("/language", {"locale": "en", "next": target}),
    ):
        world.restore()
        answer = world.visitors[NOBODY].ask("POST", path, form=form)
        assert answer.status_code == 303
        assert "X-Evil" not in answer.headers
        goal = answer.location
        assert goal.startswith("/"), goal
        assert not goal.startswith(("//", "/\\")), goal


def test_next_leads_to_the_page_that_was_wanted(world: World) -> None:
    nobody = world.visitors[NOBODY]
    wanted = nobody.ask("GET", "/studies/pilot/sessions?a=b").location
    assert wanted == "/sign-in?next=/studies/pilot/sessions?a%3Db"
    page = nobody.ask("GET", wanted).text
    assert 'value="/studies/pilot/sessions?a=b"' in page
    form = {"email": "anna@example.org", "password": PASSWORD, "next": "/studies/pilot/sessions?a=b"}
    assert nobody.ask("POST", "/sign-in", form=form).location == "/studies/pilot/sessions?a=b"


def test_a_new_sign_in_has_a_new_cookie_and_an_old_one_is_worth_nothing(world: World) -> None:
    visitor = world.visitors[NOBODY]
    planted = dict(visitor.client._cookies)
    visitor.ask("POST", "/sign-in", form={"email": "anna@example.org", "password": PASSWORD})
    assert visitor.client.get("/").status_code == 200
    thief = world.app.test_client()
    thief._cookies = planted
    assert thief.get("/").status_code == 303


def test_a_forged_host_is_refused(tmp_path: Path) -> None:
    settings = Settings.load({"RATER_TRUSTED_HOSTS": "rater.example.org, localhost"}, home=tmp_path / "home")
    make_app(tmp_path / "home")
    app = create_app(settings)
    client = app.test_client()
    for host in ("evil.example", "rater.example.org.evil.example", "rater.example.org@evil.example", "", "a b"):
        answer = client.get("/sign-in", headers={"Host": host})
        assert answer.status_code == 400, host
        assert "evil" not in answer.text
        assert client.post("/sign-in", headers={"Host": host}).status_code == 400
    for host in ("rater.example.org", "localhost", "localhost:8000"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 200
