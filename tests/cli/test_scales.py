"""Scales on the command line: checked, and shown in words and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.command import Command

CODED = """
id: calm
version: 3
kind: observer
title: {en: Calm, de: Ruhe}
range: {min: 0, max: 1}
missing_codes:
  NA_CRISIS: {label: {en: A crisis call, de: Ein Krisenanruf}, not_applicable: true, items: [cool]}
items:
  - id: cool
    text: Keeps calm
    reverse: true
    anchors: {0: Never, 1: Always}
"""


@pytest.fixture
def rater(tmp_path: Path) -> Command:
    return Command(tmp_path / "home")


@pytest.mark.parametrize("scale", ["ghes", "sthar", "phq9"])
@pytest.mark.parametrize("locale", ["en", "de"])
def test_each_shipped_scale_is_shown_whole(rater: Command, scale: str, locale: str) -> None:
    told = rater("scales", "show", scale, "--locale", locale, "--json").json
    words = rater("scales", "show", scale, "--locale", locale).out
    for item in told["items"]:
        assert f"\n{item['id']}  {item['text']}" in words
        assert all(f"    {each['point']}  {each['text']}\n" in words for each in item["anchors"])
    assert all(f"    {each['code']}  {each['label']}\n" in words for each in told["missing_codes"])


def test_a_file_of_ones_own_is_checked_and_shown(rater: Command, tmp_path: Path) -> None:
    file = tmp_path / "calm.yaml"
    file.write_text(CODED, encoding="utf-8")
    assert rater("scales", "check", file).out.endswith("calm@3: in order; items: 1, scores: 0\n")
    shown = rater("scales", "show", file, "--locale", "de").out
    assert shown.startswith("Ruhe (calm@3, observer)\n")
    assert "cool  Keeps calm (reversed in scores)\n    0  Never\n    1  Always\n" in shown
    assert shown.endswith("    NA_CRISIS  Ein Krisenanruf\n")


def test_what_cannot_be_shown_is_said_with_what_can(rater: Command) -> None:
    assert "Name a file, or one of ghes, phq9, reflect, sthar" in rater("scales", "show", "ghes@7", expect=2).err
