"""Byte ranges by RFC 9110, section 14, and their limit."""

from __future__ import annotations

import time

import pytest

from rater.recordings.ranges import LIMIT, Part, Unsatisfiable, Whole, parse_range

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        (None, Whole()),
        ("bytes=0-499", Part(0, 500)),
        ("bytes=500-999", Part(500, 1000)),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=-1", Part(999, 1000)),
        ("bytes=-500", Part(500, 1000)),
        ("bytes=-5000", Part(0, 1000)),
        ("bytes=9-", Part(9, 1000)),
        ("bytes=0-", Part(0, 1000)),
        ("bytes=990-5000", Part(990, 1000)),
        ("Bytes=0-9", Part(0, 10)),
        ("bytes= 0-9 ", Part(0, 10)),
        ("bytes=0-99999999999999999999999999999999", Part(0, 1000)),
        ("bytes=000000000000000000000000000000005-6", Part(5, 7)),
        ("bytes=1000-", Unsatisfiable(1000)),
        ("bytes=1000-2000", Unsatisfiable(1000)),
        ("bytes=99999999999999999999999999999-", Unsatisfiable(1000)),
        ("bytes=-0", Unsatisfiable(1000)),
        ("bytes=5-4", Whole()),
        ("bytes=", Whole()),
        ("bytes=,", Whole()),
        ("bytes", Whole()),
        ("bytes=-", Whole()),
        ("bytes=a-b", Whole()),
        ("bytes=1.5-2", Whole()),
        ("bytes=--5", Whole()),
        ("bytes=0x1-2", Whole()),
        ("bytes=٣-٥", Whole()),
        ("bytes=1-2-3", Whole()),
        ("bytes=+1-2", Whole()),
        ("bytes=0 - 9", Whole()),
        ("items=0-9", Whole()),
        ("", Whole()),
        ("bytes=0-9,20-29", Part(0, 10)),
        ("bytes=2000-,20-29", Part(20, 30)),
        ("bytes=2000-,3000-", Unsatisfiable(1000)),
        ("bytes=0-9,nonsense", Whole()),
        ("bytes=0-9,,20-29", Part(0, 10)),
    ],
)
def test_ranges_of_a_thousand_bytes(header: str | None, answer: Whole | Part | Unsatisfiable) -> None:
    assert parse_range(header, SIZE) == answer


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5", "bytes=0-0"])
def test_nothing_has_no_part(header: str) -> None:
    assert parse_range(header, 0) == Unsatisfiable(0)
    assert parse_range(None, 0) == Whole()


def test_a_part_is_at_most_the_limit() -> None:
    size = 20_000_000
    assert parse_range("bytes=0-", size) == Part(0, LIMIT)
    assert parse_range("bytes=5000000-", size) == Part(5_000_000, 5_000_000 + LIMIT)
    assert parse_range("bytes=-5000000", size) == Part(15_000_000, 15_000_000 + LIMIT)
    assert parse_range("bytes=0-19999999", size, limit=100) == Part(0, 100)
    assert parse_range("bytes=0-99", size, limit=100) == Part(0, 100)


def test_thousands_of_ranges_are_no_work() -> None:
    started = time.perf_counter()
    assert parse_range("bytes=" + ",".join(["0-"] * 1_000_000), 20_000_000) == Whole()
    assert parse_range("bytes=" + ",".join(["0-"] * 1_000), 20_000_000) == Part(0, LIMIT)
    assert time.perf_counter() - started < 1
