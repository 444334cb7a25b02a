"""Who may call what: one table, walked over every route, everybody and every method.

The routes of supervision have a programme and a table of their own: test_supervision_access.py.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from rater.app import create_app
from rater.config import Settings
from rater.people.operations import set_password
from rater.storage.database import db, writing
from rater.storage.models import Note, Person, Study
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, Role
from rater.web import pages
from rater.web.access import Access, declares
from tests.builders.study import PASSWORD
from tests.web.routes import MADE_BY_BROWSERS, address, body, other_routes
from tests.web.world import LATER, NOBODY, PEOPLE, World

# Columns: nobody signed in; anna, the rater whose rating it is; ben, rater of other sessions; carla, coordinator;
# rosa, researcher; mixed, researcher with own sessions still to rate; sam, supervisor; tina, trainee; theo, trainer;
# adam, administrator; olga, every role in another study; gone, a rater whose membership has ended.
# `in`: sent to the sign-in page.
TABLE = """
                                                 nobody anna ben carla rosa mixed sam tina theo adam olga gone
GET    /static/<path:filename>                      200  200 200   200  200   200 200  200  200  200  200  200
GET    /sign-in                                     200  200 200   200  200   200 200  200  200  200  200  200
POST   /sign-in                                     422  422 422   422  422   422 422  422  422  422  422  422
POST   /sign-out                                     in   in  in    in   in    in  in   in   in   in   in   in
GET    /invitations/<token>                         200  200 200   200  200   200 200  200  200  200  200  200
POST   /invitations/<token>                          in   in  in    in   in    in  in   in   in   in   in   in
POST   /language                                    303  303 303   303  303   303 303  303  303  303  303  303
GET    /                                             in  200 200   200  200   200 200  200  200  200  200  200
GET    /studies/<slug>/settings                       in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/settings                       in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/settings/keep                  in  403 403   409  409   403 403  403  403  404  404  404
POST   /studies/<slug>/settings/scale                 in  403 403   422  422   403 403  403  403  404  404  404
GET    /studies/<slug>/settings/study.yaml            in  403 403   200  200   403 403  403  403  404  404  404
GET    /me/notices                                   in  200 200   200  200   200 200  200  200  200  200  200
POST   /me/notices                                   in  303 303   303  303   303 303  303  303  303  303  303
GET    /style                                        in  200 200   200  200   200 200  200  200  200  200  200
GET    /studies/<slug>                               in  403 403   200  200   403 403  403  403  404  404  404
GET    /studies/<slug>/sessions                      in  200 200   403  403   200 403  403  403  404  404  404
GET    /studies/<slug>/reliability                   in  403 403   403  200   403 403  403  403  404  404  404
POST   /studies/<slug>/reliability                   in  403 403   403  303   403 403  403  403  404  404  404
GET    /studies/<slug>/reliability/<figure>.svg      in  403 403   403  200   403 403  403  403  404  404  404
GET    /studies/<slug>/reliability/<figure>.png      in  403 403   403  200   403 403  403  403  404  404  404
GET    /studies/<slug>/reliability/<table>.csv       in  403 403   403  200   403 403  403  403  404  404  404
POST   /studies/<slug>/exports                       in  403 403   403  303   403 403  403  403  404  404  404
POST   /studies/<slug>/freezes                       in  403 403   403  303   403 403  403  403  404  404  404
GET    /jobs/<public_id>                             in  403 403   403  200   403 403  403  403  404  404  404
GET    /exports/<public_id>                          in  403 403   403  200   403 403  403  403  404  404  404
GET    /ratings/<public_id>                          in  200 404   404  404   404 404  404  404  404  404  404
PUT    /ratings/<public_id>/items/<item>            401  200 404   404  404   404 404  404  404  404  404  404
PUT    /ratings/<public_id>/notes/<note_id>         401  200 404   404  404   404 404  404  404  404  404  404
DELETE /ratings/<public_id>/notes/<note_id>         401  200 404   404  404   404 404  404  404  404  404  404
PUT    /ratings/<public_id>/homework/<task_id>      401  200 404   404  404   404 404  404  404  404  404  404
PUT    /ratings/<public_id>/difficulties/<kind>     401  200 404   404  404   404 404  404  404  404  404  404
POST   /ratings/<public_id>/submit                   in  422 404   404  404   404 404  404  404  404  404  404
GET    /studies/<slug>/set-aside                      in  403 403   200  403   403 403  403  403  404  404  404
POST   /obstacles/<public_id>/answer                  in  403 403   303  403   403 403  403  403  404  404  404
GET    /concerns                                      in  200 200   200  200   200 200  200  200  200  200  200
GET    /concerns/<public_id>                          in  404 404   404  404   404 200  404  404  404  404  404
POST   /concerns/<public_id>/seen                     in  404 404   404  404   404 303  404  404  404  404  404
GET    /studies/<slug>/messages                       in  403 403   200  403   403 403  403  403  404  404  404
POST   /studies/<slug>/messages                       in  403 403   303  403   403 403  403  403  404  404  404
GET    /studies/<slug>/board                          in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/board                          in  403 403   303  303   403 403  403  403  404  404  404
GET    /studies/<slug>/waves/<wave>/lock              in  403 403   403  200   403 403  403  403  404  404  404
POST   /studies/<slug>/waves/<wave>/lock              in  403 403   403  303   403 403  403  403  404  404  404
GET    /ratings/<public_id>/cannot-rate               in  200 404   404  404   404 404  404  404  404  404  404
POST   /ratings/<public_id>/cannot-rate               in  303 404   404  404   404 404  404  404  404  404  404
POST   /ratings/<public_id>/take-back                 in  423 404   404  404   404 404  404  404  404  404  404
GET    /ratings/<public_id>/concern                   in  200 404   404  404   404 404  404  404  404  404  404
POST   /ratings/<public_id>/concern                   in  303 404   404  404   404 404  404  404  404  404  404
PUT    /ratings/<public_id>/items/<item>/unsure      401  200 404   404  404   404 404  404  404  404  404  404
PUT    /ratings/<public_id>/other-tasks/<row_id>     401  200 404   404  404   404 404  404  404  404  404  404
DELETE /ratings/<public_id>/other-tasks/<row_id>     401  200 404   404  404   404 404  404  404  404  404  404
POST   /ratings/<public_id>/reopen                    in  423 404   404  404   404 404  404  404  404  404  404
GET    /ratings/<public_id>/as-submitted              in  200 404   404  404   404 404  404  404  404  404  404
POST   /ratings/<public_id>/as-submitted              in  423 404   404  404   404 404  404  404  404  404  404
GET    /ratings/<public_id>/revisions                 in  200 404   404  404   404 404  404  404  404  404  404
PUT    /ratings/<public_id>/listening                401  200 404   404  404   404 404  404  404  404  404  404
POST   /messages/<public_id>/read                     in  303 303   404  404   303 404  404  404  404  404  404
GET    /studies/<slug>/sessions/hours.csv             in  200 200   403  403   200 403  403  403  404  404  404
GET    /studies/<slug>/manual                         in  200 200   200  200   200 200  200  200  404  404  404
GET    /ratings/<public_id>/manual                    in  200 404   404  404   404 404  404  404  404  404  404
GET    /studies/<slug>/changes/<scale>                in  200 200   200  200   200 200  200  200  404  404  404
POST   /studies/<slug>/changes/<scale>                in  303 303   403  403   303 403  403  403  404  404  404
POST   /studies/<slug>/decisions                      in  403 403   403  303   303 403  403  303  404  404  404
GET    /studies/<slug>/homework                       in  403 403   200  200   403 403  403  403  404  404  404
GET    /studies/<slug>/homework-ledger                in  403 403   200  200   403 403  403  403  404  404  404
GET    /studies/<slug>/homework/<code>                in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/homework/<code>                in  403 403   303  303   403 403  403  403  404  404  404
GET    /studies/<slug>/import                         in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/import                         in  403 403   422  422   403 403  403  403  404  404  404
GET    /imports/<public_id>                           in  403 403   200  404   403 403  403  403  404  404  404
POST   /imports/<public_id>/list                      in  403 403   422  404   403 403  403  403  404  404  404
POST   /imports/<public_id>/columns                   in  403 403   303  404   403 403  403  403  404  404  404
POST   /imports/<public_id>/files                     in  403 403   303  404   403 403  403  403  404  404  404
POST   /imports/<public_id>/uploads                  401  403 403   200  404   403 403  403  403  404  404  404
POST   /imports/<public_id>/check                     in  403 403   303  404   403 403  403  403  404  404  404
GET    /imports/<public_id>/preview                   in  403 403   200  404   403 403  403  403  404  404  404
POST   /imports/<public_id>/confirm                   in  403 403   409  404   403 403  403  403  404  404  404
POST   /imports/<public_id>/cancel                    in  403 403   303  404   403 403  403  403  404  404  404
POST   /uploads/<public_id>/remove                    in  403 403   303  404   403 403  403  403  404  404  404
PUT    /uploads/<public_id>                           in  403 403   422  404   403 403  403  403  404  404  404
DELETE /uploads/<public_id>                           in  403 403   200  404   403 403  403  403  404  404  404
GET    /studies/<slug>/exclusions                     in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/exclusions                     in  403 403   303  303   403 403  403  403  404  404  404
GET    /studies/<slug>/flow.svg                       in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/exclusions/<exclusion_id>/lift in  403 403   303  303   403 403  403  403  404  404  404
GET    /studies/<slug>/allocation                     in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/allocation                     in  403 403   200  200   403 403  403  403  404  404  404
POST   /studies/<slug>/allocation/keep                in  403 403   409  409   403 403  403  403  404  404  404
GET    /studies/<slug>/analysis                       in  403 403   403  200   403 403  403  403  404  404  404
POST   /studies/<slug>/analysis                       in  403 403   403  303   403 403  403  403  404  404  404
GET    /studies/<slug>/analysis/<table>.csv           in  403 403   403  404   403 403  403  403  404  404  404
GET    /studies/<slug>/analysis/<figure>.svg          in  403 403   403  404   403 403  403  403  404  404  404
GET    /studies/<slug>/analysis/<figure>.png          in  403 403   403  404   403 403  403  403  404  404  404
GET    /studies/<slug>/training/drift                in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/drift                in  403 403   403  303   403 403  403  303  404  404  404
POST   /studies/<slug>/training/drift/alerts          in  403 403   403  404   403 403  403  404  404  404  404
GET    /studies/<slug>/training/drift/<table>.csv    in  403 403   403  404   403 403  403  404  404  404  404
GET    /studies/<slug>/training/drift/<figure>.svg   in  403 403   403  404   403 403  403  404  404  404  404
GET    /studies/<slug>/training/drift/<figure>.png   in  403 403   403  404   403 403  403  404  404  404  404
GET    /draws/<public_id>                             in  403 403   200  200   403 403  403  403  404  404  404
GET    /draws/<public_id>/allocation.csv              in  403 403   200  200   403 403  403  403  404  404  404
GET    /studies/<slug>/training/examples              in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/examples              in  403 403   403  422   403 403  403  422  404  404  404
POST   /studies/<slug>/training/examples/<example_id>/cut    in 403 403 403 303 403 403 403  303  404  404  404
POST   /studies/<slug>/training/examples/<example_id>/remove in 403 403 403 303 403 403 403  303  404  404  404
GET    /studies/<slug>/training/wording               in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/wording               in  403 403   403  404   403 403  403  404  404  404  404
POST   /studies/<slug>/training/wording/<proposal_id>/decline in 403 403 403 303 403 403 403 303  404  404  404
GET    /examples/<public_id>/audio                  401  200 200   404  200   200 404  404  200  404  404  404
GET    /recordings/<public_id>/voice                  in  200 404   200  404   404 404  404  404  404  404  404
GET    /recordings/<public_id>/audio                401  200 404   200  404   404 404  404  404  404  404  404
GET    /recordings/<public_id>/peaks                401  200 404   200  404   404 404  404  404  404  404  404
GET    /studies/<slug>/recordings                     in  403 403   200  403   403 403  403  403  404  404  404
GET    /recordings/<public_id>/masks                  in  403 403   200  403   403 403  403  403  404  404  404
POST   /recordings/<public_id>/masks                  in  403 403   303  403   403 403  403  403  404  404  404
POST   /recordings/<public_id>/masks/<span_id>/remove in  403 403   303  403   403 403  403  403  404  404  404
GET    /studies/<slug>/training                       in  403 403   403  200   403 403  403  200  404  404  404
GET    /studies/<slug>/training/raters/<rater>        in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/raters/<rater>        in  403 403   403  303   403 403  403  303  404  404  404
GET    /studies/<slug>/training/waves/<wave>/reveal   in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/waves/<wave>/reveal   in  403 403   403  303   403 403  403  303  404  404  404
GET    /studies/<slug>/training/gate/<wave>           in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/gate/<wave>           in  403 403   403  303   403 403  403  303  404  404  404
GET    /studies/<slug>/training/steps                 in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/steps                 in  403 403   403  303   403 403  403  303  404  404  404
POST   /studies/<slug>/training/steps/usual           in  403 403   403  423   403 403  403  423  404  404  404
POST   /studies/<slug>/training/steps/<step_id>/change in 403 403   403  303   403 403  403  303  404  404  404
POST   /studies/<slug>/training/steps/<step_id>/move  in  403 403   403  303   403 403  403  303  404  404  404
POST   /studies/<slug>/training/steps/<step_id>/remove in 403 403   403  303   403 403  403  303  404  404  404
POST   /studies/<slug>/training/steps/<step_id>/held  in  403 403   403  423   403 403  403  423  404  404  404
POST   /studies/<slug>/training/sets                  in  403 403   403  303   403 403  403  303  404  404  404
GET    /studies/<slug>/path                           in  200 200   403  403   200 403  403  403  404  404  404
POST   /studies/<slug>/path/<step_id>/done            in  303 303   403  403   303 403  403  403  404  404  404
GET    /studies/<slug>/mine                           in  200 200   403  403   200 403  403  403  404  404  404
GET    /studies/<slug>/training/criterion             in  403 403   403  200   403 403  403  200  404  404  404
GET    /studies/<slug>/training/criterion/<code>      in  403 403   403  200   403 403  403  200  404  404  404
POST   /studies/<slug>/training/criterion/<code>      in  403 403   403  303   403 403  403  303  404  404  404
GET    /studies/<slug>/training/waves/<wave>          in  404 200   403  200   404 403  403  200  404  404  404
GET    /studies/<slug>/training/waves/<wave>/<table>.csv in 404 200 403  200   404 403  403  200  404  404  404
GET    /studies/<slug>/training/waves/<wave>/meeting  in  403 403   403  200   403 403  403  200  404  404  404
GET    /studies/<slug>/training/waves/<wave>/<code>/<item> in 404 200 403 200  404 403  403  200  404  404  404
POST   /studies/<slug>/training/waves/<wave>/<code>/<item>/consensus in 403 403 403 303 403 403 403 303 404 404 404
POST   /studies/<slug>/training/waves/<wave>/<code>/<item>/wording in 404 303 403 303 404 403 403 303 404 404 404
GET    /studies/<slug>/training/proposals             in  403 403   403  200   403 403  403  200  404  404  404
"""
COLUMNS, *LINES = [line.split() for line in TABLE.strip().splitlines()]
EXPECTED = {(method, rule): dict(zip(COLUMNS, cells, strict=True)) for method, rule, *cells in LINES}


def one_answer(world: World, name: str, method: str, rule: str) -> str:
    """What one person gets, a write from a database as it began: a status, or `in` for the way to the sign-in page."""
    if method != "GET":
        world.restore()
    route = next(each for verb, each in other_routes(world.app) if (verb, each.rule) == (method, rule))
    answer = world.visitors[name].ask(method, address(world, rule), **body(route, method))
    to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in")
    return "in" if to_sign_in else str(answer.status_code)


def test_the_table_has_every_route_and_everybody(world: World) -> None:
    assert {(method, rule.rule) for method, rule in other_routes(world.app)} == set(EXPECTED)
    assert set(COLUMNS) == {NOBODY, *PEOPLE}


@pytest.mark.parametrize(("method", "rule"), EXPECTED, ids=[" ".join(each) for each in EXPECTED])
def test_everybody_gets_what_the_table_says(world: World, method: str, rule: str) -> None:
    assert {name: one_answer(world, name, method, rule) for name in COLUMNS} == EXPECTED[method, rule]


def test_the_table_sees_an_operation_that_asks_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rater.studies.operations.asking.permit", lambda *_, **__: None)
    assert one_answer(world, "anna", "GET", "/studies/<slug>") == "200"


@pytest.mark.parametrize("name", [NOBODY, "anna", "rosa"])
def test_head_and_foreign_methods(world: World, name: str) -> None:
    visitor = world.visitors[name]
    for rule in {rule.rule: rule for _, rule in other_routes(world.app)}.values():
        methods = rule.methods or set()
        if "GET" in methods:
            head = visitor.ask("HEAD", address(world, rule.rule))
            assert (head.status_code, head.data) == (visitor.ask("GET", address(world, rule.rule)).status_code, b"")
    for rule_text in {rule.rule for _, rule in other_routes(world.app)}:
        taken = {method for method, rule in EXPECTED if rule == rule_text}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
            assert visitor.ask(method, address(world, rule_text)).status_code == 405, (method, rule_text)


WITHIN_A_STUDY = {
    "wave",
    "code",
    "item",
    "rater",
    "scale",
    "step_id",
    "span_id",
    "exclusion_id",
    "example_id",
    "proposal_id",
    "figure",
    "table",
}
"""Parts of addresses that are looked up only where somebody may do there what the page does."""


@pytest.mark.parametrize("name", ["anna", "carla", "rosa", "olga"])
def test_ids_of_nothing_are_404(world: World, name: str) -> None:
    for method, rule in other_routes(world.app):
        for part in rule.arguments - MADE_BY_BROWSERS:
            nothing = address(world, rule.rule, **{part: secrets.token_urlsafe(16)})
            answer = world.visitors[name].ask(method, nothing, **body(rule, method))
            closed = part in WITHIN_A_STUDY and EXPECTED[method, rule.rule][name] == "403"
            assert answer.status_code == (403 if closed else 404), (method, nothing)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/ratings/{other_assignment}"),
        ("GET", "/ratings/{bens}"),
        ("PUT", "/ratings/{bens}/items/ghes1"),
        ("PUT", "/ratings/{mine}/homework/{other_task}"),
        ("PUT", "/ratings/{mine}/items/phq9_1"),
        ("GET", "/recordings/{other_recording}/audio"),
        ("GET", "/recordings/{other_recording}/peaks"),
        ("GET", "/jobs/{other_job}"),
        ("GET", "/exports/{other_job}"),
        ("GET", "/studies/other"),
        ("GET", "/studies/other/sessions"),
        ("POST", "/studies/other/exports"),
    ],
)
def test_what_is_not_ones_own_does_not_exist(world: World, method: str, path: str) -> None:
    """Anna asks for what others own, what another study owns, and what hangs on another session of hers."""
    before = world.contents()
    verb = next(rule for name, rule in other_routes(world.app) if name == method and _fits(rule.rule, path))
    answer = world.visitors["anna"].ask(method, path.format(**world.ids), **body(verb, method))
    assert answer.status_code == 404
    assert world.contents() == before


def _fits(rule: str, path: str) -> bool:
    mine, theirs = rule.split("/"), path.split("/")
    return len(mine) == len(theirs) and all(a == b or a.startswith("<") for a, b in zip(mine, theirs, strict=True))


def test_one_body_for_what_is_not_there_and_what_is_closed(world: World) -> None:
    anna = world.visitors["anna"]
    pages = [anna.ask("GET", f"/ratings/{each}").text for each in (world.ids["bens"], secrets.token_urlsafe(16))]
    assert len({WITHOUT.sub("", page.replace(world.ids["bens"], "")) for page in pages}) == 1


WITHOUT = re.compile(r'(nonce|content|value)="[^"]*"')


def test_a_role_taken_away_is_gone_at_the_next_request(world: World) -> None:
    anna, addresses = (
        world.visitors["anna"],
        [
            "/studies/pilot/sessions",
            f"/ratings/{world.ids['mine']}",
            f"/recordings/{world.ids['recording']}/audio",
            f"/recordings/{world.ids['recording']}/peaks",
        ],
    )
    assert {anna.ask("GET", each).status_code for each in addresses} == {200}
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        person = session.scalars(select(Person).where(Person.email == "anna@example.org")).one()
        end_membership(session, COMMAND_LINE, study, person, Role.RATER, now=LATER)
    assert {anna.ask("GET", each).status_code for each in addresses} == {404}
    assert anna.ask("GET", "/").status_code == 200


@pytest.mark.parametrize(
    "how", ["new password", "closed account", "an hour idle", "half a day", "signed out elsewhere"]
)
def test_a_sign_in_ends_at_the_next_request(world: World, how: str) -> None:
    anna = world.visitors["anna"]
    assert anna.ask("GET", "/").status_code == 200
    if how == "signed out elsewhere":
        copy = world.app.test_client()
        copy._cookies = dict(anna.cookies)
        copy.post("/sign-out", headers={"X-CSRFToken": anna.token})
    elif how in ("an hour idle", "half a day"):
        gone = timedelta(hours=1 if how == "an hour idle" else 12)
        world.app.extensions["rater_clock"] = lambda: LATER + gone
    else:
        with world.app.app_context(), writing() as session:
            person = session.scalars(select(Person).where(Person.email == "anna@example.org")).one()
            if how == "new password":
                set_password(session, COMMAND_LINE, person, PASSWORD + "!", now=LATER)
            else:
                session.execute(update(Person).where(Person.id == person.id).values(closed_at=LATER))
    assert anna.ask("GET", "/").location.startswith("/sign-in")
    assert anna.ask("PUT", f"/ratings/{world.ids['mine']}/items/ghes1", {}).status_code == 401


def test_the_id_of_somebody_elses_note_leads_to_ones_own(world: World) -> None:
    anna, path = world.visitors["anna"], f"/ratings/{world.ids['mine']}/notes/{world.ids['bens_note']}"
    sent = {"op": "op-000001", "seen": 0, "second": 1, "text": "hers"}
    answer = anna.ask("PUT", path, sent).json
    assert answer is not None
    assert (answer["version"], answer["text"]) == (1, "hers")
    assert anna.ask("DELETE", path, {"op": "op-000002"}).status_code == 200
    with world.app.app_context(), db.engine.connect() as connection:
        assert connection.execute(select(Note.text).where(Note.public_id == world.ids["bens_note"])).all() == [
            ("mine alone",)
        ]


def test_a_sign_in_that_does_nothing_ends_after_a_quarter_of_an_hour(world: World) -> None:
    anna = world.visitors["anna"]
    assert anna.ask("GET", "/").status_code == 200
    world.app.extensions["rater_clock"] = lambda: LATER + timedelta(minutes=16)
    assert anna.ask("GET", "/").status_code == 303


def test_activity_keeps_a_sign_in_alive_until_half_a_day_is_over(world: World) -> None:
    anna = world.visitors["anna"]
    for minutes in range(0, 12 * 60, 14):
        world.app.extensions["rater_clock"] = lambda minutes=minutes: LATER + timedelta(minutes=minutes)
        assert anna.ask("GET", f"/recordings/{world.ids['recording']}/audio").status_code == 200, minutes
    world.app.extensions["rater_clock"] = lambda: LATER + timedelta(hours=12)
    assert anna.ask("GET", "/").status_code == 303


def _with_one_more(monkeypatch: pytest.MonkeyPatch, view: Callable[[], str]) -> None:
    before = pages.init

    def init(app: Flask) -> None:
        before(app)
        app.add_url_rule("/one-more", "one_more", view)

    monkeypatch.setattr("rater.web.pages.init", init)


def test_an_undeclared_route_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_one_more(monkeypatch, lambda: "open by mistake")
    with pytest.raises(RuntimeError, match="one_more"):
        create_app(Settings.load({}, home=tmp_path))


@pytest.mark.parametrize(("access", "status"), [(Access.EVERYONE, 200), (Access.SIGNED_IN, 303)])
def test_a_declared_route_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, access: Access, status: int) -> None:
    _with_one_more(monkeypatch, declares(access)(lambda: "open on purpose"))
    app = create_app(Settings.load({}, home=tmp_path))
    assert app.test_client().get("/one-more").status_code == status
