"""What the pictures show is what the report says, in words that can be read by everyone."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rater.figures import palette
from rater.figures.disagreement import disagreement_map
from rater.figures.dyads import dyad_matrix
from rater.figures.figure import Figure
from rater.figures.forest import WIDE, forest_plot
from rater.figures.reliability import reliability_figures
from rater.reliability.report import report
from tests.builders.figures import ENGLISH, GERMAN, many_raters, score_told, statistic
from tests.builders.reliability import example_ratings, shipped_scales

SVG = "{http://www.w3.org/2000/svg}"
TOLD = score_told(
    {
        "R1-R2": statistic(0.62, (0.07, 0.93)),
        "R1-R3": statistic(-0.5, (-3.0, 0.4), n=3),
        "R2-R3": statistic(None, n=6, reason="no variance"),
    },
    statistic(0.7, (0.55, 0.81), n=40),
    apart=["R1-R4", "R2-R4", "R3-R4"],
)
COUNTS = {"points": [0, 1, 2], "counts": [[3, 0, 1], [2, 8, 0], [0, 0, 5]], "by_position": True}


def words(figure: Figure) -> list[str]:
    """The texts drawn, in the order of the file."""
    return ["".join(each.itertext()) for each in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def places(figure: Figure, fill: str) -> list[float]:
    """How far right the marks of a colour stand, for marks moved to their place."""
    return [
        float(found[1])
        for each in ElementTree.fromstring(figure.svg).iter(f"{SVG}path")
        if each.get("fill") == fill and (found := re.match(r"translate\(([-\d.]+),", each.get("transform") or ""))
    ]


def test_the_forest_plot_has_a_row_for_each_dyad_and_the_pooled_figure_last() -> None:
    drawn = words(forest_plot("GHES", TOLD, ENGLISH))
    assert [each for each in drawn if each.startswith("R")] == ["R1 – R2", "R1 – R3", "R2 – R3"]
    assert "0.62 [0.07; 0.93], n = 6" in drawn
    assert "−0.50 [below −1; 0.40], n = 3" in drawn
    assert "no variance" in drawn
    assert "0.70 [0.55; 0.81], n = 40" in drawn
    assert drawn[-1] == "Hollow: fewer than five sessions.Shaded: interval of all ratings together."


def test_points_stand_at_their_values_and_what_is_beyond_the_axis_is_an_arrow() -> None:
    figure = forest_plot("GHES", TOLD, ENGLISH)
    assert places(figure, palette.ACCENT) == [pytest.approx(WIDE * (0.62 + 0.2) / 1.2)]
    arrow, diamond = places(figure, palette.INK)
    assert arrow == 0
    assert diamond == pytest.approx(WIDE * (0.7 + 0.2) / 1.2)
    unstable = score_told({"R1-R2": statistic(0.4, n=3)}, statistic(0.7))
    assert places(forest_plot("A", unstable, ENGLISH), palette.PAPER) == [pytest.approx(WIDE / 2)]


def test_without_a_pooled_value_its_reason_stands_in_its_row_and_nothing_is_shaded() -> None:
    figure = forest_plot("A", score_told({"R1-R2": statistic(0.4)}, statistic(None, reason="no variance")), ENGLISH)
    assert "no variance" in words(figure)
    assert palette.BAND not in figure.svg
    assert palette.BAND in forest_plot("A", TOLD, ENGLISH).svg


def test_the_matrix_has_each_pair_once_with_its_n() -> None:
    figure = dyad_matrix("GHES", TOLD, ENGLISH)
    drawn = words(figure)
    assert [drawn.count(each) for each in ("0.62", "−0.50", "–", "n = 6", "n = 3")] == [1, 1, 1, 2, 1]
    assert [each for each in drawn if re.fullmatch(r"R\d", each)] == ["R1", "R2", "R3", "R2", "R3", "R4"]
    assert "that cannot be estimated: 1; without a session in common: 3." in figure.alt


def test_the_heat_map_has_the_counts_in_their_cells_and_frames_equal_points() -> None:
    figure = disagreement_map("he1", COUNTS, ENGLISH)
    drawn = words(figure)
    assert sorted(each for each in drawn if each.isdigit()) == sorted([*"012", *"012", *"31285"])
    assert {"Main rating", "Second rating", "Pairs of points: 19.On the diagonal: the same point."} <= set(drawn)
    assert figure.alt == "Heat map for he1. Pairs of points: 19; equal: 16; one point apart: 2; further apart: 1."
    frames = [
        each for each in ElementTree.fromstring(figure.svg).iter(f"{SVG}path") if each.get("stroke-width") == "1.5"
    ]
    assert len(frames) == 3
    swapped = disagreement_map("he1", {**COUNTS, "by_position": False}, ENGLISH)
    assert {"One rater", "Another rater"} <= set(words(swapped))


@pytest.fixture(scope="module")
def example() -> list[Figure]:
    told = report("example", "main", example_ratings(), shipped_scales()[:1])
    return [each.draw(ENGLISH) for each in reliability_figures(told)]


def test_a_study_has_two_figures_a_score_and_one_an_item(example: list[Figure]) -> None:
    names = [figure.name for figure in example]
    assert len(set(names)) == len(names) == 2 * 2 + 7
    assert {"forest-GHES", "matrix-GHES_without_ghes5", "disagreement-ghes1"} <= set(names)


def test_every_figure_stands_alone(example: list[Figure]) -> None:
    for figure in example:
        root = ElementTree.fromstring(figure.svg)
        assert root.get("role") == "img"
        title, said = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert said is not None
        assert (title.text, title.get("id")) == (figure.title, root.get("aria-labelledby"))
        assert (said.text, said.get("id")) == (figure.alt, root.get("aria-describedby"))
        names = {name for each in root.iter() for name in each.attrib}
        assert not {"style", "class", "href", "clip-path"} & names, figure.name
        assert not {each.tag for each in root.iter()} & {f"{SVG}style", f"{SVG}script", f"{SVG}image"}
        assert len(words(figure)) > 3
        assert "undefined" not in figure.svg
        assert "NaN" not in figure.svg


def test_the_png_has_three_pixels_for_one_and_is_not_empty() -> None:
    figure = forest_plot("GHES", TOLD, ENGLISH)
    size = re.search(r'width="(\d+)" height="(\d+)"', figure.svg)
    assert size is not None
    assert figure.png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", figure.png[16:24]) == (3 * int(size[1]), 3 * int(size[2]))
    assert len(figure.png) > 20_000


AGAIN = """
import hashlib
from tests.builders.figures import ENGLISH
from tests.figures.test_figures import TOLD, COUNTS
from rater.figures.forest import forest_plot
from rater.figures.disagreement import disagreement_map
for each in (disagreement_map("he1", COUNTS, ENGLISH), forest_plot("GHES", TOLD, ENGLISH)):
    print(hashlib.sha256(each.svg.encode() + each.png).hexdigest())
"""


def test_the_same_data_give_the_same_bytes_in_another_process_and_order() -> None:
    import hashlib

    here = [forest_plot("GHES", TOLD, ENGLISH), disagreement_map("he1", COUNTS, ENGLISH)]
    found = [hashlib.sha256(each.svg.encode() + each.png).hexdigest() for each in here]
    done = subprocess.run([sys.executable, "-c", AGAIN], check=True, capture_output=True, text=True)
    assert done.stdout.split() == found[::-1]
    assert forest_plot("GHES", score_told({}, statistic(0.71)), ENGLISH).svg != here[0].svg


def test_german_figures_have_german_words_and_a_decimal_comma() -> None:
    drawn = words(forest_plot("GHES", TOLD, GERMAN))
    assert "0,62 [0,07; 0,93], n = 6" in drawn
    assert "0,25" in drawn
    assert "keine Varianz" in drawn
    english = set(words(forest_plot("GHES", TOLD, ENGLISH)))
    assert {each for each in english & set(drawn) if re.search("[a-z]{3}", each)} == set()


def test_twenty_raters_fit() -> None:
    told = many_raters(20)
    matrix, forest = dyad_matrix("A", told, ENGLISH), forest_plot("A", told, ENGLISH)
    size = re.search(r'width="(\d+)" height="(\d+)"', matrix.svg)
    assert size is not None
    assert int(size[1]) < 800
    assert sum(bool(re.fullmatch(r"R\d\d – R\d\d", each)) for each in words(forest)) == 190


def turned(count: int, code: str) -> int:
    """How many texts stand upright in the matrix of raters with such codes."""
    codes = [f"{code}{number:02}" for number in range(count)]
    dyads = {f"{codes[0]}-{each}": statistic(0.5) for each in codes[1:]}
    return dyad_matrix("A", score_told(dyads, statistic(0.5)), ENGLISH).svg.count("rotate(270)")


def test_long_codes_stand_upright_where_they_would_overlap() -> None:
    assert turned(20, "Rater_") == 19
    assert turned(20, "R") == 0


def luminance(colour: str) -> float:
    """Relative luminance after WCAG."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_shades_grow_darker_step_by_step_so_that_a_grey_print_shows_them() -> None:
    steps = [luminance(each) for each in palette.LIGHT_TO_DARK]
    assert all(light > dark * 1.4 for light, dark in pairwise(steps))


def test_every_text_can_be_read_on_its_ground() -> None:
    for share in range(7):
        ground, ink = palette.shade(share / 6)
        assert contrast(ground, ink) >= 4.5
    for ink in (palette.INK, palette.QUIET, palette.ACCENT):
        assert contrast(palette.PAPER, ink) >= 4.5
    assert contrast(palette.EMPTY_CELL, palette.ON_EMPTY) >= 4.5
    assert palette.shade(-3) == palette.shade(0)
    assert palette.shade(2) == palette.shade(1)


def test_what_a_page_replaces_in_the_dark_is_what_the_style_sheet_names_and_no_colour_of_a_cell() -> None:
    sheet = (Path(__file__).parents[2] / "rater/web/static/css/reliability.css").read_text("utf-8")
    replaced = set(re.findall(r'="(#[0-9a-f]{6})"\]', sheet))
    assert replaced == {getattr(palette, name) for name in ("INK", "QUIET", "RULE", "BAND", "ACCENT", "PAPER")}
    cells = {palette.EMPTY_CELL, palette.ON_EMPTY, palette.FRAME, palette.ON_LIGHT, palette.ON_DARK}
    assert not replaced & {*cells, *palette.LIGHT_TO_DARK}
