"""One value of a scale file and where it stands, read as what the format expects there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import yaml

from rater.scales.schema import Text
from rater.scales.source import BOOLEAN, EMPTY, KEY_LENGTH, MAX_FAULTS, REFUSED, WHOLE, WORDS, Findings

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


class Field:
    """A value under its key; every reader answers None, or leaves the entry out, after noting a fault."""

    def __init__(self, node: yaml.Node, key: str, found: Findings, name: yaml.ScalarNode | None = None) -> None:
        self.node = node
        self.key = key
        self.found = found
        self.name = name

    def refuse(self, cause: str, remedy: str, **params: Any) -> None:
        """Note a fault at the value."""
        self.found.refuse(cause, remedy, self.node.start_mark, key=self.key or "(file)", **params)

    def refuse_name(self, cause: str, remedy: str, **params: Any) -> None:
        """Note a fault at the key itself."""
        mark = self.name.start_mark if self.name else self.node.start_mark
        self.found.refuse(cause, remedy, mark, key=self.key, **params)

    @property
    def readable(self) -> bool:
        """False where a fault has already been noted for the whole value."""
        return self.node.tag != REFUSED

    @property
    def plural(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def entries(self) -> dict[str, Field]:
        """The entries of a map, by key, in the file's order; the first of two equal keys counts."""
        entries: dict[str, Field] = {}
        if not isinstance(self.node, yaml.MappingNode):
            self._expected("{key}: a map of keys and values belongs here", "Write key: value pairs")
            return entries
        for name, node in self.node.value:
            if isinstance(name, yaml.ScalarNode) and name.tag != REFUSED:
                key = f"{self.key}.{name.value[:KEY_LENGTH]}".lstrip(".")
                entries.setdefault(name.value, Field(node, key, self.found, name))
        return entries

    def known(self, allowed: Iterable[str], required: Iterable[str] = ()) -> dict[str, Field]:
        """The entries of a map that may hold only the `allowed` keys and must hold the `required` ones."""
        entries, allowed = self.entries(), sorted(allowed)
        for name in [each for each in entries if each not in allowed][:MAX_FAULTS]:
            close = get_close_matches(name[:KEY_LENGTH], allowed, n=1)
            entries.pop(name).refuse_name(
                "{key}: this key is unknown here",
                "Remove it or use one of: {allowed}",
                allowed=", ".join(close or allowed),
            )
        if isinstance(self.node, yaml.MappingNode):
            for name in required:
                if name not in entries:
                    self.refuse("{key}: the key {name} is missing", "Add it", name=name)
        return entries

    def elements(self) -> list[Field]:
        """The elements of a list that has at least one; their keys count from 1."""
        if not isinstance(self.node, yaml.SequenceNode):
            self._expected("{key}: a list belongs here", "Write a list, such as [a, b]")
            return []
        if not self.node.value:
            self.refuse("{key}: the list is empty", "Name at least one")
        return [Field(node, f"{self.key}.{at}", self.found) for at, node in enumerate(self.node.value, start=1)]

    def words(self) -> str | None:
        """A text of at least one visible character."""
        if not self._is_scalar(WORDS) or not self.node.value.strip():
            self._expected("{key}: a text belongs here", "Write words; put digits, true and false in quotes")
            return None
        return str(self.node.value).strip()

    def text(self) -> Text | None:
        """A plain string, or a map from language to string."""
        if not isinstance(self.node, yaml.MappingNode):
            words = self.words()
            return Text(words) if words else None
        languages: dict[str, str] = {}
        for language, entry in self.entries().items():
            if not LANGUAGE.fullmatch(language):
                entry.refuse_name("{key}: this is no language code", "Use a code such as en or de")
            elif words := entry.words():
                languages[language] = words
        if not self.node.value:
            self.refuse("{key}: the map of languages is empty", "Add the words in one language at least")
        return Text(languages)

    def identifier(self) -> str | None:
        """A name of ASCII letters, digits and underscores that begins with a letter."""
        words = self.words()
        return words if words and self._is_identifier(words) else None

    def named(self) -> dict[str, Field]:
        """The entries of a map whose keys are identifiers."""
        entries = self.entries()
        return {name: entry for name, entry in entries.items() if entry._is_identifier(name, by_name=True)}

    def one_of(self, allowed: Iterable[str]) -> str | None:
        """One of the allowed words."""
        words, allowed = self.words(), list(allowed)
        if words is None or words in allowed:
            return words
        self.refuse(
            "{key}: {value} is not known here",
            "Use one of: {allowed}",
            value=words[:KEY_LENGTH],
            allowed=", ".join(allowed),
        )
        return None

    def whole(self) -> int | None:
        """A whole number of at most 9 digits."""
        number = whole_number(self.node.value) if self._is_scalar(WHOLE) else None
        if number is None:
            self._expected("{key}: a whole number belongs here", "Write at most 9 digits, without quotes or point")
        return number

    def whole_name(self) -> int | None:
        """The key as a whole number, or None with nothing noted."""
        return whole_number(self.name.value) if self.name and self.name.tag == WHOLE else None

    def flag(self) -> bool:
        """True or false."""
        if not self._is_scalar(BOOLEAN):
            self._expected("{key}: true or false belongs here", "Write true or false")
            return False
        return str(self.node.value).lower() == "true"

    def _is_scalar(self, tag: str) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == tag

    def _is_identifier(self, words: str, *, by_name: bool = False) -> bool:
        if IDENTIFIER.fullmatch(words):
            return True
        (self.refuse_name if by_name else self.refuse)(
            "{key}: {value} cannot serve as a name",
            "Begin with a letter from A to Z; go on with such letters, digits and _; at most 64 in all",
            value=words[:KEY_LENGTH],
        )
        return False

    def _expected(self, cause: str, remedy: str) -> None:
        if self._is_scalar(EMPTY):
            self.refuse("{key}: there is no value", "Write one or remove the key")
        elif self.readable:
            self.refuse(cause, remedy)


def whole_number(digits: str) -> int | None:
    """The number that the digits of a YAML whole number spell, or None beyond 9 digits."""
    return int(digits) if len(digits.lstrip("-")) <= 9 else None
