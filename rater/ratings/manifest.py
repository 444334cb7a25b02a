"""Ratings made elsewhere, as a file with one row per item: `ratings.csv`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rater.ratings.grouping import Gathering, ImportedRating, ItemValue
from rater.tables import Judge, Row, TableRows, nearest, read_table, shown
from rater.terms import Position, WaveKind, kind_of_wave

REQUIRED = ("session_id", "rater_id", "item", "value")
OPTIONAL = ("rating_id", "version", "role", "missing_code", "scale", "wave", "submitted_at", "coverage", "unsure")
HIGHEST_VERSION = 9_999
_POSITIONS = {position.value: position for position in Position}
_BY_ALL = frozenset(WaveKind) - {WaveKind.MAIN}


@dataclass(frozen=True)
class ItemRule:
    """What may be given to one item; `scale` is the id of the scale that it belongs to."""

    points: Collection[int]
    missing_codes: frozenset[str] = frozenset()
    scale: str = ""


RatingsFile = TableRows[ImportedRating]


def read_ratings(
    data: bytes,
    *,
    items: Mapping[str, ItemRule],
    file: str = "ratings.csv",
    wave: str | None = None,
    rename: Mapping[str, str] | None = None,
    judge: Judge[ImportedRating] | None = None,
) -> RatingsFile:
    """The ratings of the file, each with its versions in rising order; raises BadInput with every fault.

    `wave` is the wave they all belong to. Without it a `wave` column decides for each row, and main where there is
    none. A row has a raw value, a missing code, or neither (not rated), never both.
    """
    table = read_table(data, file=file, required=REQUIRED, optional=OPTIONAL, rename=rename)
    ratings = Gathering()
    for row in table.rows:
        session, rater = row.code("session_id"), row.rater("rater_id")
        belongs_to = _wave(row, wave)
        given = _item_value(row, items)
        version = row.whole("version", 1, HIGHEST_VERSION)
        position = _position(row, belongs_to)
        if session and rater and given:
            rating_id = row.code("rating_id", required=False)
            ratings.add(row, rating_id, (belongs_to, session, rater), position, version or 1, given)
            ratings.submit(row, rating_id, (belongs_to, session, rater), version or 1)
            ratings.cover(row, rating_id, (belongs_to, session, rater), version or 1)
    return table.finish(ratings.finished(), ratings.notes(), judge)


def _wave(row: Row, wanted: str | None) -> str:
    """The wave the row belongs to; a row of another wave than the one imported is a fault."""
    named = row.code("wave", required=False)
    if wanted and named and named != wanted:
        remedy = "Import with --wave {named}, or without --wave to take each row's own"
        row.fault(
            "wave", "The row belongs to the wave {named}, not {wanted}", remedy, named=shown(named), wanted=wanted
        )
    return named or wanted or WaveKind.MAIN.value


def _position(row: Row, wave: str) -> Position | None:
    """Main, second or all; None where the row does not say. A role that contradicts the wave is a fault."""
    role = row.text("role").casefold()
    if not role:
        return None
    if role in _POSITIONS:
        position = _POSITIONS[role]
        if kind_of_wave(wave) in _BY_ALL and position is not Position.ALL and not row.text("wave"):
            _contradicts(row, role, wave, "main")
        return position
    if role == wave.casefold():
        return Position.ALL
    if kind_of_wave(role) is not None:
        _contradicts(row, role, wave, role)
    else:
        cause = "{value} is not a role of a rating"
        row.fault("role", cause, "Write main or second, or leave the cell empty", value=shown(role))
    return None


def _contradicts(row: Row, role: str, wave: str, other: str) -> None:
    cause = "The role {role} contradicts the wave {wave}"
    remedy = "Import with --wave {other}, or leave the role empty"
    row.fault("role", cause, remedy, role=role, wave=shown(wave), other=other)


def _item_value(row: Row, items: Mapping[str, ItemRule]) -> ItemValue | None:
    """What the row gives to its item; None where the item is unknown."""
    item = row.code("item")
    rule = items.get(item)
    if rule is None:
        if item:
            guess = nearest(item, items)
            remedy = "Did you mean {guess}?" if guess else "Use an item of the study's scales"
            row.fault("item", "{value} is not an item of the study", remedy, value=shown(item), guess=guess)
        return None
    _check_scale(row, item, rule)
    return ItemValue(item, _value(row, item, rule), _missing_code(row, item, rule), row.line, _unsure(row))


def _unsure(row: Row) -> bool:
    text = row.text("unsure").casefold()
    if text not in ("", "yes", "no"):
        row.fault("unsure", "{value} is neither yes nor no", "Write yes, or leave the cell empty", value=shown(text))
    return text == "yes"


def _check_scale(row: Row, item: str, rule: ItemRule) -> None:
    scale = row.text("scale").partition("@")[0]
    if scale and rule.scale and scale != rule.scale:
        cause = "The item {item} belongs to the scale {right}, not {wrong}"
        row.fault("scale", cause, "Correct the scale or the item", item=item, right=rule.scale, wrong=shown(scale))


def _value(row: Row, item: str, rule: ItemRule) -> int | None:
    value = row.whole("value")
    if value is not None and value not in rule.points:
        remedy = "Give the value as it was rated: {points}"
        points = ", ".join(map(str, sorted(rule.points)[:12])) or "none"
        row.fault("value", "{value} is not a point of {item}", remedy, value=value, item=item, points=points)
    return value


def _missing_code(row: Row, item: str, rule: ItemRule) -> str | None:
    code = row.code("missing_code", required=False)
    if code and code not in rule.missing_codes:
        codes = ", ".join(sorted(rule.missing_codes)) or "none"
        cause = "{value} is not a missing code of {item}"
        row.fault("missing_code", cause, "Use one of: {codes}", value=shown(code), item=item, codes=codes)
    if code and row.text("value"):
        cause = "A value and a missing code are given together"
        row.fault("missing_code", cause, "Keep the one that is right")
    return code or None
