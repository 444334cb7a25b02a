"""The rating manual: what Markdown may become, where it opens, and the log of rulings."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.config import data_folder
from rater.errors import BadInput, NotFound, NotPermitted
from rater.ratings.manual import LARGEST, full_manual, read_manual, sections_of
from rater.ratings.markdown import may_link, short_html
from rater.ratings.operations.manual import (
    add_ruling,
    import_manual,
    manual_for_rating,
    manual_of,
    manual_source,
)
from rater.scales.loading import load_scale
from rater.storage.models import AuditEvent, Decision, Manual, Study
from rater.storage.queries.studies import ruling_counts
from rater.terms import COMMAND_LINE, Actor, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study

GHES = load_scale((data_folder("scales") / "ghes.yaml").read_bytes())
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
TAGS = TABLE | {"p", "ul", "ol", "li", "pre", "blockquote", "hr", "dl", "dt", "dd", "em", "strong", "a", "code", "br"}
ATTRIBUTES = {"a": {"href", "rel", "target", "title"}, "ol": {"start"}, "th": {"class"}, "td": {"class"}}
HOSTILE = [
    "<script>alert(1)</script>",
    "text <img src=x onerror=alert(1)> text",
    "<div\nonclick=alert(1)>\n\n# a\n\n</div>",
    "<svg/onload=alert(1)>",
    "<!-- --><script>alert(1)</script>",
    "<style>body{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=https://evil.example><button>Sign in</button></form>",
    "<base href=https://evil.example/>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java\\\nscript:alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/beacon)",
    "[x](/sign-out)",
    "[x](https://rater@evil.example/)",
    "[x](https://a:b@evil.example)",
    "[x](https:\\\\evil.example)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![beacon](https://evil.example/pixel.gif)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](x 'onerror=alert(1)')",
    '[x](https://example.org "\\" onmouseover=alert(1) x=\\"")',
    '[x](https://example.org/"onmouseover="alert(1))',
    '```"><script>alert(1)</script>\ncode\n```',
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "| a |\n|--:|\n| <script>alert(1)</script> |",
    "# <img src=x onerror=alert(1)> {#words}",
    "# ghes1 <b onclick=alert(1)>x</b>",
    "> # inside\n> <script>alert(1)</script>",
    "<ſcript>alert(1)</ſcript>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[![x](https://evil.example/p.gif)](https://evil.example)",
    '[<b>x</b>](#"><script>alert(1)</script>)',
    "</section></main><script>alert(1)</script>",
]


def unsafe(html: str) -> list[str]:
    """What of this HTML is more than words: strange elements, attributes, and links that lead elsewhere."""
    found = []
    for each in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if each.tag == "DOCUMENT_FRAGMENT":
            continue
        if each.tag not in TAGS:
            found.append(f"<{each.tag}>")
        found += [f"{each.tag} {name}" for name in each.attrib if name not in ATTRIBUTES.get(each.tag, set())]
        href = each.get("href")
        if href is not None and not may_link(href):
            found.append(href)
        if href is not None and not href.startswith("#") and "noopener" not in (each.get("rel") or ""):
            found.append("a link without noopener")
    return found


def whole(source: str) -> str:
    return "".join(section.html for section in sections_of(source, "ghes", GHES.item_ids)) + short_html(source)


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_markdown_becomes_words(source: str) -> None:
    assert unsafe(whole(source)) == []
    for section in sections_of(source, "ghes", GHES.item_ids):
        assert re.fullmatch(r"manual-[\w.-]+", section.id)


def test_the_check_sees_what_raw_html_would_do() -> None:
    """The control: the same texts by a reader that lets HTML and any link through."""
    careless = MarkdownIt("commonmark", {"html": True}).enable("table")
    careless.validateLink = lambda url: True  # type: ignore[method-assign]  # what must not be done
    seen = [source for source in HOSTILE if unsafe(careless.render(source))]
    assert len(seen) >= len(HOSTILE) - 8
    assert unsafe(MarkdownIt("commonmark", {"html": False}).render("![b](https://evil.example/p.gif)")) != []


@given(st.text(alphabet="<>[]()!#`*_{}\"'=&;:/\\ \nax1j\u202e\u0000javscript:on", max_size=60))
def test_whatever_is_written_stays_words(source: str) -> None:
    assert unsafe(whole(source)) == []


@pytest.mark.parametrize("address", ["https://example.org/a?b=c#d", "http://example.org", "#ghes1", "#a.b-c"])
def test_links_that_may_be(address: str) -> None:
    assert may_link(address)
    assert f'href="{address}"' in short_html(f"[x]({address})")


SOURCE = """Before all.

# General
Listen first, then [see engagement](#GHES1) or [the end](#last-words).

## ghes1: Engagement
Count every task.

### What is not counted
A task *planned* only.

## On quality {#ghes2}
Quality, not quantity.

# Last words
"""


def test_a_manual_is_cut_at_its_headings() -> None:
    sections = sections_of(SOURCE, "ghes", GHES.item_ids)
    assert [(each.id, each.depth, each.title, each.item, each.opens) for each in sections] == [
        ("manual-ghes", 0, "", None, False),
        ("manual-ghes-general", 1, "General", None, False),
        ("manual-ghes1", 2, "ghes1: Engagement", "ghes1", True),
        ("manual-ghes-what-is-not-counted", 3, "What is not counted", "ghes1", False),
        ("manual-ghes2", 2, "On quality", "ghes2", True),
        ("manual-ghes-last-words", 1, "Last words", None, False),
    ]
    assert 'href="#manual-ghes1"' in sections[1].html
    assert 'href="#manual-ghes-last-words"' in sections[1].html


def test_depths_never_skip_and_ids_never_repeat() -> None:
    sections = sections_of("### a\n###### a\n# a\n### ghes1\n## ghes1 again\n", "ghes", GHES.item_ids)
    assert all(after.depth <= before.depth + 1 for before, after in pairwise(sections))
    assert len({each.id for each in sections}) == len(sections)
    assert [each.opens for each in sections] == [False, False, False, True, False]


def test_items_without_a_heading_come_from_the_scale() -> None:
    written, rest = full_manual(SOURCE, GHES, "en")
    assert {each.item for each in written if each.opens} | {each.item for each in rest} == set(GHES.item_ids)
    assert full_manual(None, GHES, "en")[0] == ()
    german = full_manual(None, GHES, "de")[1]
    assert [each.id for each in german] == [f"manual-{item}" for item in GHES.item_ids]
    assert "Beschäftigung mit den Aufgaben" in german[0].title
    assert all(unsafe(each.html) == ["dl class"] and "<dt>0</dt>" in each.html for each in german)


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (b"", [None]),
        (b" \n ", [None]),
        (b"# a\n\xff", [2]),
        ("# a\nb \u202e c\nd \x00".encode(), [2, 3]),
        (b"# ghes1\n\n# b {#ghes1}", [3]),
        (b"# a\n\n# b {#ghes99}", [3]),
        (b"x" * (LARGEST + 1), [None]),
    ],
)
def test_faults_are_told_with_their_line(data: bytes, places: list[int | None]) -> None:
    with pytest.raises(BadInput) as caught:
        read_manual(data, GHES, file="m.md")
    assert [(each.file, each.line) for each in caught.value.faults] == [("m.md", line) for line in places]


def test_what_is_not_shown_is_noted() -> None:
    source = "# a {#my-own}\n\n![b](c.png)\n<br>\n\n<div>x</div>\n\n[x](mailto:a@b.de) [y](https://example.org)\n"
    kept, notes = read_manual(b"\xef\xbb\xbf" + source.replace("\n", "\r\n").encode(), GHES)
    assert kept == source
    assert [each.line for each in notes] == [3, 4, 6, 8]


@pytest.fixture
def study(session: Session) -> Study:
    return make_study(session)


def member(session: Session, study: Study, role: Role) -> Actor:
    return actor_of(make_person(session, f"{role}@example.org", (study, role)))


def test_an_import_is_kept_once_and_replaced(session: Session, study: Study) -> None:
    researcher = member(session, study, Role.RESEARCHER)
    for changed in (True, False):
        done = import_manual(session, researcher, study, "ghes", SOURCE.encode(), now=NOON)
        assert (done.scale, done.version, done.sections, done.items, done.changed) == ("ghes", 1, 6, 2, changed)
    import_manual(session, researcher, study, "ghes", b"# ghes3", now=NOON)
    assert manual_source(session, study, "ghes") == "# ghes3"
    assert manual_source(session, study, "sthar") is None
    assert session.scalar(select(func.count()).select_from(Manual)) == 1
    assert session.scalar(select(func.count()).where(AuditEvent.action == "manual.imported")) == 2


@pytest.mark.parametrize("scale", ["phq9", "nothing"])
def test_raters_have_no_manual_of_an_outcome(session: Session, study: Study, scale: str) -> None:
    with pytest.raises(BadInput, match="ghes, sthar"):
        import_manual(session, COMMAND_LINE, study, scale, b"# a", now=NOON)
    with pytest.raises(BadInput):
        add_ruling(session, COMMAND_LINE, study, scale, None, NOON.date(), "x", now=NOON)
    assert [each.scale.id for each in manual_of(session, COMMAND_LINE, "pilot", "en", now=NOON).scales] == [
        "ghes",
        "sthar",
    ]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_and_two_roles_write(session: Session, study: Study, role: Role) -> None:
    actor = member(session, study, role)
    writes = role in (Role.RESEARCHER, Role.TRAINER)
    assert manual_of(session, actor, "pilot", "en", now=NOON).may_write is writes
    if writes:
        add_ruling(session, actor, study, "ghes", "ghes1", NOON.date(), "x", now=NOON)
    else:
        with pytest.raises(NotPermitted):
            add_ruling(session, actor, study, "ghes", "ghes1", NOON.date(), "x", now=NOON)
        with pytest.raises(NotPermitted):
            import_manual(session, actor, study, "ghes", b"# a", now=NOON)


def test_the_rating_screen_has_the_same_words_for_its_rater_alone(session: Session, study: Study) -> None:
    anna = member(session, study, Role.RATER)
    mine = make_assignment(session, study, make_session(session, study), "R1")
    import_manual(session, COMMAND_LINE, study, "ghes", SOURCE.encode(), now=NOON)
    beside = manual_for_rating(session, anna, mine.public_id, "en", now=NOON)
    assert beside == manual_of(session, anna, "pilot", "en", now=NOON)
    stranger = actor_of(make_person(session, "ben@example.org", (study, Role.RATER)))
    with pytest.raises(NotFound):
        manual_for_rating(session, stranger, mine.public_id, "en", now=NOON)
    with pytest.raises(NotFound):
        manual_of(session, actor_of(make_person(session, "olga@example.org")), "pilot", "en", now=NOON)


def test_rulings_stand_newest_first_and_are_counted(session: Session, study: Study) -> None:
    trainer = member(session, study, Role.TRAINER)
    today = NOON.date()
    for days, item, text in (
        (2, "ghes1", "first"),
        (0, "ghes1", "third *now*"),
        (1, "ghes1", "second"),
        (0, None, "all"),
    ):
        for _ in range(2):
            add_ruling(session, trainer, study, "ghes", item, today - timedelta(days=days), text, now=NOON)
    assert session.scalar(select(func.count()).select_from(Decision)) == 4
    assert session.scalar(select(func.count()).where(AuditEvent.action == "decision.written")) == 4
    rulings = manual_of(session, trainer, "pilot", "en", now=NOON).scales[0].rulings
    assert [each.html for each in rulings["ghes1"]] == [
        "<p>third <em>now</em></p>\n",
        "<p>second</p>\n",
        "<p>first</p>\n",
    ]
    assert [(each.html, each.by) for each in rulings[None]] == [("<p>all</p>\n", "Trainer")]
    assert ruling_counts(session, study.id) == {"ghes1": 3}


@pytest.mark.parametrize(
    ("item", "day", "text"),
    [
        ("ghes99", NOON.date(), "x"),
        ("sta1", NOON.date(), "x"),
        ("ghes1", NOON.date() + timedelta(days=1), "x"),
        ("ghes1", NOON.date(), " "),
        ("ghes1", NOON.date(), "x" * 4001),
        ("ghes1", NOON.date(), "a\x00b"),
    ],
)
def test_a_ruling_that_cannot_be(session: Session, study: Study, item: str, day: date, text: str) -> None:
    with pytest.raises(BadInput):
        add_ruling(session, COMMAND_LINE, study, "ghes", item, day, text, now=NOON)
    assert session.scalar(select(func.count()).select_from(Decision)) == 0
