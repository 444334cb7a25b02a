"""The codes under which raters see sessions."""

from __future__ import annotations

import re
from random import Random

import pytest

from rater.recordings.codes import LETTERS, SIGNS, rating_code


def test_codes_are_short_opaque_and_unlike_numbers_or_words() -> None:
    taken: set[str] = set()
    for _ in range(3000):
        code = rating_code(taken, Random(len(taken)))
        assert code not in taken
        taken.add(code)
    assert {len(code) for code in taken} <= {4, 5}
    assert all(re.fullmatch(r"[CDFGHJKMNPQRTVWX][CDFGHJKMNPQRTVWX234679]{3,4}", code) for code in taken)
    assert not set("AEIOUY0158BSZL") & set("".join(taken))


def test_codes_grow_when_short_ones_are_gone() -> None:
    class AllOf(frozenset[str]):
        def __contains__(self, code: object) -> bool:
            return isinstance(code, str) and len(code) < 5

    assert len(rating_code(AllOf(), Random(1))) == 5


def test_one_seed_gives_one_code_and_another_seed_another() -> None:
    assert rating_code((), Random(1)) == rating_code((), Random(1)) != rating_code((), Random(2))


def test_no_code_is_free() -> None:
    class Everything(frozenset[str]):
        def __contains__(self, code: object) -> bool:
            return True

    with pytest.raises(RuntimeError):
        rating_code(Everything(), Random(1))
    assert set(LETTERS) < set(SIGNS)
