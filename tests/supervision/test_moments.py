"""What a comment may be about, and what is said of one that cannot be kept."""

from __future__ import annotations

import pytest

from rater.supervision.moments import WantedComment, comment_faults, read_tags

ITEMS = ("sta1", "sta2")


@pytest.mark.parametrize(
    "wanted",
    [
        WantedComment("as a whole"),
        WantedComment("a moment", 42.0),
        WantedComment("the first second", 0.0),
        WantedComment("the last one", 263.3),
        WantedComment("a span", 130.0, 145.0, "sta2", ("rationale", "well_done"), "lead"),
    ],
)
def test_what_can_be_kept(wanted: WantedComment) -> None:
    assert comment_faults(wanted, ITEMS, 263.3) == []


@pytest.mark.parametrize(
    ("wanted", "column", "cause"),
    [
        (WantedComment("x", 145.0, 130.0), "stop", "The span ends at 2:10.0, which is not after its start at 2:25.0"),
        (WantedComment("x", 145.0, 145.0), "stop", "The span ends at 2:25.0, which is not after its start at 2:25.0"),
        (
            WantedComment("x", 250.0, 300.0),
            "stop",
            "The span from 4:10.0 to 5:00.0 does not lie within the recording, which ends at 4:23.3",
        ),
        (
            WantedComment("x", 264.0),
            "start",
            "4:24.0 does not lie within the recording, which ends at 4:23.3",
        ),
        (WantedComment("x", None, 20.0), "start", "The span has an end and no start"),
        (WantedComment("x", item="phq9_1"), "item", "phq9_1 is not an item of the study"),
        (WantedComment("x", audience="everybody"), "audience", "everybody does not say who may read it"),
        (WantedComment("x", tags=("two words",)), "tags", "two words cannot be a tag"),
        (WantedComment("x", tags=("a" * 33,)), "tags", "a" * 33 + " cannot be a tag"),
        (WantedComment("x", tags=tuple("abcdefghi")), "tags", "A comment has 8 tags at the most"),
    ],
)
def test_each_fault_is_named_with_its_place(wanted: WantedComment, column: str, cause: str) -> None:
    (found,) = comment_faults(wanted, ITEMS, 263.3)
    assert (found.column, str(found.cause)) == (column, cause)


def test_without_a_recording_there_is_no_second() -> None:
    assert [each.column for each in comment_faults(WantedComment("x", 1.0), ITEMS, None)] == ["start"]
    assert comment_faults(WantedComment("x"), ITEMS, None) == []


def test_all_faults_are_told_at_once() -> None:
    wanted = WantedComment("x", 20.0, 10.0, "sta9", ("?",), "")
    assert [each.column for each in comment_faults(wanted, ITEMS, 60.0)] == ["stop", "item", "audience", "tags"]


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", ()),
        ("#Rationale, obstacles  rationale;well-done", ("rationale", "obstacles", "well-done")),
        ("Übung", ("übung",)),
        ("#", ()),
    ],
)
def test_tags_are_read_from_a_line(typed: str, tags: tuple[str, ...]) -> None:
    assert read_tags(typed) == tags
