"""The documentation as tests read it: sections, tables, fenced blocks, links and command lines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))
_FENCE = re.compile(r"(?ms)^```(?P<info>[^\n]*)\n(?P<body>.*?)^```[ ]*$")
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text."""

    language: str
    words: tuple[str, ...]
    body: str


def page(name: str) -> str:
    """The text of a page in docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The fenced blocks in order."""
    found = []
    for fence in _FENCE.finditer(text):
        language, *words = fence["info"].split() or [""]
        found.append(Block(language, tuple(words), fence["body"]))
    return found


def sections(text: str) -> dict[str, str]:
    """The text under each heading, up to the next heading of any level; backticks are taken off headings."""
    prose = _FENCE.sub(lambda fence: fence[0].replace("\n#", "\n\\#"), text)
    parts = re.split(r"(?m)^#+ (.+)$", prose)
    return dict(zip((each.replace("`", "").strip() for each in parts[1::2]), parts[2::2], strict=True))


def codes(text: str) -> set[str]:
    """Everything in backticks, fenced blocks aside."""
    return set(_CODE.findall(_FENCE.sub("", text)))


def first_cells(text: str) -> list[str]:
    """The codes in the first cells of all table rows."""
    rows = [line for line in _FENCE.sub("", text).splitlines() if line.startswith("| `")]
    return [code for row in rows for code in _CODE.findall(row.split("|")[1])]


def links(text: str) -> list[str]:
    """The targets of links to files of the project, without their anchors."""
    found = (target.partition("#")[0] for target in _LINK.findall(_FENCE.sub("", text)))
    return [target for target in found if target and "://" not in target and not target.startswith("mailto:")]


def command_lines(text: str) -> Iterator[list[str]]:
    """The words after `rater` of each command line in a shell block."""
    for block in blocks(text):
        if block.language == "sh":
            for line in block.body.splitlines():
                if line.startswith("rater "):
                    yield shlex.split(line)[1:]


def mentioned_commands(text: str) -> Iterator[list[str]]:
    """The words after `rater` of each command named in a sentence."""
    for code in codes(text):
        if code.startswith("rater "):
            yield code.split()[1:]


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, as `rater stats gstudy`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join(("rater", *path, name)), command


def options(command: click.Command) -> set[str]:
    """The long options of a command."""
    return {
        name
        for param in command.params
        if isinstance(param, click.Option)
        for name in param.opts
        if name.startswith("--")
    }
