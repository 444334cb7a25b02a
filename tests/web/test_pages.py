"""Every page in every language: valid, titled, labelled, and without scripts or styles of its own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from rater.jobs import run_next
from rater.storage.database import writing
from rater.storage.models import Assignment, Job, Recording, Study
from rater.studies.operations import add_member
from rater.terms import COMMAND_LINE, JobState, Role
from tests.builders.study import NOON, all_points, make_person, make_rating, make_study
from tests.web.world import LATER, NOBODY, Visitor, World

LANGUAGES = ("en", "de")
PAGES = {
    "sign-in": (NOBODY, "/sign-in", 200),
    "invitation": (NOBODY, "/invitations/{invitation}", 200),
    "invitation used": (NOBODY, "/invitations/none", 404),
    **{
        f"home of {name}": (name, "/", 200)
        for name in ("anna", "carla", "rosa", "mixed", "sam", "tina", "theo", "adam", "olga", "gone")
    },
    "queue": ("anna", "/studies/pilot/sessions", 200),
    "rating screen": ("anna", "/ratings/{mine}", 200),
    "submitted rating": ("anna", "/ratings/{finished}", 200),
    "rating screen without recording": ("ben", "/ratings/{bens}", 200),
    "study for a coordinator": ("carla", "/studies/pilot", 200),
    "study for a researcher": ("rosa", "/studies/pilot", 200),
    "job": ("rosa", "/jobs/{job}", 200),
    "export job": ("rosa", "/jobs/{export}", 200),
    "cannot rate": ("anna", "/ratings/{mine}/cannot-rate", 200),
    "concern of a rater": ("anna", "/ratings/{mine}/concern", 200),
    "revisions": ("anna", "/ratings/{finished}/revisions", 200),
    "leave as submitted": ("anna", "/ratings/{finished}/as-submitted", 200),
    "manual": ("anna", "/studies/pilot/manual", 200),
    "manual for a researcher": ("rosa", "/studies/pilot/manual", 200),
    "notices": ("carla", "/me/notices", 200),
    "settings of a study": ("carla", "/studies/pilot/settings", 200),
    "board": ("carla", "/studies/pilot/board", 200),
    "messages": ("carla", "/studies/pilot/messages", 200),
    "homework log": ("carla", "/studies/pilot/homework", 200),
    "homework of a session": ("carla", "/studies/pilot/homework/KP013", 200),
    "homework ledger": ("carla", "/studies/pilot/homework-ledger", 200),
    "recordings": ("carla", "/studies/pilot/recordings", 200),
    "masked spans": ("carla", "/recordings/{recording}/masks", 200),
    "exclusions": ("carla", "/studies/pilot/exclusions", 200),
    "sessions set aside": ("carla", "/studies/pilot/set-aside", 200),
    "rating set aside": ("ben", "/ratings/{aside}", 200),
    "concerns": ("sam", "/concerns", 200),
    "a concern": ("sam", "/concerns/{concern}", 200),
    "import": ("carla", "/studies/pilot/import", 200),
    "an import": ("carla", "/imports/{import}", 200),
    "preview of an import": ("carla", "/imports/{import}/preview", 200),
    "allocation": ("carla", "/studies/pilot/allocation", 200),
    "allocation of another wave": ("rosa", "/studies/pilot/allocation?wave=calibration", 200),
    "a draw": ("carla", "/draws/{draw}", 200),
    "a draw made again": ("carla", "/draws/{draw}?check=yes", 200),
    "lock a wave": ("rosa", "/studies/pilot/waves/main/lock", 200),
    "components": ("anna", "/style", 200),
    "closed": ("anna", "/studies/pilot", 403),
    "not found": ("anna", "/nowhere", 404),
    "not found, signed out": (NOBODY, "/nowhere", 404),
}
TYPED = {"text", "email", "password", "checkbox", "radio", "range", "search", "number", None}


def parsed(page: str) -> Element:
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    return tree


def words_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def check(page: str, language: str) -> None:
    """All that every page promises."""
    tree = parsed(page)
    assert tree.get("lang") == language
    everything = list(tree.iter())
    by_id = {each.get("id"): each for each in everything if each.get("id")}
    assert len(by_id) == sum(1 for each in everything if each.get("id")), "an id stands twice"
    assert len([each for each in everything if each.tag == "h1"]) == 1
    assert len([each for each in everything if each.tag == "main"]) == 1
    (title,) = [words_of(each) for each in everything if each.tag == "title"]
    assert title.endswith("– Rater")
    assert len(title) > len("– Rater")
    for each in everything:
        _check_names(each, by_id)
        _check_closed(each)
    _check_labels(tree, everything)
    _check_headings(everything)


def _check_names(each: Element, by_id: dict[Any, Element]) -> None:
    for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        for target in (each.get(name) or "").split():
            assert target in by_id, f"{name}={target} leads nowhere"
    if each.tag in ("a", "button"):
        assert words_of(each) or each.get("aria-label"), f"{each.tag} {each.attrib} has no name"
    if each.tag == "img":
        assert each.get("alt") is not None


def _check_closed(each: Element) -> None:
    assert each.get("style") is None, f"{each.tag} carries a style"
    assert not [name for name in each.attrib if name.startswith("on")], f"{each.tag} carries a handler"
    if each.tag in ("script", "style"):
        assert each.get("nonce"), f"{each.tag} without a nonce"
    assert not (each.get("href") or "").startswith("javascript:")


def _check_labels(tree: Element, everything: list[Element]) -> None:
    labelled = {each.get("for") for each in everything if each.tag == "label"}
    inside = {id(child) for each in everything if each.tag == "label" for child in each.iter() if child is not each}
    for each in everything:
        if each.tag in ("select", "textarea") or (each.tag == "input" and each.get("type") in TYPED):
            has_label = each.get("id") in labelled or id(each) in inside or each.get("aria-label")
            assert has_label, f"{each.tag} {each.attrib} has no label"
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "post":
            assert [each for each in form.iter("input") if each.get("name") == "csrf_token"], form.attrib


def _check_headings(everything: list[Element]) -> None:
    levels = [int(each.tag[1]) for each in everything if each.tag in ("h1", "h2", "h3", "h4")]
    for before, after in pairwise(levels):
        assert after <= before + 1, f"h{after} follows h{before}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page(world: World, page: str, language: str) -> None:
    name, path, status = PAGES[page]
    answer = world.visitors[name].ask("GET", path.format(**world.ids), headers={"Accept-Language": language})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    check(answer.text, language)


def test_every_route_with_a_page_is_among_them(world: World) -> None:
    shown = {
        world.app.url_map.bind("localhost").match(path.partition("?")[0].format(**world.ids))[0]
        for page, (_, path, _) in PAGES.items()
        if "not found" not in page
    }
    others = {
        "static",
        "recordings.audio",
        "recordings.peaks",
        "recordings.voice",
        "exports.fetch",
        "allocation.plan",
        "ratings.hours",
        "ratings.manual",
        "exclusions.flow_picture",
        "studies.settings_file",
    }
    gets = {rule.endpoint for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    assert gets - others == shown


GOOD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page – Rater</title></head><body><main>'
    '<h1>A</h1><form method="post"><input type="hidden" name="csrf_token" value="x">'
    '<label for="a">A</label><input id="a">'
    "<button>Go</button></form></main></body></html>"
)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('lang="en"', ""),
        ("<h1>A</h1>", "<h2>A</h2>"),
        ("</h1>", "</h1><h1>B</h1>"),
        ("</h1>", "</h1><h3>B</h3>"),
        ("Page – Rater", "– Rater"),
        ('for="a"', 'for="b"'),
        ('<label for="a">A</label>', ""),
        ('id="a"', 'id="a" style="color:red"'),
        ("<button>", '<button onclick="x()">'),
        ("<button>Go", "<button>"),
        ("<main>", "<main><script>x()</script>"),
        ("<main>", '<main><p id="a">twice</p>'),
        ('name="csrf_token"', 'name="token"'),
        ("</h1>", "</h2>"),
        ("<main>", "<main><div>"),
    ],
)
def test_the_check_sees_each_fault(was: str, now: str) -> None:
    check(GOOD, "en")
    with pytest.raises((AssertionError, html5lib.html5parser.ParseError)):
        check(GOOD.replace(was, now, 1), "en")


def both(world: World, name: str, path: str) -> TestResponse:
    """The page, checked in both languages; the English one is returned."""
    for language in LANGUAGES[::-1]:
        answer = world.visitors[name].ask("GET", path, headers={"Accept-Language": language})
        assert answer.status_code == 200
        check(answer.text, language)
    return answer


def test_a_form_sent_back_is_a_page_too(world: World) -> None:
    anna, nobody = world.visitors["anna"], world.visitors[NOBODY]
    for visitor, path, form in (
        (nobody, "/sign-in", {"email": "", "password": ""}),
        (nobody, "/sign-in", {"email": "a@b.de", "password": "wrong"}),
        (nobody, f"/invitations/{world.ids['invitation']}", {"password": "short"}),
        (anna, f"/ratings/{world.ids['mine']}/submit", {"ghes1": "3", "seen-ghes1": "0", "confirm": "yes"}),
        (anna, f"/ratings/{world.ids['mine']}/submit", {"ghes1": "77"}),
    ):
        for language in LANGUAGES:
            answer = visitor.client.post(
                path, data={**form, "csrf_token": visitor.token}, headers={"Accept-Language": language}
            )
            assert answer.status_code == 422
            check(answer.text, language)
    page = anna.ask("GET", f"/ratings/{world.ids['mine']}").text
    assert 'id="ghes1-3" name="ghes1" value="3"' in page
    assert 'id="ghes1-3" name="ghes1" value="3" aria-describedby="ghes1-3-anchor" checked' in page


def test_the_missing_items_are_listed_with_links(world: World) -> None:
    answer = world.visitors["anna"].ask(
        "POST", f"/ratings/{world.ids['mine']}/submit", form={"ghes1": "3", "seen-ghes1": "0", "confirm": "yes"}
    )
    tree = parsed(answer.text)
    (listed,) = [each for each in tree.iter("ul") if each.get("data-part") == "missing-list"]
    assert [link.get("href") for link in listed.iter("a")] == [f"#item-{item}" for item in ITEMS[1:]]


ITEMS = [*(f"ghes{n}" for n in range(1, 8)), *(f"sta{n}" for n in range(1, 6)), *(f"str{n}" for n in range(1, 4))]


def test_the_form_without_scripts_submits_a_rating(world: World) -> None:
    anna, path = world.visitors["anna"], f"/ratings/{world.ids['mine']}"
    form = {"confirm": "yes", f"task-{world.ids['task']}": "partly", "difficulty": ["lack_of_time", "too_difficult"]}
    for item in ITEMS:
        form |= {item: "2", f"seen-{item}": "0"}
    answer = anna.ask("POST", f"{path}/submit", form=form)
    assert (answer.status_code, answer.location) == (303, "/studies/pilot/sessions")
    assert "is submitted" in anna.ask("GET", answer.location).text
    after = world.contents()
    assert len([row for row in after["point"] if "2.0" in row]) >= len(ITEMS)
    assert sum("partly" in row for row in after["homework_report"]) == 1
    assert len(after["difficulty"]) == 2


def test_a_submitted_rating_can_only_be_read(world: World) -> None:
    tree = parsed(both(world, "anna", f"/ratings/{world.ids['finished']}").text)
    items = [each for each in tree.iter("fieldset") if each.get("data-item")]
    assert [each.get("data-item") for each in items] == ITEMS
    assert all(each.get("disabled") is not None for each in items)
    assert not [each for each in tree.iter("button") if "Submit this" in words_of(each)]
    assert [len([each for each in item.iter("input") if each.get("checked") is not None]) for item in items] == [
        1
    ] * len(ITEMS)


def test_a_session_without_a_recording_says_so(world: World) -> None:
    page = both(world, "ben", f"/ratings/{world.ids['bens']}").text
    assert "No recording yet" in page
    assert "<audio" not in page


def test_a_study_without_sessions_says_what_to_do(world: World) -> None:
    with world.app.app_context(), writing() as session:
        study = make_study(session, "empty")
        for name, role in (("anna", Role.RATER), ("carla", Role.COORDINATOR), ("rosa", Role.RESEARCHER)):
            add_member(session, COMMAND_LINE, study, make_person(session, f"{name}@example.org"), role, now=NOON)
    assert "No session is waiting for you" in both(world, "anna", "/studies/empty/sessions").text
    assert "No sessions yet" in both(world, "carla", "/studies/empty").text
    page = both(world, "rosa", "/studies/empty").text
    assert "Nothing has been computed yet" in page
    assert "No dataset has been made yet" in page


def test_a_study_without_recordings_can_be_rated_and_watched(world: World) -> None:
    with world.app.app_context(), writing() as session:
        session.query(Recording).delete()
    assert "No recording yet" in both(world, "anna", f"/ratings/{world.ids['mine']}").text
    both(world, "anna", "/studies/pilot/sessions")
    both(world, "carla", "/studies/pilot")


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("kind", ["reliability", "export"])
def test_a_job_in_every_state(world: World, state: JobState, kind: str) -> None:
    with world.app.app_context(), writing() as session:
        job = session.scalars(select(Job).where(Job.public_id == world.ids["job"])).one()
        job.kind, job.state, job.fault = kind, state, "It went wrong" if state is JobState.FAILED else None
    page = both(world, "rosa", f"/jobs/{world.ids['job']}").text
    assert ("<noscript>" in page) is (state in (JobState.WAITING, JobState.RUNNING))
    assert ("It went wrong" in page) is (state is JobState.FAILED)
    with world.app.app_context(), writing() as session:
        session.query(Job).filter(Job.public_id == world.ids["job"]).update({"state": JobState.WAITING})
    both(world, "rosa", "/studies/pilot")


def test_reliability_computed_by_the_worker_is_shown(world: World) -> None:
    rosa = world.visitors["rosa"]
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        bens = session.scalars(select(Assignment).where(Assignment.public_id == world.ids["bens"])).one()
        _submit(session, bens, all_points(study, 3))
    job = rosa.ask("POST", "/studies/pilot/reliability").location
    assert "Waiting" in rosa.ask("GET", job).text
    with world.app.app_context():
        assert run_next(world.app.extensions["rater_settings"], lambda: LATER)
    page = both(world, "rosa", "/studies/pilot").text
    assert "1 of them rated twice" in page
    assert "Up to date" in page


def _submit(session: Session, assignment: Assignment, points: dict[str, float | str]) -> None:
    """Put a submitted rating in the place of the draft."""
    if assignment.rating is not None:
        for row in (*assignment.rating.revisions, assignment.rating):
            session.delete(row)
            session.flush()
        session.expire(assignment)
    make_rating(session, assignment, points)


def test_the_chosen_language_stays(world: World) -> None:
    anna = world.visitors["anna"]
    answer = anna.ask("POST", "/language", form={"locale": "de", "next": "/studies/pilot/sessions"})
    assert answer.location == "/studies/pilot/sessions"
    english_browser = {"Accept-Language": "en"}
    check(anna.ask("GET", "/", headers=english_browser).text, "de")
    check(Visitor(world.app.test_client(), "anna@example.org").ask("GET", "/", headers=english_browser).text, "de")
    check(world.visitors["ben"].ask("GET", "/", headers=english_browser).text, "en")
    assert anna.ask("POST", "/language", form={"locale": "tlh", "next": "/"}).status_code == 303
    check(anna.ask("GET", "/").text, "de")
