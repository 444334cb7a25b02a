"""What a scale file must say, and what the scales of one study must not share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from rater.errors import Fault, fault
from rater.scales.fields import Field
from rater.scales.schema import LOGS, Item, ItemKind, MissingCode, Rule, Scale, Score, Subscale, Text
from rater.scales.source import KEY_LENGTH
from rater.terms import LogCondition, ScaleKind

MAX_POINTS = 101
MAX_ITEMS = 500
SCALE_KEYS = (
    "id", "version", "kind", "title", "source", "notes", "instructions", "range",
    "missing_codes", "items", "subscales", "scores", "logs",
)  # fmt: skip
ITEM_KEYS = ("id", "text", "kind", "description", "range", "anchors", "short_anchors", "options", "reverse")
SCORE_KEYS = ("items", "rule", "min_valid", "title", "from_previous_session")
_WITH_OPTIONS = (ItemKind.CHOICE, ItemKind.CHOICES)

T = TypeVar("T")
Range = tuple[int, int] | None


def read_scale(root: Field) -> Scale:
    """The scale that the fields describe; worth nothing if a fault has been noted on the way."""
    entries = root.known(SCALE_KEYS, required=("id", "version", "items"))
    kind = ScaleKind(_read(entries, "kind", lambda each: each.one_of(ScaleKind)) or ScaleKind.OBSERVER)
    scale_id = _read(entries, "id", Field.identifier) or ""
    bounds = _read(entries, "range", _range)
    items = _read(entries, "items", lambda each: _items(each, bounds, ranged="range" in entries)) or ()
    usable = {item.id: item for item in items if item.id}
    return Scale(
        id=scale_id,
        version=_read(entries, "version", _version) or 1,
        kind=kind,
        title=_read(entries, "title", Field.text) or Text(scale_id),
        items=items,
        source=_read(entries, "source", Field.text) or Text(),
        notes=_read(entries, "notes", Field.text) or Text(),
        instructions=_read(entries, "instructions", Field.text) or Text(),
        missing_codes=_read(entries, "missing_codes", lambda each: _missing_codes(each, usable)) or {},
        subscales=_read(entries, "subscales", lambda each: _subscales(each, usable)) or {},
        scores=_read(entries, "scores", lambda each: _scores(each, usable, kind)) or {},
        logs=_read(entries, "logs", _logs) or (),
    )


def check_study_scales(scales: Sequence[Scale]) -> list[Fault]:
    """The faults of putting these scales into one study: scale ids, item ids and score names must be unique in it."""
    faults: list[Fault] = []
    owners: dict[str, str] = {}
    seen: set[str] = set()
    for scale in scales:
        if scale.id in seen:
            cause = "the scale {scale} is named twice"
            faults.append(fault(cause, "Name one version of each scale", scale=scale.id))
            continue
        seen.add(scale.id)
        for name in {**dict.fromkeys(scale.item_ids), **dict.fromkeys(scale.scores)}:
            if name in owners:
                faults.append(_shared(name, owners[name], scale.id))
            owners.setdefault(name, scale.id)
    return faults


def _shared(name: str, first: str, second: str) -> Fault:
    return fault(
        "{name} is an item or score of {first} and of {second}",
        "Rename it in one of the two scales, or leave one of them out of the study",
        name=name,
        first=first,
        second=second,
    )


def _read(entries: Mapping[str, Field], name: str, read: Callable[[Field], T | None]) -> T | None:
    return read(entries[name]) if name in entries else None


def _version(field: Field) -> int | None:
    version = field.whole()
    if version is not None and version < 1:
        field.refuse("{key}: the version is below 1", "Count versions from 1")
    return version


def _range(field: Field) -> Range:
    entries = field.known(("min", "max"), required=("min", "max"))
    low, high = (_read(entries, name, Field.whole) for name in ("min", "max"))
    if low is None or high is None:
        return None
    if low >= high:
        field.refuse("{key}: min is {low}, max is {high}", "Make min smaller than max", low=low, high=high)
        return None
    return low, high


def _items(field: Field, bounds: Range, *, ranged: bool) -> tuple[Item, ...]:
    elements, items = field.elements(), list[Item]()
    if len(elements) > MAX_ITEMS:
        field.refuse("{key}: there are more than {most} items", "Split the scale", most=MAX_ITEMS)
        return ()
    for element in elements:
        item = _item(element, bounds, ranged=ranged)
        twin = next((each.id for each in items if each.id and each.id.lower() == item.id.lower()), None)
        if twin:
            cause = "{key}: the item {item} has the id of an earlier one, {twin}"
            element.refuse(cause, "Give each item an id of its own, capitals aside", item=item.id, twin=twin)
        items.append(item)
    return tuple(items)


def _item(field: Field, bounds: Range, *, ranged: bool) -> Item:
    entries = field.known(ITEM_KEYS, required=("id", "text"))
    kind = ItemKind(_read(entries, "kind", lambda each: each.one_of(ItemKind)) or ItemKind.RATING)
    own = _read(entries, "range", _range)
    low, high = own or (bounds if kind is ItemKind.RATING else None) or (None, None)
    item = Item(
        id=_read(entries, "id", Field.identifier) or "",
        text=_read(entries, "text", Field.text) or Text(),
        kind=kind,
        description=_read(entries, "description", Field.text) or Text(),
        anchors=_read(entries, "anchors", lambda each: _anchors(each, low, high)) or {},
        short_anchors=_read(entries, "short_anchors", lambda each: _anchors(each, low, high)) or {},
        options=_read(entries, "options", _options) or {},
        reverse=_read(entries, "reverse", Field.flag) or False,
        minimum=low,
        maximum=high,
    )
    if item.kind is ItemKind.RATING and not ranged and "range" not in entries and field.readable:
        field.refuse("{key}: the item has no range of points", "Give the scale or the item a range")
    _check_item(field, item, entries)
    return item


def _check_item(field: Field, item: Item, entries: Mapping[str, Field]) -> None:
    rated = item.kind is ItemKind.RATING
    if len(item.points) > MAX_POINTS:
        field.refuse("{key}: the range has more than {most} points", "Make it a number item", most=MAX_POINTS)
    for name, wanted in (("anchors", rated), ("short_anchors", rated), ("options", item.kind in _WITH_OPTIONS),
                         ("range", item.scorable), ("reverse", item.scorable)):  # fmt: skip
        if name in entries and not wanted:
            cause = "{key}: this key has no place in an item of the kind {kind}"
            entries[name].refuse_name(cause, "Remove it or change the kind", kind=item.kind.value)
    if item.kind in _WITH_OPTIONS and "options" not in entries:
        field.refuse("{key}: the item has no options to choose from", "Add the key options")
    if item.reverse and item.kind is ItemKind.NUMBER and item.minimum is None:
        field.refuse("{key}: a number without a range cannot be reversed", "Give the item a range")


def _anchors(field: Field, low: int | None, high: int | None) -> dict[int, Text]:
    anchors: dict[int, Text] = {}
    for entry in field.entries().values():
        point = entry.whole_name()
        if point is None:
            entry.refuse_name("{key}: an anchor stands at a whole number", "Write a number such as 0, without quotes")
        elif low is not None and high is not None and not low <= point <= high:
            cause = "{key}: the anchor stands outside the range {low} to {high}"
            entry.refuse_name(cause, "Remove it or widen the range", low=low, high=high)
        elif words := entry.text():
            anchors[point] = words
    return dict(sorted(anchors.items()))


def _options(field: Field) -> dict[str, Text]:
    if field.node.value == []:
        field.refuse("{key}: there are no options", "Name at least one")
    return {name: entry.text() or Text() for name, entry in field.named().items()}


def _missing_codes(field: Field, items: Mapping[str, Item]) -> dict[str, MissingCode]:
    codes: dict[str, MissingCode] = {}
    for name, entry in field.named().items():
        entries = entry.known(("label", "not_applicable", "items", "when"), required=("label",))
        when = _read(entries, "when", lambda each: each.one_of(LogCondition))
        codes[name] = MissingCode(
            id=name,
            label=_read(entries, "label", Field.text) or Text(),
            not_applicable=_read(entries, "not_applicable", Field.flag) or False,
            items=_read(entries, "items", lambda each: _item_ids(each, items)) or (),
            when=LogCondition(when) if when else None,
        )
    return codes


def _subscales(field: Field, items: Mapping[str, Item]) -> dict[str, Subscale]:
    subscales: dict[str, Subscale] = {}
    for name, entry in field.named().items():
        entries = entry.known(("title", "items"), required=("items",))
        members = _read(entries, "items", lambda each: _item_ids(each, items)) or ()
        subscales[name] = Subscale(name, _read(entries, "title", Field.text) or Text(name), members)
    return subscales


def _scores(field: Field, items: Mapping[str, Item], kind: ScaleKind) -> dict[str, Score]:
    # In tables, scores stand beside the items of observer scales but never beside those of outcome scales.
    taken = items if kind is ScaleKind.OBSERVER else {}
    scores: dict[str, Score] = {}
    for name, entry in field.named().items():
        if name in taken or name.lower() in (each.lower() for each in scores):
            cause = "{key}: an item or another score bears the name {name}"
            entry.refuse_name(cause, "Give the score a name of its own, capitals aside", name=name)
        scores[name] = _score(name, entry, items)
    return scores


def _score(name: str, field: Field, items: Mapping[str, Item]) -> Score:
    entries = field.known(SCORE_KEYS, required=("items", "rule"))
    members = _read(entries, "items", lambda each: _item_ids(each, items, scorable=True)) or ()
    chosen = {each: items[each] for each in members if each in items}
    return Score(
        name=name,
        items=members,
        rule=Rule(_read(entries, "rule", lambda each: each.one_of(Rule)) or Rule.MEAN),
        min_valid=_read(entries, "min_valid", lambda each: _min_valid(each, len(members))) or len(members),
        title=_read(entries, "title", Field.text) or Text(name),
        from_previous_session=_read(entries, "from_previous_session", lambda each: _item_ids(each, chosen)) or (),
    )


def _min_valid(field: Field, most: int) -> int | None:
    least = field.whole()
    if least is not None and most and not 1 <= least <= most:
        cause = "{key}: {value} valid items are asked for, and the score has {most}"
        field.refuse(cause, "Write a number from 1 to {most}", value=least, most=most)
    return least


def _item_ids(field: Field, items: Mapping[str, Item], *, scorable: bool = False) -> tuple[str, ...]:
    if field.node.value == "all":
        return _all_items(field, items, scorable=scorable)
    members: dict[str, None] = {}
    for element in field.elements():
        name = element.words()
        if name is None:
            continue
        if name in members:
            element.refuse("{key}: {name} stands here twice", "Keep one of the two", name=name[:KEY_LENGTH])
        elif items and name not in items:
            element.refuse(
                "{key}: there is no item {name} to take",
                "Use items of this list: {known}",
                name=name[:KEY_LENGTH],
                known=", ".join(list(items)[:20]),
            )
        elif items and scorable and not items[name].scorable:
            element.refuse("{key}: the item {name} has no number to score", "Leave it out of the score", name=name)
        members[name] = None
    return tuple(members)


def _all_items(field: Field, items: Mapping[str, Item], *, scorable: bool) -> tuple[str, ...]:
    members = tuple(item.id for item in items.values() if item.scorable or not scorable)
    if items and not members:
        field.refuse("{key}: no item of the scale has a number to score", "Remove the score")
    return members


def _logs(field: Field) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for element in field.elements():
        name = element.one_of(LOGS)
        if name in names:
            element.refuse("{key}: {name} stands here twice", "Keep one of the two", name=name)
        elif name:
            names[name] = None
    return tuple(names)
