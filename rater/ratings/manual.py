"""The rating manual of a scale: Markdown cut into sections, each at its item, or made from the scale itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from markdown_it.token import Token

from rater.errors import BadInput, Fault, fault
from rater.ratings.markdown import html_of, not_shown, plain, reader
from rater.ratings.texts import unseen_signs
from rater.scales.schema import Item, Scale

LARGEST = 1024 * 1024
_NAMED = re.compile(r"\s*\{#([\w.-]*)\}\s*$")


@dataclass(frozen=True)
class Section:
    """A heading with what follows it down to the next one; `html` is safe, `id` is unique on the page.

    `depth` is 1 for the highest headings, and 0 for text before the first of them; it never skips a step downwards.
    `opens` tells that this is where the manual opens for its `item`.
    """

    id: str
    depth: int
    title: str
    html: str
    item: str | None = None
    opens: bool = False


def anchor_of(item: str) -> str:
    """The id of the place where a manual opens for an item."""
    return f"manual-{item}"


@lru_cache(maxsize=32)
def sections_of(source: str, scale: str, items: tuple[str, ...]) -> tuple[Section, ...]:
    """The sections of a manual in Markdown, in their order.

    A heading whose first word is an item's id, or which ends in {#id}, opens the item; headings below it belong to it.
    Every id begins with `manual-`, so that none can stand for another element of the page.
    """
    sections: list[Section] = []
    used: set[str] = set()
    above: list[tuple[int, str | None]] = []
    for heading, body in _cut(reader().parse(source)):
        html = html_of(body, lambda name: _place(name, scale, items))
        if heading is None:
            sections += [Section(_unique(f"manual-{scale}", used), 0, "", html)] if body else []
            continue
        level, (name, title) = int(heading[0].tag[1]), _title(heading[1])
        above = [each for each in above if each[0] < level]
        item = _item_named(name, title, items)
        opens = item is not None and anchor_of(item) not in used
        wanted = anchor_of(item) if item and opens else f"manual-{scale}-{_slug(name or title)}"
        belongs = item or (above[-1][1] if above else None)
        above.append((level, belongs))
        sections.append(Section(_unique(wanted, used), len(above), title, html, belongs, opens))
    return tuple(sections)


def _cut(tokens: Sequence[Token]) -> Iterator[tuple[tuple[Token, Token] | None, list[Token]]]:
    """Headings (opening and inline token) with the tokens that follow each; the first heading may be None."""
    heading: tuple[Token, Token] | None = None
    body: list[Token] = []
    skip = 0
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            yield heading, body
            heading, body, skip = (token, tokens[place + 1]), [], 3
        if skip:
            skip -= 1
        else:
            body.append(token)
    yield heading, body


def _title(inline: Token) -> tuple[str, str]:
    """The name in {#name} at a heading's end, or "", and the heading's words without it."""
    words = plain(inline.children or [])
    found = _NAMED.search(words)
    return (found[1], words[: found.start()].strip()) if found else ("", words)


def _item_named(name: str, title: str, items: Sequence[str]) -> str | None:
    known = {item.lower(): item for item in items}
    first = (title.split() or [""])[0].strip(".,:;()[]–-").lower()
    return known.get(name.lower()) or known.get(first)


def _place(name: str, scale: str, items: Sequence[str]) -> str:
    item = next((each for each in items if each.lower() == name.lower()), None)
    return anchor_of(item) if item else f"manual-{scale}-{_slug(name)}"


def _slug(words: str) -> str:
    return re.sub(r"[\W_]+", "-", words.lower()).strip("-")[:60] or "section"


def _unique(wanted: str, used: set[str]) -> str:
    number, name = 1, wanted
    while name in used:
        number += 1
        name = f"{wanted}-{number}"
    used.add(name)
    return name


def section_from_scale(scale: Scale, item: Item, locale: str) -> Section:
    """What the scale itself says of an item: its description and its anchors, in `locale`."""
    description = item.description.in_(locale)
    anchors = "".join(
        f"<dt>{point}</dt><dd>{escape(item.anchors[point].in_(locale))}</dd>"
        for point in item.points
        if point in item.anchors
    )
    html = f"<p>{escape(description)}</p>" if description else ""
    html += f'<dl class="anchors">{anchors}</dl>' if anchors else ""
    return Section(anchor_of(item.id), 1, f"{item.id} {item.text.in_(locale)}", html, item.id, opens=True)


def full_manual(source: str | None, scale: Scale, locale: str) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """The sections of the study's manual, then one from the scale for each item that no heading of it opens."""
    written = sections_of(source, scale.id, scale.item_ids) if source is not None else ()
    opened = {section.item for section in written if section.opens}
    rest = [section_from_scale(scale, item, locale) for item in scale.items if item.id not in opened]
    return written, tuple(rest)


def read_manual(data: bytes, scale: Scale, *, file: str = "") -> tuple[str, list[Fault]]:
    """The source of a manual, and notes on what of it will not be shown.

    Raises BadInput with every fault: more than 1 MB, not UTF-8, empty, signs that cannot be seen, a heading for an item
    that the scale does not have, two headings for one item.
    """
    if len(data) > LARGEST:
        cause = "the file has {size} bytes; {largest} are the most"
        raise BadInput(fault(cause, "Shorten it", file=file, size=len(data), largest=LARGEST))
    try:
        source = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(fault("the file is not UTF-8", "Save it as UTF-8", file=file, line=line)) from error
    faults = unseen_signs(source, file=file)
    if not source.strip():
        faults.append(fault("the manual is empty", "Write a heading for each item", file=file))
    faults += _wrong_headings(source, scale, file)
    if faults:
        raise BadInput(faults)
    return source, [_note(*each, file) for each in not_shown(source)]


def _wrong_headings(source: str, scale: Scale, file: str) -> list[Fault]:
    faults, lines = [], dict[str, int]()
    for heading, _ in _cut(reader().parse(source)):
        if heading is None:
            continue
        line = (heading[0].map or [0])[0] + 1
        name, title = _title(heading[1])
        item = _item_named(name, title, scale.item_ids)
        if _looks_like_item(name, scale) and item is None:
            cause, remedy = "the scale {scale} has no item {name}", "Items: {items}"
            known = ", ".join(scale.item_ids)
            faults.append(fault(cause, remedy, file=file, line=line, scale=scale.id, name=name, items=known))
        elif item is not None and item in lines:
            cause = "the item {item} has a heading in line {first} already"
            faults.append(fault(cause, "Join the two", file=file, line=line, item=item, first=lines[item]))
        elif item is not None:
            lines[item] = line
    return faults


def _looks_like_item(name: str, scale: Scale) -> bool:
    """Whether a name has the letters of the scale's items and only another number."""
    stems = {item.rstrip("0123456789").lower() for item in scale.item_ids}
    return bool(name) and name[-1].isdigit() and name.rstrip("0123456789").lower() in stems


def _note(line: int, kind: str, thing: str, file: str) -> Fault:
    cause, remedy = {
        "html": ("{thing} is shown as it is written", "Use Markdown instead of HTML"),
        "image": ("the image {thing} is not shown, only its words", "Describe it"),
        "link": ("{thing} is no link that is shown", "Link to https:// or to #item"),
    }[kind]
    return fault(cause, remedy, file=file, line=line, thing=thing)
