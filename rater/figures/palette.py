"""The colours and type that all figures share.

One hue, whose shades differ in lightness, so that a figure can be read by colour-blind people and in black and white.
A page that shows a figure in the dark replaces `INK`, `QUIET`, `RULE`, `BAND`, `ACCENT` and `PAPER` by its own; cells
keep their colours, since darker means more everywhere, and so theirs are other values.
"""

from __future__ import annotations

from typing import Any

FONT = "Liberation Sans, Helvetica, Arial, sans-serif"
INK = "#1a1a1a"
QUIET = "#595959"
RULE = "#d4d4d4"
BAND = "#e9edf0"
PAPER = "#ffffff"
ACCENT = "#0a5a83"
EMPTY_CELL, ON_EMPTY, FRAME = "#fffffd", "#59595a", "#1a1a1b"
ON_LIGHT, ON_DARK = "#000000", "#fffffe"
LIGHT_TO_DARK = ("#f1f5f9", "#b9d2e6", "#82b0d2", "#2f6f9f", "#0b4f80", "#072b4d")
LABEL = 12
SMALL = 11


def shade(share: float) -> tuple[str, str]:
    """The ground for a share from 0 to 1, one of six from light to dark, and the ink that can be read on it."""
    place = min(int(max(share, 0.0) * len(LIGHT_TO_DARK)), len(LIGHT_TO_DARK) - 1)
    return LIGHT_TO_DARK[place], ON_LIGHT if place < 3 else ON_DARK


def theme(decimal: str) -> dict[str, Any]:
    """Vega-Lite's `config` for a figure: nothing but what carries information."""
    return {
        "background": PAPER,
        "font": FONT,
        "aria": False,
        "view": {"stroke": None},
        "locale": {"number": {"decimal": decimal, "thousands": "", "grouping": [3], "currency": ["", ""]}},
        "axis": {
            "labelColor": INK,
            "labelFontSize": LABEL,
            "titleColor": INK,
            "titleFontSize": LABEL,
            "titleFontWeight": "normal",
            "domain": False,
            "ticks": False,
            "grid": False,
            "gridColor": RULE,
            "labelPadding": 6,
            "labelLimit": 0,
            "labelOverlap": False,
        },
        "title": {"anchor": "start", "frame": "group", "color": INK, "fontSize": 14, "fontWeight": "bold", "offset": 12,
                  "subtitleColor": QUIET, "subtitleFontSize": SMALL},
    }  # fmt: skip
