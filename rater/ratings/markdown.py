"""Markdown of people in the study, as HTML that holds nothing but words: no raw HTML, no images, no strange links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

WEB = re.compile(r"https?://[^\s/?#\\@<>\"']+(?:[/?#][^\s<>\"']*)?", re.IGNORECASE)
PLACE = re.compile(r"#[\w.-]+")
DEEPEST = 20


def may_link(address: str) -> bool:
    """Whether a link may lead there: to a web page, without a name or password in it, or to a place in the text."""
    return WEB.fullmatch(address) is not None or PLACE.fullmatch(address) is not None


class _Words(RendererHTML):
    """Writes an image as the words that stand for it, and code without the language it claims."""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """The alternative text."""
        return escape(self.renderInlineAsText(tokens[idx].children or [], options, env))

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Code as it stands."""
        return f"<pre><code>{escape(tokens[idx].content)}</code></pre>\n"


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  (the name that markdown-it calls)
        return may_link(url)


class _Everything(MarkdownIt):
    """Reads raw HTML and any link, in order to tell an author what will not be shown."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  (the name that markdown-it calls)
        return True


@lru_cache(maxsize=1)
def reader() -> MarkdownIt:
    """CommonMark and tables, without raw HTML."""
    return _Markdown("commonmark", {"html": False, "maxNesting": DEEPEST}, renderer_cls=_Words).enable("table")


@lru_cache(maxsize=1)
def _everything() -> MarkdownIt:
    return _Everything("commonmark", {"html": True, "maxNesting": DEEPEST}).enable("table")


def html_of(tokens: Sequence[Token], place: Callable[[str], str] = lambda name: name) -> str:
    """The tokens as HTML; `place` turns the name of a place in the text into the id that it has on the page."""
    for token in tokens:
        _set_block(token)
        for child in token.children or []:
            if child.type == "link_open":
                _set_link(child, place)
    return str(reader().renderer.render(tokens, reader().options, {}))


def _set_block(token: Token) -> None:
    """A heading inside of a quotation or list becomes a paragraph; cells of a table carry classes, not styles."""
    if token.type in ("heading_open", "heading_close"):
        token.tag = "p"
    elif "right" in str(token.attrs.pop("style", "")):
        token.attrSet("class", "num")


def _set_link(token: Token, place: Callable[[str], str]) -> None:
    address = str(token.attrGet("href") or "")
    if address.startswith("#"):
        token.attrSet("href", f"#{place(address[1:])}")
    else:
        token.attrSet("rel", "noopener noreferrer")
        token.attrSet("target", "_blank")


def plain(tokens: Sequence[Token]) -> str:
    """The words of inline tokens, without their marks."""
    renderer = cast("_Words", reader().renderer)
    return str(renderer.renderInlineAsText(tokens, reader().options, {})).strip()


def short_html(text: str) -> str:
    """A short text, such as a ruling: paragraphs, lists, emphasis and links."""
    return html_of(reader().parse(text))


def not_shown(source: str) -> Iterator[tuple[int, str, str]]:
    """What of a source will not be shown as its author may expect: line, kind (html, image, link) and the thing."""
    for token in _everything().parse(source):
        line = token.map[0] + 1 if token.map else 1
        if token.type == "html_block":
            yield line, "html", token.content.strip().split("\n")[0][:60]
        offset = 0
        for child in token.children or []:
            offset += child.type in ("softbreak", "hardbreak")
            if child.type == "html_inline":
                yield line + offset, "html", child.content[:60]
            elif child.type == "image":
                yield line + offset, "image", str(child.attrGet("src") or "")[:60]
            elif child.type == "link_open" and not may_link(str(child.attrGet("href") or "")):
                yield line + offset, "link", str(child.attrGet("href") or "")[:60]
