import json
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rater.errors import ScaleError
from rater.scales.description import describe
from rater.scales.loading import load_scale
from rater.scales.schema import ItemKind, Scale, Text
from rater.scales.validation import check_study_scales
from rater.terms import ScaleKind

GOOD = """\
id: demo
version: 2
title: {en: Demo, de: Probe}
range: {min: 0, max: 2}
missing_codes:
  NOT_RATABLE: {label: Cannot be judged}
items:
  - id: a
    text: {en: First}
    anchors: {0: none, 1: {en: some}, 2: much}
  - {id: b, text: Second, reverse: true}
subscales:
  both: {title: Both, items: [a, b]}
scores:
  S: {items: all, rule: mean, min_valid: 1}
"""


def faults_of(text: str | bytes) -> list[tuple[int | None, str | int | None, str]]:
    with pytest.raises(ScaleError) as caught:
        load_scale(text, file="demo.yaml")
    assert all(fault.file == "demo.yaml" and str(fault.remedy) for fault in caught.value.faults)
    return [(fault.line, fault.column, str(fault.cause)) for fault in caught.value.faults]


def edited(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def test_a_good_file_is_read_whole() -> None:
    scale = load_scale(GOOD)
    assert (scale.id, scale.version, scale.kind, scale.item_ids) == ("demo", 2, ScaleKind.OBSERVER, ("a", "b"))
    assert scale.item("a").anchors == {0: Text("none"), 1: Text("some"), 2: Text("much")}
    assert (list(scale.item("b").points), scale.item("b").reverse) == ([0, 1, 2], True)
    assert (scale.score("S").items, scale.score("S").min_valid) == (("a", "b"), 1)
    assert json.loads(json.dumps(describe(scale, "de")))["title"] == "Probe"


@pytest.mark.parametrize("encode", [
    lambda text: "\ufeff" + text,
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: "---\n" + text + "...\n",
    lambda text: text.encode(),
])  # fmt: skip
def test_bom_line_ends_and_document_marks_change_nothing(encode: Callable[[str], str | bytes]) -> None:
    assert load_scale(encode(GOOD)) == load_scale(GOOD)


def test_min_valid_defaults_to_all_items() -> None:
    assert load_scale(edited(", min_valid: 1", "")).score("S").min_valid == 2


def test_other_kinds_of_items_are_read() -> None:
    scale = load_scale("""\
id: mixed
version: 1
items:
  - {id: r, text: R, range: {min: -3, max: 3}}
  - {id: c, text: C, kind: choice, options: {yes_: "Yes", no_: {en: "No", de: Nein}}}
  - {id: m, text: M, kind: choices, options: {x: X}}
  - {id: n, text: N, kind: number}
  - {id: t, text: T, kind: text}
scores:
  all_numbers: {items: all, rule: sum}
""")
    assert [item.kind for item in scale.items] == list(ItemKind)[:1] + [
        ItemKind(k) for k in ("choice", "choices", "number", "text")
    ]
    assert scale.item("c").options["no_"].in_("de") == "Nein"
    assert scale.score("all_numbers").items == ("r", "n")


@pytest.mark.parametrize(("old", "new", "line", "column", "part"), [
    ("version: 2", "versoin: 2", 2, 1, "versoin: this key is unknown here"),
    ("version: 2", "version: 2\nversion: 3", 3, 1, "the key version stands twice, first in line 2"),
    ("version: 2", "version: 1.5", 2, 10, "version: a whole number belongs here"),
    ("version: 2", "version: 0", 2, 10, "version: the version is below 1"),
    ("version: 2", "version: 012", 2, 10, "do not agree on what 012 is"),
    ("version: 2", "version: 0x10", 2, 10, "do not agree on what 0x10 is"),
    ("version: 2", "version: 12:30", 2, 10, "do not agree on what 12:30 is"),
    ("version: 2", "version: 1_0", 2, 10, "do not agree on what 1_0 is"),
    ("version: 2", "version: 2021-01-01", 2, 10, "do not agree on what 2021-01-01 is"),
    ("version: 2", "version: " + "9" * 5000, 2, 10, "version: a whole number belongs here"),
    ("version: 2", "version:", 2, 9, "version: there is no value"),
    ("version: 2", 'version: "2"', 2, 10, "version: a whole number belongs here"),
    ("id: demo", "id: démo", 1, 5, "id: démo cannot serve as a name"),
    ("id: demo", "id: no", 1, 5, "do not agree on what no is"),
    ("id: demo", "id: 1demo", 1, 5, "id: 1demo cannot serve as a name"),
    ("id: demo", "id: [demo]", 1, 5, "id: a text belongs here"),
    ("id: demo", "id: ../demo", 1, 5, "cannot serve as a name"),
    ("id: demo", "id: !!str demo", 1, 5, "the tag tag:yaml.org,2002:str stands here"),
    ("id: demo", "id: !!python/object/apply:os.system [x]", 1, 5, "python/object/apply:os.system stands here"),
    ("id: demo", "id: !mine demo", 1, 5, "id: the tag !mine stands here"),
    ("id: demo", "id: &x demo", 1, 5, "id: the YAML anchor &x stands here"),
    ("id: demo", "id: *x", 1, 5, "id: the alias *x stands here"),
    ("id: demo", "id: demo\nkind: secret", 2, 7, "kind: secret is not known here"),
    ("id: demo", "id: demo\nlogs: [moods]", 2, 8, "logs.1: moods is not known here"),
    ("title: {en: Demo, de: Probe}", "title: {en: Demo, no: Prøve}", 3, 19, "do not agree on what no is"),
    ("title: {en: Demo, de: Probe}", "title: {English: Demo}", 3, 9, "this is no language code"),
    ("title: {en: Demo, de: Probe}", "title: {en: 5}", 3, 13, "title.en: a text belongs here"),
    ("title: {en: Demo, de: Probe}", "title: [Demo]", 3, 8, "title: a text belongs here"),
    ("title: {en: Demo, de: Probe}", "title: {}", 3, 8, "title: the map of languages is empty"),
    ("title: {en: Demo, de: Probe}", 'title: "\\ud800"', 3, 8, "title: the text holds the character U+D800"),
    ("title: {en: Demo, de: Probe}", 'title: "\\0"', 3, 8, "title: the text holds the character U+0000"),
    ("title: {en: Demo, de: Probe}", "title:\tDemo", 3, 7, "there is a tab"),
    ("title: {en: Demo, de: Probe}", "title: De\0mo", 3, 10, "the invisible character U+0000"),
    ("range: {min: 0, max: 2}", "range: {min: 2, max: 2}", 4, 8, "range: min is 2, max is 2"),
    ("range: {min: 0, max: 2}", "range: {min: 0.5, max: 2}", 4, 14, "range.min: a whole number belongs here"),
    ("range: {min: 0, max: 2}", "range: {min: 0}", 4, 8, "range: the key max is missing"),
    ("range: {min: 0, max: 2}", "range: {min: 0, max: 999999999}", 8, 5, "items.1: the range has more than 101 points"),
    ("label: Cannot be judged", "labl: Cannot be judged", 6, 16, "missing_codes.NOT_RATABLE: the key label is missing"),
    ("NOT_RATABLE: {", "NOT RATABLE: {", 6, 3, "NOT RATABLE cannot serve as a name"),
    ("label: Cannot be judged", "label: x, items: [q]", 6, 35, "there is no item q to take"),
    ("label: Cannot be judged", "label: x, not_applicable: 1", 6, 43, "true or false belongs here"),
    ("anchors: {0: none", "anchors: {-1: none", 10, 15, "anchors.-1: the anchor stands outside the range 0 to 2"),
    ("2: much}", "3: much}", 10, 39, "items.1.anchors.3: the anchor stands outside the range 0 to 2"),
    ("anchors: {0: none", "anchors: {0.5: none", 10, 15, "an anchor stands at a whole number"),
    ("anchors: {0: none", "anchors: {zero: none", 10, 15, "an anchor stands at a whole number"),
    ("anchors: {0: none", "anchors: {[0]: none", 10, 15, "a list or map stands as a key"),
    ("anchors: {0: none", "anchors: {1: none", 10, 24, "the key 1 stands twice, first in line 10"),
    ("id: b", "id: A", 11, 5, "items.2: the item A has the id of an earlier one, a"),
    ("reverse: true", "reverse: yes", 11, 36, "do not agree on what yes is"),
    ("reverse: true", "kind: text, reverse: true", 11, 39, "has no place in an item of the kind text"),
    ("reverse: true", "kind: choice", 11, 5, "items.2: the item has no options"),
    ("reverse: true", "kind: number, reverse: true", 11, 5, "a number without a range cannot be reversed"),
    ("items: [a, b]}", "items: [a, q]}", 13, 34, "subscales.both.items.2: there is no item q to take"),
    ("items: [a, b]}", "items: []}", 13, 30, "subscales.both.items: the list is empty"),
    ("  S: {items: all", "  S: {items: [a, zz]", 15, 18, "scores.S.items.2: there is no item zz to take"),
    ("  S: {items: all", "  S: {items: []", 15, 14, "scores.S.items: the list is empty"),
    ("  S: {items: all", "  S: {items: [b, b]", 15, 18, "b stands here twice"),
    ("  S: {items: all", "  a: {items: all", 15, 3, "an item or another score bears the name a"),
    ("rule: mean", "rule: median", 15, 25, "scores.S.rule: median is not known here"),
    (", rule: mean", "", 15, 6, "scores.S: the key rule is missing"),
    ("min_valid: 1", "min_valid: 3", 15, 42, "3 valid items are asked for, and the score has 2"),
    ("min_valid: 1", "min_valid: 0", 15, 42, "0 valid items are asked for, and the score has 2"),
    ("min_valid: 1", "from_previous_session: [c]", 15, 55, "there is no item c to take"),
    ("min_valid: 1}\n", "min_valid: 1}\n---\nid: other\n", 16, 1, "a second document begins here"),
    ("  S: {items: all", "  S: {items: [all", 15, 44, "the file is not valid YAML from here on"),
])  # fmt: skip
def test_each_fault_is_named_with_its_place(old: str, new: str, line: int, column: int, part: str) -> None:
    found = faults_of(edited(old, new))
    assert any((at, col) == (line, column) and part in cause for at, col, cause in found), found


def test_all_faults_are_told_in_the_order_of_the_file() -> None:
    found = faults_of(edited("version: 2", "version: x").replace("rule: mean", "rule: x").replace("id: b", "id: ß"))
    assert [line for line, _, _ in found] == [2, 11, 13, 15]


def test_a_scale_without_range_says_so_at_each_item_and_a_faulty_range_once() -> None:
    assert [cause for _, _, cause in faults_of(edited("range: {min: 0, max: 2}\n", ""))] == [
        "items.1: the item has no range of points",
        "items.2: the item has no range of points",
    ]
    assert len(faults_of(edited("range: {min: 0, max: 2}", "range: {min: 3, max: 2}"))) == 1


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(("text", "part"), [
    (BOMB, "a: the YAML anchor &a stands here"),
    ("a: &a [*a]\n", "the alias *a stands here"),
    ("a: &a {b: 1}\nc: {<<: *a}\n", "do not agree on what << is"),
    ("[" * 10_000, "nested more than 20 deep"),
    ("{a: " * 10_000, "nested more than 20 deep"),
    ("- " * 10_000, "nested more than 20 deep"),
    ("[" * 21 + "]" * 21, "nested more than 20 deep"),
    ("a: [" + "1," * 30_000 + "]", "more than 20000 keys and values"),
    ("a: " + "b" * 256_000, "more than 256000"),
    ("é" * 128_001, "more than 256000"),
    (b"\xff\xfei\0d\0", "not UTF-8"),
    ("id: x\n".encode("utf-16-be"), "U+0000"),
    (b"id: x\ntitle: caf\xe9\n", "not UTF-8"),
    ("", "the file is empty"),
    ("# nothing\n", "the file is empty"),
    ("~", "there is no value"),
    ("- id: x", "a map of keys and values belongs here"),
    ("just words", "a map of keys and values belongs here"),
    ('a: "\\Uffffffff"', "an escape or a directive"),
    ("%YAML " + "9" * 5000 + ".1\n---\na: b\n", "an escape or a directive"),
    ("items: [\ud800]", "U+D800"),
    ("a: b: c", "not valid YAML"),
    ("%TAG ! tag:x,2000:\n---\nid: !y z\n", "the tag tag:x,2000:y stands here"),
])  # fmt: skip
def test_hostile_files_are_refused(text: str | bytes, part: str) -> None:
    assert any(part in cause for _, _, cause in faults_of(text))


@pytest.mark.parametrize("value", ['!!int "2"', "*x", "0o2", '"\\0"'])
def test_a_value_refused_once_is_not_refused_again_for_what_it_is(value: str) -> None:
    assert len(faults_of(edited("version: 2", f"version: {value}"))) == 1


def test_a_cp1252_letter_is_placed() -> None:
    assert faults_of(b"id: x\r\ntitle: caf\xe9\r\n") == [(2, 11, "the file is not UTF-8")]


def test_faults_are_bounded() -> None:
    assert len(faults_of("\t\n" * 100_000)) == 1000


def test_names_shared_by_two_scales_of_a_study_are_told() -> None:
    one = load_scale(GOOD)
    other = load_scale(GOOD.replace("id: demo", "id: other").replace("id: a", "id: S").replace("[a, b]", "[b]")
                       .replace("  S: {", "  Z: {"))  # fmt: skip
    assert [str(fault.cause) for fault in check_study_scales([one, other])] == [
        "S is an item or score of demo and of other",
        "b is an item or score of demo and of other",
    ]


def test_words_fall_back_to_english_and_then_to_any_language() -> None:
    both = Text({"de": "Ja", "en": "Yes"})
    assert [both.in_(locale) for locale in ("de", "de-AT", "de_CH", "en_GB", "fr")] == ["Ja", "Ja", "Ja", "Yes", "Yes"]
    assert (Text({"it": "Sì"}).in_("de"), Text({"it": "Sì"}).language("de"), Text().in_("de")) == ("Sì", "it", "")


def outcome(text: str | bytes) -> Scale | None:
    try:
        return load_scale(text)
    except ScaleError as error:
        return None if error.faults else pytest.fail("refused for no reason")


PIECES = ["\r\n", "id", "items", "a", "<<", "\\x", "012", "!!", "---\n", "é", "\ufeff", "\u2028", "%YAML 1.1", "\n  - "]
YAMLISH = st.lists(st.sampled_from([*"[]{}:,-?&*!|>%@`'\"# \n\t\\0", *PIECES]), max_size=60).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | YAMLISH | st.text(max_size=100))
@example("? ? ? a")
@example("!<%zz> a")
@example('"\\x4')
def test_whatever_comes_is_a_scale_or_a_scale_error(text: str | bytes) -> None:
    assert outcome(text) is None or isinstance(outcome(text), Scale)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_good_file_with_a_piece_replaced_is_a_scale_or_a_scale_error(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 12)))
    scale = outcome(GOOD[:start] + data.draw(YAMLISH) + GOOD[end:])
    if scale is not None:
        json.dumps(describe(scale, "de"), allow_nan=False).encode()
