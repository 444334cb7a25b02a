"""One figure, ready to be shown, downloaded or printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import vl_convert

from rater.figures.language import Language
from rater.figures.palette import theme
from rater.figures.png import png

ROOT = re.compile(r"<svg [^>]*?(width=\"[\d.]+\" height=\"[\d.]+\" viewBox=\"[^\"]*\")>")
UNHEARD = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"')
EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>')


@dataclass(frozen=True)
class Figure:
    """A picture under a name that is unique in its report, with the words that stand for it where it is not seen.

    `svg` is complete in itself: its text is text, it has no style sheet, no script and no reference to anything else,
    and it carries `title` and `alt`. The same data give the same bytes.
    """

    name: str
    title: str
    alt: str
    svg: str

    @property
    def png(self) -> bytes:
        """The same in pixels, for a page printed at 300 dpi."""
        return png(self.svg)


Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart


def drawn(chart: Chart, name: str, title: str, said: str, language: Language, *notes: str) -> Figure:
    """A chart as a figure in the house's type and colours, under its title and a line for each note."""
    words: dict[str, Any] = {"text": title, "subtitle": list(notes)} if notes else {"text": title}
    spec = chart.properties(title=alt.TitleParams(**words)).to_dict(validate=False)
    spec["config"] = theme(language.decimal)
    return Figure(name, title, said, _told(vl_convert.vegalite_to_svg(spec), name, title, said))


def _told(svg: str, name: str, title: str, said: str) -> str:
    """The SVG as one image with title and description, without the marks' own roles."""
    lean = EMPTY.sub("", UNHEARD.sub("", svg))
    words = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(said)}</desc>'
    head = (
        f'xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc"'
    )
    return ROOT.sub(lambda found: f"<svg {head} {found[1]}>{words}", lean, count=1) + "\n"
