"""Who may call what in supervision: one table, walked over every route of it, everybody and a consent that has ended.

A route is added as a row; what it is to be sent stands in routes.py, and what it is about in clinic.py.
"""

from __future__ import annotations

import functools
import secrets
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from rater.storage.database import writing
from rater.storage.models import Consent, Person, Study, Supervision
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, Role
from rater.web import pages
from rater.web.access import Access, declares
from tests.application import make_app
from tests.web.clinic import PEOPLE
from tests.web.routes import MADE_BY_BROWSERS, SUPERVISION, body, clinic_address, routes
from tests.web.world import LATER, NOBODY, World

# Columns: nobody signed in; tom, the trainee; tina, another trainee; sara, tom's supervisor; sven, supervisor of tina;
# lea, lead; carl, coordinator of the programme and of the research study; rita, rater of a research study with the same
# recording; adam, administrator; gone, a supervisor no more; tom* and sara*: the same about a session whose patient's
# consent to supervision has ended. `in`: sent to the sign-in page.
TABLE = """
                                                          nobody  tom tina sara sven  lea carl rita adam gone tom* sara*
GET  /studies/<slug>/supervision                              in  200  200  200  200  200  403  404  404  404  200  200
GET  S/arrange                                                in  403  403  403  403  200  200  404  404  404  403  403
POST S/arrange                                                in  403  403  403  403  422  422  404  404  404  403  403
POST S/arrange/<trainee_id>/supervisor                        in  403  403  403  403  303  303  404  404  404  403  403
POST S/arrange/<trainee_id>/take-back                         in  403  403  403  403  423  423  404  404  404  403  403
GET  S/overview                                               in  403  403  403  403  200  403  404  404  404  403  403
GET  S/overview.csv                                           in  403  403  403  403  200  403  404  404  404  403  403
POST T/handover                                               in  404  404  303  404  404  403  404  404  404  404  303
GET  S/upload                                                 in  200  200  403  403  403  200  404  404  404  200  403
POST S/upload                                                 in  422  422  403  403  403  422  404  404  404  422  403
GET  /studies/<slug>/consents                                 in  403  403  403  403  403  200  404  404  404  403  403
POST /studies/<slug>/consents                                 in  403  403  403  403  403  303  404  404  404  403  403
GET  /recordings/<public_id>/audio                           401  200  404  200  404  404  200  404  404  404  404  404
GET  /recordings/<public_id>/peaks                           401  200  404  200  404  404  200  404  404  404  404  404
GET  S/trainees/<trainee_id>                                  in  200  404  200  404  404  403  404  404  404  200  200
GET  T/portfolio                                              in  200  404  200  404  404  403  404  404  404  200  200
GET  T/portfolio.csv                                          in  200  404  200  404  404  403  404  404  404  200  200
GET  T/portfolio-scores.csv                                   in  200  404  200  404  404  403  404  404  404  200  200
POST T/focus                                                  in  303  404  303  404  404  403  404  404  404  303  303
GET  T/tasks                                                  in  200  404  200  404  404  403  404  404  404  200  200
GET  T/tasks/new                                              in  200  404  200  404  404  403  404  404  404  200  200
POST T/tasks/new                                              in  303  404  303  404  404  403  404  404  404  303  303
GET  T/tasks/<task_id>                                        in  200  404  200  404  404  403  404  404  404  200  200
GET  T/tasks/<task_id>/change                                 in  200  404  200  404  404  403  404  404  404  200  200
POST T/tasks/<task_id>/change                                 in  303  404  303  404  404  403  404  404  404  303  303
POST T/tasks/<task_id>/agree                                  in  423  404  423  404  404  403  404  404  404  423  423
POST T/tasks/<task_id>/done                                   in  303  404  423  404  404  403  404  404  404  303  423
POST T/tasks/<task_id>/drop                                   in  303  404  303  404  404  403  404  404  404  303  303
POST T/tasks/<task_id>/attachments                            in  303  404  423  404  404  403  404  404  404  303  423
GET  T/tasks/<task_id>/attachments/<attachment_id>/audio     401  200  404  200  404  404  403  404  404  404  200  200
POST T/tasks/<task_id>/attachments/<attachment_id>/remove     in  303  404  423  404  404  403  404  404  404  303  423
GET  T/meetings                                               in  200  404  200  404  404  403  404  404  404  200  200
POST T/meetings                                               in  303  404  303  404  404  403  404  404  404  303  303
GET  T/meetings/<meeting_id>                                  in  200  404  200  404  404  403  404  404  404  200  200
POST T/meetings/<meeting_id>                                  in  303  404  303  404  404  403  404  404  404  303  303
POST T/meetings/<meeting_id>/day                              in  303  404  303  404  404  403  404  404  404  303  303
GET  T/meetings/<meeting_id>/print                            in  200  404  200  404  404  403  404  404  404  200  200
GET  T/meetings/<meeting_id>/handling                         in  200  404  200  404  404  403  404  404  404  200  200
POST T/meetings/<meeting_id>/handling                         in  303  404  303  404  404  403  404  404  404  303  303
GET  S/reflections                                            in  200  200  200  200  403  403  404  404  404  200  200
GET  S/reflections/new/<scale>                                in  200  200  404  404  403  403  404  404  404  200  404
POST S/reflections/new/<scale>                                in  303  303  404  404  403  403  404  404  404  303  404
GET  S/reflections/<reflection_id>                            in  200  404  404  404  403  403  404  404  404  200  404
POST S/reflections/<reflection_id>/share                      in  303  404  404  404  403  403  404  404  404  303  404
GET  S/templates                                              in  403  403  200  200  200  403  404  404  404  403  200
POST S/templates                                              in  403  403  303  303  303  403  404  404  404  403  303
POST S/templates/<template_id>/remove                         in  403  403  303  403  303  403  404  404  404  403  303
GET  S/sessions/<code>                                     in  200  404  200  404  404  403  404  404  404  423  423
GET  S/sessions/<code>/rate                                in  200  404  200  404  404  403  404  404  404  423  423
PUT  S/sessions/<code>/rate/<item>                        401  200  404  200  404  404  403  404  404  404  423  423
POST S/sessions/<code>/rate                                in  303  404  303  404  404  403  404  404  404  423  423
POST S/sessions/<code>/comments                            in  303  404  303  404  404  403  404  404  404  423  423
POST S/sessions/<code>/comments/<comment_id>               in  404  404  303  404  404  403  404  404  404  423  423
POST S/sessions/<code>/comments/<comment_id>/answers       in  404  404  422  404  404  403  404  404  404  423  423
POST S/sessions/<code>/review                              in  404  404  303  404  404  403  404  404  404  423  423
"""
SHORT = {" S/": " /studies/<slug>/supervision/", " T/": " /studies/<slug>/supervision/trainees/<trainee_id>/"}
"""How addresses are written in the table."""
WRITTEN = functools.reduce(lambda table, short: table.replace(*short), SHORT.items(), TABLE)
COLUMNS, *LINES = [line.split() for line in WRITTEN.strip().splitlines()]
EXPECTED = {(method, rule): dict(zip(COLUMNS, cells, strict=True)) for method, rule, *cells in LINES}
SOUND = {("GET", "/recordings/<public_id>/audio"), ("GET", "/recordings/<public_id>/peaks")}
"""Routes of every study that supervision opens too."""


def supervision_routes(app: Flask) -> set[tuple[str, str]]:
    return {(method, rule.rule) for method, rule in routes(app) if rule.endpoint.startswith(SUPERVISION)}


def one_answer(clinic: World, column: str, method: str, rule: str) -> str:
    """What one person gets, a write from a database as it began: a status, or `in` for the way to the sign-in page."""
    if method != "GET":
        clinic.restore()
    route = next(each for verb, each in routes(clinic.app) if (verb, each.rule) == (method, rule))
    name, ended = column.rstrip("*"), column.endswith("*")
    ids = {"code": clinic.ids["closed_session"], "public_id": clinic.ids["closed_recording"]} if ended else {}
    answer = clinic.visitors[name].ask(method, clinic_address(clinic, rule, **ids), **body(route, method))
    to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in")
    return "in" if to_sign_in else str(answer.status_code)


def test_the_table_has_every_route_and_everybody(clinic: World) -> None:
    assert supervision_routes(clinic.app) | SOUND == set(EXPECTED)
    assert {column.rstrip("*") for column in COLUMNS} == {NOBODY, *PEOPLE}


def test_a_route_without_a_row_is_seen(clinic: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pages.init

    def init(app: Flask) -> None:
        before(app)
        app.add_url_rule("/one-more", f"{SUPERVISION}one_more", declares(Access.SIGNED_IN)(lambda: ""))

    monkeypatch.setattr("rater.web.pages.init", init)
    app = make_app(clinic.database.parent / "one-more")
    assert supervision_routes(app) - set(EXPECTED) == {("GET", "/one-more")}


@pytest.mark.parametrize(("method", "rule"), EXPECTED, ids=[" ".join(each) for each in EXPECTED])
def test_everybody_gets_what_the_table_says(clinic: World, method: str, rule: str) -> None:
    assert {name: one_answer(clinic, name, method, rule) for name in COLUMNS} == EXPECTED[method, rule]


def test_the_table_sees_a_consent_that_nobody_asks_about(clinic: World) -> None:
    with clinic.app.app_context(), writing() as session:
        session.execute(update(Consent).values(until=None))
    assert one_answer(clinic, "tom*", "GET", "/recordings/<public_id>/audio") == "200"


@pytest.mark.parametrize("name", ["tom", "sara", "carl", "lea"])
def test_ids_of_nothing_are_404(clinic: World, name: str) -> None:
    for method, rule in routes(clinic.app):
        if (method, rule.rule) not in EXPECTED:
            continue
        for part in rule.arguments - MADE_BY_BROWSERS:
            nothing = clinic_address(clinic, rule.rule, **{part: secrets.token_urlsafe(16)})
            answer = clinic.visitors[name].ask(method, nothing, **body(rule, method))
            closed = EXPECTED[method, rule.rule][name] == "403" and part != "slug"
            assert answer.status_code == (403 if closed else 404), (method, nothing)


def of_tom(clinic: World, name: str) -> set[tuple[str, str, str]]:
    """What of tom's somebody gets to see."""
    return {
        (method, rule, one_answer(clinic, name, method, rule))
        for method, rule in EXPECTED
        if method == "GET" and {"<code>", "<trainee_id>", "<public_id>"} & set(rule.split("/"))
    }


@pytest.mark.parametrize("ends", ["supervision", "role"])
def test_who_supervises_no_more_sees_nothing_at_the_next_request(clinic: World, ends: str) -> None:
    assert {status for *_, status in of_tom(clinic, "sara")} >= {"200"}
    with clinic.app.app_context(), writing() as session:
        sara = session.scalars(select(Person).where(Person.email == "sara@example.org")).one()
        study = session.scalars(select(Study).where(Study.slug == "clinic")).one()
        if ends == "role":
            end_membership(session, COMMAND_LINE, study, sara, Role.SUPERVISOR, now=LATER)
        else:
            session.execute(update(Supervision).where(Supervision.person_id == sara.id).values(until=LATER))
    assert {status for *_, status in of_tom(clinic, "sara")} == {"404"}


def test_a_consent_that_ends_closes_a_session_at_the_next_request(clinic: World) -> None:
    path = f"/recordings/{clinic.ids['recording']}/audio"
    assert clinic.visitors["tom"].ask("GET", path).status_code == 200
    with clinic.app.app_context(), writing() as session:
        session.execute(update(Consent).values(withdrawn_at=LATER - timedelta(minutes=1)))
    assert clinic.visitors["tom"].ask("GET", path).status_code == 404
