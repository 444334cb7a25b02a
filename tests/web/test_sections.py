"""The sections of a study: the one that a page belongs to is marked, on the pages within it too."""

from __future__ import annotations

import re

import pytest

from tests.web.world import World


@pytest.mark.parametrize(
    ("path", "section", "mark"),
    [
        ("/studies/pilot/homework", "Homework", "page"),
        ("/studies/pilot/homework-ledger", "Homework", "true"),
        ("/studies/pilot/homework/KP013", "Homework", "true"),
        ("/recordings/{recording}/masks", "Recordings", "true"),
        ("/studies/pilot/exclusions", "Exclusions", "page"),
    ],
)
def test_one_section_is_marked(world: World, path: str, section: str, mark: str) -> None:
    page = world.visitors["carla"].ask("GET", path.format(**world.ids))
    assert page.status_code == 200
    sections = re.search(r'<(nav|ul)[^>]*class="[^"]*sections.*?</\1>', page.text, re.DOTALL)
    assert sections is not None
    assert re.findall(r'aria-current="(\w+)">([^<]+)<', sections[0]) == [(mark, section)]
