"""Every page in every language: valid, titled, labelled, and without scripts or styles of its own."""

from __future__ import annotations

import html5lib
import pytest

from rater.storage.database import writing
from rater.storage.models import Example, Recording
from rater.studies.operations import add_member
from rater.terms import COMMAND_LINE, Role
from tests.builders.study import NOON, make_person, make_study
from tests.web.routes import SUPERVISION
from tests.web.valid import LANGUAGES, both, check, parsed, words_of
from tests.web.world import NOBODY, Visitor, World

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
    "reliability": ("rosa", "/studies/pilot/reliability", 200),
    "job": ("rosa", "/jobs/{job}", 200),
    "export job": ("rosa", "/jobs/{export}", 200),
    "cannot rate": ("anna", "/ratings/{mine}/cannot-rate", 200),
    "concern of a rater": ("anna", "/ratings/{mine}/concern", 200),
    "revisions": ("anna", "/ratings/{finished}/revisions", 200),
    "leave as submitted": ("anna", "/ratings/{finished}/as-submitted", 200),
    "manual": ("anna", "/studies/pilot/manual", 200),
    "changes of a scale": ("anna", "/studies/pilot/changes/ghes", 200),
    "wording": ("theo", "/studies/pilot/training/wording", 200),
    "manual for a researcher": ("rosa", "/studies/pilot/manual", 200),
    "notices": ("carla", "/me/notices", 200),
    "settings of a study": ("carla", "/studies/pilot/settings", 200),
    "analysis": ("rosa", "/studies/pilot/analysis", 200),
    "drift": ("theo", "/studies/pilot/training/drift", 200),
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
    "examples": ("theo", "/studies/pilot/training/examples", 200),
    "manual for a trainer": ("theo", "/studies/pilot/manual", 200),
    "training": ("theo", "/studies/pilot/training", 200),
    "training for a researcher": ("rosa", "/studies/pilot/training", 200),
    "pathway of training": ("theo", "/studies/pilot/training/steps", 200),
    "a rater in training": ("theo", "/studies/pilot/training/raters/R1", 200),
    "gate after a trial": ("theo", "/studies/pilot/training/gate/training", 200),
    "reveal of a trial": ("theo", "/studies/pilot/training/waves/training/reveal", 200),
    "own path": ("anna", "/studies/pilot/path", 200),
    "own calibration and tempo": ("anna", "/studies/pilot/mine", 200),
    "lock a wave": ("rosa", "/studies/pilot/waves/main/lock", 200),
    "criterion ratings": ("theo", "/studies/pilot/training/criterion", 200),
    "criterion of a session": ("theo", "/studies/pilot/training/criterion/KP071", 200),
    "a revealed wave": ("theo", "/studies/pilot/training/waves/training", 200),
    "a revealed wave for a rater": ("ben", "/studies/pilot/training/waves/training?who=names", 200),
    "a meeting": ("theo", "/studies/pilot/training/waves/training/meeting", 200),
    "a discussion": ("theo", "/studies/pilot/training/waves/training/KP071/ghes1?who=codes", 200),
    "a discussion for a rater": ("ben", "/studies/pilot/training/waves/training/KP071/ghes1", 200),
    "proposals": ("theo", "/studies/pilot/training/proposals", 200),
    "components": ("anna", "/style", 200),
    "closed": ("anna", "/studies/pilot", 403),
    "not found": ("anna", "/nowhere", 404),
    "not found, signed out": (NOBODY, "/nowhere", 404),
}


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
        "reliability.figure_svg",
        "reliability.figure_png",
        "reliability.table",
        "allocation.plan",
        "training.drift_table",
        "training.drift_svg",
        "training.drift_png",
        "analysis.table",
        "analysis.figure_svg",
        "analysis.figure_png",
        "ratings.hours",
        "ratings.manual",
        "training.example_audio",
        "exclusions.flow_picture",
        "studies.settings_file",
        "training.wave_table",
    }
    gets = {rule.endpoint for rule in world.app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    assert {each for each in gets - others if not each.startswith(SUPERVISION)} == shown


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
        session.query(Example).delete()
        session.query(Recording).delete()
    assert "No recording yet" in both(world, "anna", f"/ratings/{world.ids['mine']}").text
    both(world, "anna", "/studies/pilot/sessions")
    both(world, "carla", "/studies/pilot")


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
