"""Who sees what, case by case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from rater.supervision.feedback import (
    may_read,
    may_read_review,
    must_rate_first,
    shows_rating,
    supervisor_reader,
    threads,
    trainee_reader,
)
from rater.terms import Audience, RatedBy, ReviewState
from tests.builders.study import NOON

SARA, TOM, NEXT = 1, 2, 3
DRAFT, RELEASED, WITHDRAWN = ReviewState
READERS = {
    "tom": trainee_reader(TOM, waits=False),
    "tom who waits": trainee_reader(TOM, waits=True),
    "next": supervisor_reader(NEXT),
    "sara": supervisor_reader(SARA),
}


@pytest.mark.parametrize(
    ("by", "state", "audience", "readers"),
    [
        (SARA, DRAFT, Audience.BOTH, {"sara"}),
        (SARA, WITHDRAWN, Audience.BOTH, {"sara"}),
        (SARA, RELEASED, Audience.SUPERVISOR, {"sara", "next"}),
        (SARA, RELEASED, Audience.BOTH, {"sara", "next", "tom"}),
        (SARA, RELEASED, Audience.LEAD, {"sara", "next", "tom"}),
        (TOM, DRAFT, Audience.BOTH, {"tom", "tom who waits"}),
        (TOM, RELEASED, Audience.BOTH, {"tom", "tom who waits", "sara", "next"}),
        (TOM, WITHDRAWN, Audience.BOTH, {"tom", "tom who waits"}),
    ],
)
def test_a_comment_is_read_by(by: int, state: str, audience: str, readers: set[str]) -> None:
    assert {name for name, reader in READERS.items() if may_read(by, state, audience, reader)} == readers


@pytest.mark.parametrize(
    ("state", "readers"),
    [(DRAFT, {"sara"}), (WITHDRAWN, {"sara"}), (RELEASED, {"sara", "next", "tom"})],
)
def test_a_summary_is_read_by(state: str, readers: set[str]) -> None:
    assert {name for name, reader in READERS.items() if may_read_review(SARA, state, reader)} == readers


@pytest.mark.parametrize(
    ("by", "submitted", "released", "readers"),
    [
        (SARA, False, True, {"sara"}),
        (SARA, True, False, {"sara"}),
        (SARA, True, True, {"sara", "next", "tom"}),
        (TOM, False, True, {"tom", "tom who waits"}),
        (TOM, True, True, {"tom", "tom who waits", "sara", "next"}),
    ],
)
def test_a_rating_is_shown_to(by: int, submitted: bool, released: bool, readers: set[str]) -> None:
    shown = {
        name
        for name, reader in READERS.items()
        if shows_rating(by, is_submitted=submitted, is_released=released, reader=reader)
    }
    assert shown == readers


@pytest.mark.parametrize(
    ("self_first", "rated_by", "submitted", "waits"),
    [
        (True, RatedBy.BOTH, False, True),
        (True, RatedBy.SELF, False, True),
        (True, RatedBy.SUPERVISOR, False, False),
        (True, RatedBy.BOTH, True, False),
        (False, RatedBy.BOTH, False, False),
    ],
)
def test_the_own_rating_comes_first(self_first: bool, rated_by: RatedBy, submitted: bool, waits: bool) -> None:
    assert must_rate_first(self_first, rated_by, has_submitted=submitted) is waits


@dataclass(frozen=True)
class Said:
    id: int
    start_s: float | None = None
    parent_id: int | None = None
    minute: int = 0

    @property
    def written_at(self):  # type: ignore[no-untyped-def]
        return NOON + timedelta(minutes=self.minute)


def test_threads_follow_the_recording_and_answers_the_writing() -> None:
    said = [
        Said(1, 130.0),
        Said(2, 42.0, minute=5),
        Said(3, None),
        Said(4, parent_id=2, minute=9),
        Said(5, parent_id=2, minute=7),
        Said(6, parent_id=99),
        Said(7, 42.0, minute=1),
    ]
    order = [(head and head.id, [each.id for each in answers]) for head, answers in threads(said)]
    assert order == [(3, []), (7, []), (2, [5, 4]), (1, []), (None, [6])]
