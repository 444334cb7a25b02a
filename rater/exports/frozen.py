"""The data of a bundle as one JSON document that is kept, and back: all that a bundle of that moment is made of."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from rater.errors import BadInput, fault
from rater.exports.contents import StudyData
from rater.scales.schema import Text

FORMAT = 2
"""2 adds consensus, criterion and the rule of the analysis; without them a document is of a study that had none."""


def frozen(data: StudyData) -> bytes:
    """The document, in UTF-8; equal data in equal order give equal bytes."""
    document = {"format": FORMAT, "data": data}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode()


def thawed(content: bytes) -> StudyData:
    """The data of a document of `frozen`. Raises BadInput for one that a newer release has written."""
    document = json.loads(content)
    if document["format"] > FORMAT:
        cause = "This freeze was made by a newer release"
        raise BadInput(fault(cause, "Update Rater to rebuild it"))
    found: StudyData = _read(StudyData, document["data"])
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a freeze cannot hold {value!r}")


@lru_cache(maxsize=64)
def _types(of: type) -> dict[str, Any]:
    return typing.get_type_hints(of)


def _read(kind: Any, value: Any) -> Any:
    """The value that a part of the document stands for, by the type of the field it belongs to."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if value is None or kind is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        return _read(next(each for each in parts if each is not type(None)), value)
    if kind is Text:
        return Text(value)
    if origin is Mapping:
        return {parts[0](key): _read(parts[1], each) for key, each in value.items()}
    if origin is frozenset:
        return frozenset(value)
    if origin in (tuple, Sequence, Collection):
        return tuple(_read(parts[0], each) for each in value)
    return _single(kind, value)


def _single(kind: Any, value: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        known = _types(kind)
        return kind(**{name: _read(known[name], each) for name, each in value.items()})
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value
