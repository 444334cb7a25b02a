"""The text of a scale file as YAML nodes: only plain maps, lists and scalars get through."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from rater.errors import Fault, fault

MAX_BYTES = 256_000
MAX_DEPTH = 20
MAX_NODES = 20_000
MAX_FAULTS = 1000
KEY_LENGTH = 40
REFUSED = "refused"
_STANDARD = "tag:yaml.org,2002:"
BOOLEAN, WHOLE, DECIMAL = _STANDARD + "bool", _STANDARD + "int", _STANDARD + "float"
EMPTY, WORDS = _STANDARD + "null", _STANDARD + "str"

# All but line ends and printable characters; the separators U+0085, U+2028 and U+2029 would shift line numbers.
UNREADABLE = re.compile("[^\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n|\r|\n")
_PLAIN = {
    BOOLEAN: re.compile(r"true|false", re.IGNORECASE),
    WHOLE: re.compile(r"0|-?[1-9][0-9]*"),
    DECIMAL: re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+"),
    EMPTY: re.compile(r"|~|null", re.IGNORECASE),
    # Words to this reader, yet a number to another.
    WORDS: re.compile(r"(?![-+]?0[0-9]+$|0o[0-7]+$|[-+]?[0-9.]+[eE][-+]?[0-9]+$).*", re.DOTALL),
}


@dataclass
class Findings:
    """The faults found so far in one scale file, at most `MAX_FAULTS` of them."""

    file: str = ""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, cause: str, remedy: str, mark: yaml.Mark | None, **params: Any) -> None:
        """Note a fault at a place of the file; the fault counts lines and columns from 1."""
        if len(self.faults) < MAX_FAULTS:
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.faults.append(fault(cause, remedy, file=self.file, line=line, column=column, **params))


def read_nodes(text: str | bytes, found: Findings) -> yaml.Node | None:
    """The root node of the one document in `text`, or None where a fault leaves nothing to read.

    Tags, aliases, anchors, keys that stand twice and scalars that YAML readers understand differently are noted as
    faults and never obeyed; what cannot be read because of one bears the tag `REFUSED`.
    """
    words = _characters(text, found)
    if words is None:
        return None
    loader = _PlainLoader(words, found)
    try:
        return loader.only_document()
    except yaml.MarkedYAMLError as error:
        found.refuse(
            "the file is not valid YAML from here on: {problem}",
            "Check indentation, colons, brackets and quotes at this place and just before it",
            error.problem_mark or error.context_mark,
            problem=error.problem or error.context,
        )
    except (_TooDeep, RecursionError):
        found.refuse(
            "maps and lists are nested more than {depth} deep",
            "Keep to the levels of the documented format",
            loader.get_mark(),
            depth=MAX_DEPTH,
        )
    except _TooMany:
        cause, remedy = "the file has more than {most} keys and values", "Split the scale"
        found.refuse(cause, remedy, loader.get_mark(), most=MAX_NODES)
    except (ValueError, OverflowError):
        found.refuse(
            "an escape or a directive here cannot be read",
            "Write the character itself, and leave out lines that begin with %",
            loader.get_mark(),
        )
    finally:
        loader.dispose()
    return None


def _characters(text: str | bytes, found: Findings) -> str | None:
    size = len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        cause, remedy = "the file has {size} bytes, more than {most}", "Shorten the texts or split the scale"
        found.refuse(cause, remedy, None, size=size, most=MAX_BYTES)
        return None
    try:
        words = (text.decode("utf-8") if isinstance(text, bytes) else text).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        lines = _LINE_END.split(error.object[: error.start].decode("utf-8"))
        found.refuse("the file is not UTF-8", "Save it with the encoding UTF-8", _mark(len(lines), len(lines[-1])))
        return None
    clean = True
    for number, line in enumerate(_LINE_END.split(words), start=1):
        if hit := UNREADABLE.search(line):
            clean = False
            _refuse_character(hit.group(), _mark(number, hit.start()), found)
    return words if clean else None


def _refuse_character(character: str, mark: yaml.Mark, found: Findings) -> None:
    if character == "\t":
        found.refuse("there is a tab", "Indent and separate with spaces", mark)
    else:
        cause = "there is the invisible character U+{code}"
        found.refuse(cause, "Remove it", mark, code=f"{ord(character):04X}")


def _mark(line: int, column: int) -> yaml.Mark:
    return yaml.Mark("", 0, line - 1, column, None, 0)


class _TooDeep(Exception):
    """The nesting passes `MAX_DEPTH`."""


class _TooMany(Exception):
    """The nodes are more than `MAX_NODES`."""


class _PlainLoader(yaml.SafeLoader):
    """Composes nodes only: constructs nothing, follows no alias, obeys no tag."""

    def __init__(self, words: str, found: Findings) -> None:
        super().__init__(words)
        self.found = found
        self.depth = 0
        self.count = 0
        self.path: list[str] = []

    def _peek(self) -> Any:
        return self.peek_event()  # type: ignore[no-untyped-call]  # absent from its types

    def _next(self) -> Any:
        return self.get_event()  # type: ignore[no-untyped-call]  # absent from its types

    def only_document(self) -> yaml.Node | None:
        self._next()
        if self.check_event(yaml.StreamEndEvent):
            self.found.refuse("the file is empty", "Write the scale in the documented format", None)
            return None
        root = self.compose_document()
        if not self.check_event(yaml.StreamEndEvent):
            cause, remedy = "a second document begins here", "Keep each scale in a file of its own"
            self.found.refuse(cause, remedy, self._peek().start_mark)
        return root

    def refuse(self, cause: str, remedy: str, mark: Any, **params: Any) -> None:
        self.found.refuse(cause, remedy, mark, key=".".join(self.path) or "(file)", **params)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        step = str(index + 1) if isinstance(index, int) else getattr(index, "value", None)
        self.path += [step[:KEY_LENGTH]] if isinstance(step, str) else []
        self.depth += 1
        self.count += 1
        if self.count > MAX_NODES:
            raise _TooMany
        if self.depth > MAX_DEPTH:
            raise _TooDeep
        node = self._plain_node(parent, index)
        self.depth -= 1
        del self.path[len(self.path) - isinstance(step, str) :]
        return node

    def _plain_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self._peek()
        if self.check_event(yaml.AliasEvent):
            self._next()
            self.refuse(
                "{key}: the alias *{name} stands here", "Write the value out", event.start_mark, name=event.anchor
            )
            return yaml.ScalarNode(REFUSED, "", event.start_mark, event.end_mark)
        tag, event.tag = event.tag, None
        anchor, event.anchor = event.anchor, None
        if anchor is not None:
            self.refuse("{key}: the YAML anchor &{name} stands here", "Remove it", event.start_mark, name=anchor)
        if tag is not None:
            self.refuse(
                "{key}: the tag {tag} stands here", "Remove it and write the plain value", event.start_mark, tag=tag
            )
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode):
            self._check_scalar(node, tagged=tag is not None)
        elif isinstance(node, yaml.MappingNode):
            self._check_keys(node)
        return node

    def _check_scalar(self, node: yaml.ScalarNode, *, tagged: bool) -> None:
        plain = _PLAIN.get(node.tag)
        if hit := UNREADABLE.search(node.value):
            cause = "{key}: the text holds the character U+{code}"
            self.refuse(cause, "Remove it", node.start_mark, code=f"{ord(hit.group()):04X}")
        elif tagged:
            pass
        elif node.style is None and not (plain and plain.fullmatch(node.value)):
            self.refuse(
                "{key}: programs that read YAML do not agree on what {value} is",
                "Put text in quotes; write a number with its digits alone",
                node.start_mark,
                value=node.value[:KEY_LENGTH],
            )
        else:
            return
        node.tag = REFUSED

    def _check_keys(self, node: yaml.MappingNode) -> None:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.refuse("{key}: a list or map stands as a key", "Use a word as the key", key.start_mark)
            elif key.tag != REFUSED and key.value in seen:
                self.refuse(
                    "{key}: the key {name} stands twice, first in line {first}",
                    "Keep one of the two",
                    key.start_mark,
                    name=key.value[:KEY_LENGTH],
                    first=seen[key.value],
                )
            else:
                seen[key.value] = key.start_mark.line + 1
