"""A refined scale differs from the old one in its version and the words replaced, and in nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rater.errors import BadInput, ScaleError
from rater.scales.differences import Change, Part, differences
from rater.scales.loading import load_scale
from rater.scales.refining import Refinement, refined
from rater.scales.schema import Scale, Text
from rater.scales.source import UNREADABLE

SCALES = {path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parents[2] / "scales").glob("*.yaml"))}
PLACES = [
    (name, item.id, point)
    for name, text in SCALES.items()
    for item in load_scale(text).items
    for point in (*item.anchors, *([None] if item.description else []))
]
AWKWARD = [
    'says "yes"', "it's: so", "# no comment", "a #b", "- x", "[x]", "{a: b}", "null", "12", "true", "*x", "&x", "!x",
    "%", "üöä ß", "🙂 done", "two\nlines", "a\\nb", "x: y", "\u00a0y", ">-", "|", "a\r\nb", "@x", "`x`", "no",
    "  spaced  ",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(lambda text: not UNREADABLE.search(text)),
).filter(lambda text: bool(text.strip()))

ODD = """\
# the head stays
id: odd   # so does this
version: 7 # and this
kind: observer
title: Odd
range: {min: 0, max: 2}
items:
  - {id: flow, text: In one line, description: plain words, anchors: {0: none, 1: {en: some, de: "etwas"}, 2: 'much'}}
  - id: block
    text: With blocks
    description: >-  # a note in the head
      folded words
      over two lines

    # between the two
    anchors:
      0:
        de: gar nicht  # a note behind
        en: |
          kept
            as it is

      1: plain
        words on two lines
      2: "quoted"
# the foot stays
"""


def with_words(scale: Scale, item_id: str, point: int | None, language: str, words: str) -> Scale:
    """The scale as it should be read, made without its file."""

    def changed(text: Text) -> Text:
        return Text({**text, language: words})

    def rewritten(item):
        if item.id != item_id:
            return item
        if point is None:
            return replace(item, description=changed(item.description))
        return replace(item, anchors={**item.anchors, point: changed(item.anchors[point])})

    return replace(scale, version=scale.version + 1, items=tuple(rewritten(item) for item in scale.items))


def lines_apart(old: str, new: str) -> tuple[int, int]:
    """How many lines at the beginning and at the end are the same."""
    one, two = old.splitlines(), new.splitlines()
    same = [a == b for a, b in zip(one, two, strict=False)]
    back = [a == b for a, b in zip(one[::-1], two[::-1], strict=False)]
    return ([*same, False].index(False), [*back, False].index(False))


@given(st.sampled_from(PLACES), TEXTS, st.sampled_from(["en", "de", "fr", "no"]))
@settings(deadline=None, max_examples=40)
def test_every_place_takes_every_text_and_nothing_else_changes(place, text: str, language: str):
    name, item, point = place
    made = refined(SCALES[name], [Refinement(item, point, text, language)])
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    assert load_scale(made) == with_words(load_scale(SCALES[name]), item, point, language, words)


@pytest.mark.parametrize("name", SCALES)
def test_all_places_of_a_shipped_scale_at_once(name: str):
    places = [(item, point) for scale, item, point in PLACES if scale == name]
    texts = [f"{place}: {AWKWARD[place % len(AWKWARD)]}" for place in range(len(places))]
    wanted = load_scale(SCALES[name])
    for (item, point), text in zip(places, texts, strict=True):
        words = text.replace("\r\n", "\n").strip()
        wanted = replace(with_words(wanted, item, point, "de", words), version=load_scale(SCALES[name]).version + 1)
    made = refined(SCALES[name], [Refinement(*place, text, "de") for place, text in zip(places, texts, strict=True)])
    assert load_scale(made) == wanted
    assert made.count("\n  - id: ") == SCALES[name].count("\n  - id: ")


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([("flow", None), ("block", None)] + [(i, p) for i in ("flow", "block") for p in range(3)]),
            TEXTS,
            st.sampled_from(["en", "de"]),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda each: (each[0], each[2]),
    )
)
def test_several_at_once_in_every_style_of_yaml(wanted):
    scale = load_scale(ODD)
    for (item, point), text, language in wanted:
        words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        scale = replace(with_words(scale, item, point, language, words), version=8)
    made = refined(ODD, [Refinement(item, point, text, language) for (item, point), text, language in wanted])
    assert load_scale(made) == scale
    for comment in ("# the head stays", "# so does this", "# and this", "# a note in the head", "# between the two"):
        assert comment in made
    assert made.endswith("# the foot stays\n")


def test_all_other_bytes_stay():
    made = refined(ODD, [Refinement("block", None, "new: words")])
    folded = "      folded words\n      over two lines\n"
    wanted = ODD.replace("version: 7", "version: 8").replace(folded, "")
    assert made == wanted.replace(">-  # a note in the head", '"new: words" # a note in the head')
    made = refined(ODD, [Refinement("flow", 1, "ein wenig", "de"), Refinement("block", 2, "all")])
    assert made == ODD.replace("version: 7", "version: 8").replace('"etwas"', '"ein wenig"').replace(
        '"quoted"', '"all"'
    )


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_mark_at_the_beginning_stay(ends: str, mark: str):
    source = mark + ODD.replace("\n", ends)
    made = refined(source, [Refinement("block", 0, "non", "fr"), Refinement("block", 0, "kept", "en")])
    assert made.startswith(mark + "# the head")
    assert made.count("\n") == made.count(ends)
    assert load_scale(made).item("block").anchors[0] == Text({"fr": "non", "de": "gar nicht", "en": "kept"})


def test_nothing_to_refine_raises_the_version_alone():
    assert refined(ODD, []) == ODD.replace("version: 7", "version: 8")


def test_a_change_in_one_place_leaves_the_lines_before_and_after_alone():
    first, last = lines_apart(SCALES["ghes"], refined(SCALES["ghes"], [Refinement("ghes1", 4, "All.", "en")]))
    assert first == 1  # the version stands in the second line
    assert last > 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Refinement("ghes9", 1, "x"), "has no item ghes9"),
        (Refinement("ghes1", 5, "x"), "ghes1 has no anchor for the point 5"),
        (Refinement("ghes1", -1, "x"), "ghes1 has no anchor for the point -1"),
        (Refinement("ghes1", 1, "  \n "), "ghes1.1: the new text is empty"),
        (Refinement("ghes1", 1, "a\tb"), "ghes1.1: the text holds the character U+0009"),
        (Refinement("ghes1", None, "a\x00b"), "ghes1: the text holds the character U+0000"),
        (Refinement("ghes1", 1, "x", "EN"), "EN is no language code"),
    ],
)
def test_what_cannot_be_refined_is_named(wrong: Refinement, said: str):
    with pytest.raises(BadInput) as refused:
        refined(SCALES["ghes"], [Refinement("ghes2", 0, "fine"), wrong])
    assert said in str(refused.value)
    assert len(refused.value.faults) == 1


def test_all_faults_are_told_together_and_a_place_only_once():
    with pytest.raises(BadInput) as refused:
        refined(SCALES["phq9"], [Refinement("phq1", None, "x"), Refinement("phq2", 0, "a"), Refinement("phq2", 0, "b")])
    assert [str(each.cause) for each in refused.value.faults] == [
        "the item phq1 has no description",
        "phq2.0: new words for one place are given twice",
    ]


def test_a_source_that_is_no_scale_is_refused():
    with pytest.raises(ScaleError):
        refined("id: x", [])
    with pytest.raises(ScaleError):
        refined(ODD, [Refinement("block", 1, "x" * 256_000)])


def test_the_differences_are_those_that_were_made():
    old = load_scale(SCALES["ghes"])
    new = load_scale(refined(SCALES["ghes"], [Refinement("ghes2", 3, "Most."), Refinement("ghes1", None, "Neu", "de")]))
    before, after = old.item("ghes1").description, new.item("ghes1").description
    anchor = old.item("ghes2").anchors[3]
    assert differences(old, old) == []
    assert differences(old, new) == [
        Change("ghes1", Part.DESCRIPTION, None, before, after),
        Change("ghes2", Part.ANCHOR, 3, anchor, Text({**anchor, "en": "Most."})),
    ]


def test_items_that_came_and_went_and_turned_are_told():
    old = load_scale(ODD)
    flow, block = old.items
    new = replace(old, items=(replace(block, id="third", text=Text("Third")), replace(flow, reverse=True, anchors={})))
    found = differences(old, new)
    assert found[:2] == [
        Change("block", Part.ITEM, None, Text("With blocks"), None),
        Change("third", Part.ITEM, None, None, Text("Third")),
    ]
    assert Change("flow", Part.POINTS, None, Text("0-2"), Text("2-0")) in found
    assert Change("flow", Part.ANCHOR, 0, Text("none"), None) in found
    assert len(found) == 2 + 3 + 1
