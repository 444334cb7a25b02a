"""What every page must be: valid, titled, labelled, and without scripts or styles of its own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.test import TestResponse

from tests.web.world import World

LANGUAGES = ("en", "de")
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


def both(world: World, name: str, path: str) -> TestResponse:
    """The page, checked in both languages; the English one is returned."""
    for language in LANGUAGES[::-1]:
        answer = world.visitors[name].ask("GET", path, headers={"Accept-Language": language})
        assert answer.status_code == 200
        check(answer.text, language)
    return answer
