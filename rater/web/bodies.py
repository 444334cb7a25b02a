"""JSON bodies, read strictly: UTF-8, the right keys, the right types, nothing else."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import abort, request

from rater.errors import BadInput, Fault
from rater.terms import Reason

LARGEST = 64 * 1024


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("duplicate key")
    return dict(pairs)


_STRICT = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_unique)


def _can_be_kept(text: str) -> bool:
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))


def json_body(**wanted: tuple[type, ...]) -> dict[str, Any]:
    """The request's JSON object; each key wanted has one of its types, absent keys count as None.

    Answers 415 or 400 to what is no such object; raises BadInput for a value of another type.
    """
    if not request.is_json:
        abort(415)
    if (request.content_length or 0) > LARGEST:
        abort(413)
    try:
        body = _STRICT.decode(request.get_data().decode())
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(body, dict) or set(body) - set(wanted):
        abort(400)
    for key, types in wanted.items():
        value = body.setdefault(key, None)
        if (isinstance(value, bool) and bool not in types) or not isinstance(value, types):
            wrong = Reason("{key} has a value of the wrong kind", {"key": key})
            raise BadInput(Fault(wrong, Reason("Load the page again"), column=key))
        if isinstance(value, str) and not _can_be_kept(value):
            wrong = Reason("{key} holds signs that cannot be kept", {"key": key})
            raise BadInput(Fault(wrong, Reason("Take them out"), column=key))
    operation = body.get("op")
    if isinstance(operation, str) and not 8 <= len(operation) <= 64:
        abort(400)
    return body
