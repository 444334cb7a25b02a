"""Texts that two people type at a time: what only one has changed is taken, what both have is shown to both."""

from __future__ import annotations

import pytest

from rater.supervision.written import mark_of, merged


@pytest.mark.parametrize(
    ("opened", "typed", "now", "kept", "clash"),
    [
        ("a", "a", "a", "a", None),
        ("a", "b", "a", "b", None),
        ("a", "a", "c", "c", None),
        ("a", "b", "c", "b", "c"),
        ("a", "b", "b", "b", None),
        ("", "b", "", "b", None),
        ("a", "", "a", "", None),
    ],
)
def test_nobodys_words_are_lost(opened: str, typed: str, now: str, kept: str, clash: str | None) -> None:
    found = merged({"x": typed}, {"x": mark_of(opened)}, {"x": now, "y": "stays"})
    assert found.texts == {"x": kept, "y": "stays"}
    assert found.clashes == ({} if clash is None else {"x": clash})


def test_without_a_mark_what_stands_is_never_replaced_unseen() -> None:
    assert merged({"x": "b"}, {}, {"x": "c"}).clashes == {"x": "c"}
