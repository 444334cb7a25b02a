"""A new version of a scale in which some anchors or descriptions are worded anew; all else stays byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from rater.errors import BadInput, Fault, fault
from rater.scales.fields import LANGUAGE
from rater.scales.loading import load_scale
from rater.scales.schema import SOURCE_LANGUAGE, Scale
from rater.scales.source import UNREADABLE, Findings, read_nodes

_BLOCK_HEAD = re.compile(r"[|>][-+0-9]*[ ]*(#[^\r\n]*)?(?=\r|\n|$)")


@dataclass(frozen=True)
class Refinement:
    """New words for the anchor of one point of an item, or for its description where `point` is None.

    `language` says which words are replaced; those in other languages stay. Line ends become \\n, and spaces around
    the text go.
    """

    item: str
    point: int | None
    text: str
    language: str = SOURCE_LANGUAGE

    @property
    def words(self) -> str:
        """The text as it will be read from the file."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").strip()


@dataclass(frozen=True)
class _Edit:
    """What takes the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def refined(source: str, refinements: Sequence[Refinement]) -> str:
    """The YAML text of the scale with `version` one higher and the given words replaced.

    Comments, order, quotes and line ends of all other places are kept. A language that a text lacks is added to it.
    Raises ScaleError where `source` is no scale, and BadInput with every refinement that names an unknown item, a
    point or description for which the scale has no words, an unreadable or empty text, or the same words twice.
    """
    scale = load_scale(source)
    root = read_nodes(source, Findings())
    if root is None:
        raise ValueError("a scale that loads has a root")
    source, mark = source.removeprefix("\ufeff"), "\ufeff" if source.startswith("\ufeff") else ""
    if faults := _faults(scale, refinements):
        raise BadInput(faults)
    edits = [_version_edit(root, scale.version + 1)]
    by_place: dict[tuple[str, int | None], list[Refinement]] = {}
    for each in refinements:
        by_place.setdefault((each.item, each.point), []).append(each)
    for (item, point), given in by_place.items():
        edits += _edits(source, _words_node(root, item, point), given)
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    load_scale(source)
    return mark + source


def _faults(scale: Scale, refinements: Sequence[Refinement]) -> list[Fault]:
    found, seen = list[Fault](), set[tuple[str, int | None, str]]()
    for each in refinements:
        place = (each.item, each.point, each.language)
        if place in seen:
            cause, remedy = "{item}: new words for one place are given twice", "Keep one of the two"
            found.append(fault(cause, remedy, column=_named(each), item=_named(each)))
        seen.add(place)
        found += [*_place_faults(scale, each), *_text_faults(each)]
    return found


def _named(each: Refinement) -> str:
    return each.item if each.point is None else f"{each.item}.{each.point}"


def _place_faults(scale: Scale, each: Refinement) -> list[Fault]:
    told: dict[str, Any] = {"scale": scale.id, "item": each.item, "point": each.point}
    item = next((item for item in scale.items if item.id == each.item), None)
    if item is None:
        cause, remedy = "the scale {scale} has no item {item}", "Name one of its items: {items}"
        return [fault(cause, remedy, column=each.item, **told, items=", ".join(scale.item_ids))]
    if each.point is None and not item.description:
        cause, remedy = "the item {item} has no description", "Write one into the scale file first"
        return [fault(cause, remedy, column=each.item, **told)]
    if each.point is not None and each.point not in item.anchors:
        cause = "the item {item} has no anchor for the point {point}"
        remedy = "Name one of its points, or write an anchor for it into the scale file first"
        return [fault(cause, remedy, column=_named(each), **told)]
    return []


def _text_faults(each: Refinement) -> list[Fault]:
    place = _named(each)
    if not LANGUAGE.fullmatch(each.language):
        cause = "{item}: {language} is no language code"
        return [fault(cause, "Use a code such as en or de", column=place, item=place, language=each.language[:40])]
    if not each.words:
        return [fault("{item}: the new text is empty", "Write the new words", column=place, item=place)]
    if hit := UNREADABLE.search(each.words):
        cause = "{item}: the text holds the character U+{code}"
        return [fault(cause, "Remove it", column=place, item=place, code=f"{ord(hit.group()):04X}")]
    return []


def _entry(node: yaml.Node, key: str) -> yaml.Node:
    found: yaml.Node = next(value for name, value in node.value if name.value == key)
    return found


def _words_node(root: yaml.Node, item: str, point: int | None) -> yaml.Node:
    """The node that holds the words: a scalar, or a map of languages."""
    found = next(each for each in _entry(root, "items").value if _entry(each, "id").value.strip() == item)
    return _entry(found, "description") if point is None else _entry(_entry(found, "anchors"), str(point))


def _version_edit(root: yaml.Node, version: int) -> _Edit:
    node = _entry(root, "version")
    return _Edit(node.start_mark.index, node.end_mark.index, str(version))


def _edits(source: str, node: yaml.Node, given: Sequence[Refinement]) -> list[_Edit]:
    words = {each.language: each.words for each in given}
    if not isinstance(node, yaml.MappingNode):
        if SOURCE_LANGUAGE not in words or len(words) > 1:
            words = {SOURCE_LANGUAGE: node.value.strip()} | words
            text = ", ".join(f"{_quoted(language)}: {_quoted(text)}" for language, text in words.items())
            return [_replaced(source, node, "{" + text + "}")]
        return [_replaced(source, node, _quoted(words[SOURCE_LANGUAGE]))]
    there = {name.value: value for name, value in node.value}
    edits = [_replaced(source, there[name], _quoted(text)) for name, text in words.items() if name in there]
    more = [f"{_quoted(language)}: {_quoted(text)}" for language, text in words.items() if language not in there]
    if more:
        edits.append(_added(source, node, more))
    return edits


def _replaced(source: str, node: yaml.Node, text: str) -> _Edit:
    """The scalar's own characters; a block keeps the comment in its head and the line ends after it."""
    start, end = node.start_mark.index, node.end_mark.index
    old = source[start:end]
    head = _BLOCK_HEAD.match(old) if old[:1] in ("|", ">") else None
    comment = f" {head[1]}" if head and head[1] else ""
    return _Edit(start, start + len(old.rstrip(" \r\n")), text + comment)


def _added(source: str, node: yaml.MappingNode, entries: Sequence[str]) -> _Edit:
    """New entries before the first of the map, where neither a comment nor a block can be in the way."""
    first = node.value[0][0].start_mark
    if node.flow_style:
        return _Edit(first.index, first.index, "".join(f"{entry}, " for entry in entries))
    end = "\r\n" if "\r\n" in source else "\n"
    return _Edit(first.index, first.index, "".join(f"{entry}{end}{' ' * first.column}" for entry in entries))


def _quoted(text: str) -> str:
    """In double quotes on one line; what JSON escapes YAML reads alike."""
    return json.dumps(text, ensure_ascii=False)
