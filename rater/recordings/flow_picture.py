"""The flow as a picture for a paper: boxes down the page, those set aside beside them, in plain SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from rater.recordings.exclusions import reason_words
from rater.recordings.flow import Aside, Box, Flow, Step
from rater.recordings.flow_words import DESCRIPTION, SESSIONS, STEPS, TITLE, aside_words
from rater.terms import Reason

Say = Callable[[Reason], str]
WIDTH, BOX_WIDTH, ASIDE_LEFT, ASIDE_WIDTH = 772, 350, 420, 350
LINE, PAD, GAP = 20, 12, 28
MOST_SIGNS = 44
"""A line of the wider box: 44 signs of 14 pixels fit into it whatever the letters."""


def flow_svg(flow: Flow, say: Say) -> str:
    """The picture, the same for the same flow; `say` puts a sentence into the reader's language.

    Ink is the `currentColor` of the page that holds it, black where it stands alone, on a ground of white.
    """
    parts: list[str] = []
    top, middle = 1, BOX_WIDTH // 2 + 1
    for box in flow.boxes:
        aside = _aside_lines(box, say)
        if parts:
            height = _height(aside) if aside else 0
            bottom = top + max(GAP, height + GAP)
            parts.append(_arrow(middle, top, middle, bottom))
            if aside:
                level = top + GAP // 2 + height // 2
                parts.append(_arrow(middle, level, ASIDE_LEFT, level))
                parts.append(_rectangle(ASIDE_LEFT, top + GAP // 2, ASIDE_WIDTH, aside))
            top = bottom
        lines = _box_lines(box, flow, say)
        parts.append(_rectangle(1, top, BOX_WIDTH, lines, bold=True))
        top += _height(lines)
    return _whole(parts, top + 1, flow, say)


def described(flow: Flow, say: Say) -> str:
    """The picture in one sentence."""
    counts = {box.step.value: box.sessions for box in flow.boxes}
    return say(Reason(DESCRIPTION.template, counts))


def told(aside: Aside, say: Say) -> str:
    """Why some sessions are aside, with the study's own word."""
    if not aside.detail:
        return say(aside_words(aside))
    return f"{say(aside_words(aside))}: {reason_words(aside.detail, say)}"


def _box_lines(box: Box, flow: Flow, say: Say) -> list[str]:
    counts = {"sessions": box.sessions, "patients": box.patients}
    lines = [say(STEPS[box.step]), say(Reason(SESSIONS.template, counts))]
    if box.step is Step.RATED:
        lines.append(say(Reason(STEPS[Step.DOUBLE].template, {"count": flow.double_coded})))
    return lines


def _aside_lines(box: Box, say: Say) -> list[str]:
    lines = []
    for each in box.aside:
        first, *rest = textwrap.wrap(f"{told(each, say)} (n\u00a0=\u00a0{each.count})", MOST_SIGNS)
        lines += [first, *("\u2003" + line for line in rest)]
    return lines


def _height(lines: Sequence[str]) -> int:
    return 2 * PAD + LINE * len(lines)


def _rectangle(left: int, top: int, width: int, lines: Sequence[str], *, bold: bool = False) -> str:
    height = _height(lines)
    rows = [
        f'<text x="{left + PAD + 2}" y="{top + PAD + 15 + LINE * place}"'
        f"{' font-weight=' + chr(34) + '600' + chr(34) if bold and place == 0 else ''}>{escape(line)}</text>"
        for place, line in enumerate(lines)
    ]
    frame = f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="currentColor"/>'
    return "\n".join([frame, *rows])


def _arrow(left: int, top: int, right: int, bottom: int) -> str:
    down = left == right
    head = (
        f"{right - 4},{bottom - 7} {right + 4},{bottom - 7}"
        if down
        else f"{right - 7},{bottom - 4} {right - 7},{bottom + 4}"
    )
    line = f'<line x1="{left}" y1="{top}" x2="{right}" y2="{bottom}" stroke="currentColor"/>'
    return f'{line}<polygon points="{right},{bottom} {head}" fill="currentColor"/>'


def _whole(parts: Sequence[str], height: int, flow: Flow, say: Say) -> str:
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="flow-title flow-desc" '
            'color="#1a1a1a" font-family="Helvetica, Arial, sans-serif" font-size="14">',
            f'<title id="flow-title">{escape(say(TITLE))}</title>',
            f'<desc id="flow-desc">{escape(described(flow, say))}</desc>',
            f'<rect class="ground" width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            '<g fill="currentColor">',
            *parts,
            "</g>",
            "</svg>\n",
        ]
    )
