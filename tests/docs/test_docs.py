"""What the pages promise is what the program does: commands, options, settings, scale keys, links."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from typing import Any

import click
import pytest
from click.testing import CliRunner

from rater.analysis.plan_reading import read_plan
from rater.cli import _rater
from rater.config import Settings
from rater.errors import BadInput
from rater.scales.loading import load_scale
from rater.scales.schema import LOGS, ItemKind, Rule
from rater.scales.validation import ITEM_KEYS, SCALE_KEYS, SCORE_KEYS
from rater.terms import LogCondition
from tests.builders import documents as docs

COMMANDS = dict(docs.leaves(_rater))
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:work|tmp|home|root|Users|mnt)/|[A-Z]:\\")


def undocumented(text: str) -> list[str]:
    """Commands and options that the page lacks, and options that it makes up."""
    found = []
    sections = docs.sections(text)
    for name, command in COMMANDS.items():
        if name not in sections:
            found.append(name)
            continue
        told = {each for each in docs.codes(sections[name]) if each.startswith("--")}
        found += [f"{name} lacks {option}" for option in sorted(docs.options(command) - told)]
        found += [f"{name} has no {option}" for option in sorted(told - docs.options(command))]
        if not any(line[: len(name.split()) - 1] == name.split()[1:] for line in docs.command_lines(sections[name])):
            found.append(f"{name} has no example")
    return found


def test_every_command_and_option_is_documented() -> None:
    assert undocumented(docs.page("commands.md")) == []


def test_a_command_an_option_or_an_example_that_is_not_documented_is_found() -> None:
    text = docs.page("commands.md")
    assert undocumented(text.replace("### `rater demo`", "### Demo")) == ["rater demo"]
    assert undocumented(text.replace("| `--fresh` |", "| fresh |")) == ["rater demo lacks --fresh"]
    assert undocumented(text.replace("| `--fresh` |", "| `--new` |")) == [
        "rater demo lacks --fresh",
        "rater demo has no --new",
    ]
    assert undocumented(text.replace("rater demo --port 8010", "make demo")) == ["rater demo has no example"]


def parsed(words: list[str]) -> click.Context:
    """The context of a command line that is parsed and not run. Raises ClickException."""
    group: Any = _rater
    context = click.Context(_rater)
    while isinstance(group, click.Group):
        name, command, words = group.resolve_command(context, words)
        assert command is not None
        group, context = command, click.Context(command, parent=context, info_name=name)
    made: click.Context = group.make_context(context.info_name, list(words), parent=context.parent)
    return made


@pytest.mark.parametrize("path", docs.PAGES, ids=lambda path: path.name)
def test_every_command_line_parses(path: Any) -> None:
    for words in docs.command_lines(path.read_text(encoding="utf-8")):
        parsed(words)


@pytest.mark.parametrize("words", [["demo", "--prot", "1"], ["users"], ["export", "pilot"], ["stats", "icc", "f.csv"]])
def test_a_command_line_that_does_not_parse_is_found(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parsed(words)


@pytest.mark.parametrize("path", docs.PAGES, ids=lambda path: path.name)
def test_commands_in_sentences_exist(path: Any) -> None:
    groups = {" ".join(name.split()[:2]) for name in COMMANDS}
    for words in docs.mentioned_commands(path.read_text(encoding="utf-8")):
        called = [each for each in words if not each.startswith("-")]
        named = next((name for name in COMMANDS if " ".join(["rater", *called]).startswith(name)), None)
        if words != ["--version"]:
            assert named or " ".join(["rater", *called]) in groups, words
        given = {each.partition("=")[0] for each in words if each.startswith("--")} - {"--help", "--version"}
        assert not given or given <= docs.options(COMMANDS[named or ""]), words


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_reachable_and_ends_with_an_example_that_parses(name: str) -> None:
    result = CliRunner().invoke(_rater, [*name.split()[1:], "--help"])
    assert result.exit_code == 0, result.output
    example = (COMMANDS[name].help or "").partition("Example: rater ")[2]
    assert example, f"{name} --help shows no example"
    parsed(shlex.split(" ".join(example.split("\n\n")[0].split())))


def test_every_setting_is_documented_and_no_other() -> None:
    known = {each.metadata["variable"] for each in fields(Settings)}
    assert set(docs.first_cells(docs.page("settings.md"))) == known
    named = {name for path in docs.PAGES for name in re.findall(r"RATER_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert named <= known


def test_every_key_of_a_scale_file_is_documented_and_no_other() -> None:
    sections = docs.sections(docs.page("scales.md"))
    assert tuple(docs.first_cells(sections["The scale"])) == SCALE_KEYS
    assert set(docs.first_cells(sections["An item"])) == set(ITEM_KEYS)
    assert docs.first_cells(sections["Missing codes"]) == list(LogCondition)
    assert set(docs.first_cells(sections["Subscales and scores"])) == set(SCORE_KEYS)
    words = docs.codes(docs.page("scales.md"))
    assert {*map(str, ItemKind), *map(str, Rule), *LOGS, "label", "not_applicable"} <= words


def yaml_blocks(*, of_models: bool) -> list[str]:
    """The scale files, or the files of models, on all pages."""
    blocks = [block for path in docs.PAGES for block in docs.blocks(path.read_text("utf-8"))]
    files = [block.body for block in blocks if block.language == "yaml"]
    return [file for file in files if file.startswith("models:") is of_models]


def test_the_models_on_the_pages_are_read() -> None:
    plans = [read_plan(file) for file in yaml_blocks(of_models=True)]
    assert [list(plan.models) for plan in plans] == [["GHES_time", "GHES_StHAR"]]


def test_the_scales_on_the_pages_load_and_use_nearly_every_key() -> None:
    scales = [load_scale(file.encode(), file="page") for file in yaml_blocks(of_models=False)]
    assert {scale.id for scale in scales} == {"structure", "warmth"}
    text = docs.blocks(docs.page("scales.md"))[0].body
    unused = {key for key in (*SCALE_KEYS, *ITEM_KEYS, *SCORE_KEYS) if f"{key}:" not in text}
    assert unused == {"options"}


@pytest.mark.parametrize(
    ("said", "instead"),
    [("kind: observer", "colour: red"), ("0: Never,", "9: Never,"), ("[interest, cool], rule", "[interest, x], rule")],
)
def test_a_scale_that_breaks_what_the_page_says_is_refused(said: str, instead: str) -> None:
    text = docs.blocks(docs.page("scales.md"))[0].body
    assert said in text
    with pytest.raises(BadInput):
        load_scale(text.replace(said, instead).encode(), file="page")


@pytest.mark.parametrize("path", docs.PAGES, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    assert [target for target in docs.links(text) if not (path.parent / target).exists()] == []


def test_every_page_is_reached_from_the_readme() -> None:
    readme = docs.PAGES[0].read_text(encoding="utf-8")
    reached = set(docs.links(readme))
    for path in docs.PAGES[1:]:
        inner = {f"docs/{target}" for other in docs.PAGES[1:] for target in docs.links(other.read_text("utf-8"))}
        assert f"docs/{path.name}" in reached | inner, path.name


@pytest.mark.parametrize("path", docs.PAGES, ids=lambda path: path.name)
def test_no_page_names_a_place_on_somebody_s_machine(path: Any) -> None:
    assert MACHINE_PATH.findall(path.read_text(encoding="utf-8")) == []


def test_a_machine_s_path_is_found() -> None:
    assert MACHINE_PATH.search("see /home/anna/rater") is not None
    assert MACHINE_PATH.search("file:///srv/recordings and https://example.org/home/x") is None


def test_the_rater_s_page_names_the_keys_and_states_of_the_rating_screen() -> None:
    static = docs.ROOT / "rater" / "web"
    text = docs.page("users.md")
    acts = re.search(r"const ACTS = \{(.*?)\};", (static / "static/js/keys.mjs").read_text("utf-8"), re.DOTALL)
    assert acts is not None
    told = {" ": "Space", "ArrowUp": "↑", "ArrowDown": "↓", "Delete": "Del", "Backspace": "Del"}
    keys = re.findall(r'(?:^|,)\s*(?:"([^"]+)"|(\w+)):', acts[1])
    assert len(keys) > 10
    for key in keys:
        name = next(filter(None, key))
        assert told.get(name, f"`{name}`") in text, name
    words = (static / "templates/ratings/words/saving.html").read_text("utf-8")
    for key in ("saving", "saved", "unsaved", "offline_short", "window_short"):
        state = re.search(rf"'{key}': _\('([^'{{]+)", words)
        assert state is not None
        assert f"\n| {state[1].strip()}" in text, state[1]
