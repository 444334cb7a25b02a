"""The rating manual and the decision log, as pages."""

from __future__ import annotations

import re

import html5lib
import pytest
from sqlalchemy import delete, select

from rater.ratings.operations.manual import add_ruling, import_manual
from rater.storage.database import reading, writing
from rater.storage.models import Decision, Study
from rater.terms import COMMAND_LINE
from tests.ratings.test_manual import HOSTILE, unsafe
from tests.web.valid import both, check
from tests.web.world import LATER, World

PAGE = "/studies/pilot/manual"
FORM = {"about": "ghes/ghes1", "on": "2026-11-02", "text": "A task done in the session counts"}


@pytest.fixture(autouse=True)
def no_rulings(world: World) -> None:
    """Nothing has been decided yet."""
    with world.app.app_context(), writing() as session:
        session.execute(delete(Decision))


def keep(world: World, source: str) -> None:
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        import_manual(session, COMMAND_LINE, study, "ghes", source.encode(), now=LATER)


def rulings(world: World) -> list[tuple[str, str | None]]:
    with world.app.app_context(), reading() as session:
        return [(each.scale, each.item) for each in session.scalars(select(Decision))]


def test_the_manual_is_never_empty(world: World) -> None:
    page = both(world, "anna", PAGE).text
    assert page.count('id="manual-ghes') == 7
    assert page.count('id="manual-of-') == 2
    assert "the study has no manual of its own for it yet" in page
    assert "phq" not in page.lower()


def test_the_studys_own_words_come_first(world: World) -> None:
    keep(world, "# First of all\n\nListen.\n\n## ghes2 Quality\n\nSee [item 1](#ghes1).\n")
    page = both(world, "anna", PAGE).text
    assert page.index("First of all") < page.index("Further items, from the scale")
    assert page.count('id="manual-ghes2"') == 1
    assert 'href="#manual-ghes1"' in page


def test_the_screen_gets_the_same_words_without_a_page_around_them(world: World) -> None:
    keep(world, "# ghes1 Engagement\n\nCount every task.\n")
    answer = world.visitors["anna"].ask("GET", f"/ratings/{world.ids['mine']}/manual")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "<form" not in answer.text
    words = " ".join(answer.text.split())
    page = " ".join(world.visitors["anna"].ask("GET", PAGE).text.split())
    assert words in page
    for name in ("ben", "carla", "rosa", "olga"):
        assert world.visitors[name].ask("GET", f"/ratings/{world.ids['mine']}/manual").status_code == 404


def test_the_manual_tells_nothing_of_patients_and_partners(world: World) -> None:
    """The control: the same words stand on pages for others."""
    page = world.visitors["anna"].ask("GET", PAGE).text
    assert not re.search(r"\bP01\b|\bKP01|\bR2\b|\bBen\b|T1\b", page)
    assert "R2" in world.visitors["carla"].ask("GET", "/studies/pilot").text


def test_hostile_words_stay_words_on_the_page(world: World) -> None:
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        for place, source in enumerate(HOSTILE):
            kept = re.sub(r"[\x00-\x08\x0b-\x1f]", "", source).strip()
            add_ruling(session, COMMAND_LINE, study, "ghes", f"ghes{1 + place % 7}", LATER.date(), kept, now=LATER)
    source = "\n\n".join(re.sub(r"[\x00-\x08\x0b-\x1f]", "", each) for each in HOSTILE if "ghes1" not in each)
    keep(world, source)
    page = both(world, "rosa", PAGE).text
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    scripts = [each for each in tree.iter("script") if not each.get("nonce")]
    assert scripts == []
    assert [each for each in tree.iter() if each.tag in ("img", "iframe", "svg", "style", "base")] == []
    text = next(each for each in tree.iter() if each.get("data-part") == "manual-text")
    inside = [each.get("href") for each in text.iter("a")]
    assert all(re.match(r"#manual-|https?://", href or "") for href in inside)
    assert unsafe(page), "the check sees what belongs to the page itself"


def test_a_ruling_is_written_by_a_form(world: World) -> None:
    answer = world.visitors["rosa"].ask("POST", "/studies/pilot/decisions", form=FORM)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#manual-ghes1")
    world.visitors["theo"].ask("POST", "/studies/pilot/decisions", form={**FORM, "about": "sthar", "text": "*all*"})
    assert rulings(world) == [("ghes", "ghes1"), ("sthar", None)]
    page = both(world, "anna", PAGE).text
    assert page.count("1 ruling") == 2
    assert "<em>all</em>" in page
    assert "Write a ruling" not in page
    assert "Write a ruling" in both(world, "theo", PAGE).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "x" * 4001},
        {"on": ""},
        {"on": "2026-02-30"},
        {"on": "2026-11-04"},
        {"about": ""},
        {"about": "phq9/phq9_1"},
        {"about": "ghes/sta1"},
        {"about": "<script>alert(1)</script>"},
    ],
)
def test_a_ruling_that_cannot_be_comes_back(world: World, wrong: dict[str, str]) -> None:
    answer = world.visitors["rosa"].ask("POST", "/studies/pilot/decisions", form={**FORM, **wrong})
    assert answer.status_code == 422
    check(answer.text, "en")
    assert {**FORM, **wrong}["text"] in answer.text
    assert rulings(world) == []


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("anna", 200, 403),
        ("carla", 200, 403),
        ("sam", 200, 403),
        ("tina", 200, 403),
        ("theo", 200, 303),
        ("rosa", 200, 303),
        ("mixed", 200, 303),
        ("adam", 404, 404),
        ("olga", 404, 404),
        ("gone", 404, 404),
    ],
)
def test_members_read_and_two_roles_write(world: World, name: str, read: int, write: int) -> None:
    assert world.visitors[name].ask("GET", PAGE).status_code == read
    assert world.visitors[name].ask("POST", "/studies/pilot/decisions", form=FORM).status_code == write
