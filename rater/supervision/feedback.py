"""Who sees which feedback on a session, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from rater.terms import Audience, RatedBy, ReviewState


@dataclass(frozen=True)
class Reader:
    """Somebody who opens a session: what reaches him or her of others' feedback.

    `waits`: a trainee who has to submit an own rating before anything of the supervisor's is shown.
    """

    person_id: int | None
    reads: frozenset[Audience]
    waits: bool = False


def trainee_reader(person_id: int | None, *, waits: bool) -> Reader:
    """The trainee of a session: reads what is for both, and what the programme's lead reads too."""
    return Reader(person_id, frozenset({Audience.BOTH, Audience.LEAD}), waits)


def supervisor_reader(person_id: int | None) -> Reader:
    """Whoever supervises the trainee now: reads what earlier supervisors left for the supervisor alone, too."""
    return Reader(person_id, frozenset(Audience))


def must_rate_first(self_first: bool, rated_by: str, *, has_submitted: bool) -> bool:
    """Whether a trainee has to submit an own rating of a session before the supervisor's view of it is shown.

    Only where the programme asks for it (`self_first`) and keeps trainees' own ratings at all.
    """
    return self_first and rated_by in (RatedBy.SELF, RatedBy.BOTH) and not has_submitted


def may_read(by_id: int, state: str, audience: str, reader: Reader) -> bool:
    """Whether a comment is shown to a reader: one's own always, another's once released to him or her."""
    if by_id == reader.person_id:
        return True
    return state == ReviewState.RELEASED and audience in reader.reads and not reader.waits


def may_read_review(by_id: int, state: str, reader: Reader) -> bool:
    """Whether the summary of a review is shown: to its writer always, to the trainee and later supervisors once
    released."""
    return may_read(by_id, state, Audience.BOTH, reader)


def shows_rating(by_id: int, *, is_submitted: bool, is_released: bool, reader: Reader) -> bool:
    """Whether a rating of a session is shown to a reader.

    One's own always. A trainee's own rating (which needs no release, so `is_released`) reaches the supervisor once it
    is submitted; a supervisor's reaches the trainee once it is submitted and the review that it belongs to released.
    """
    if by_id == reader.person_id:
        return True
    return is_submitted and is_released and not reader.waits


class Placed(Protocol):
    """What the order of a thread goes by: the comment answered, the second it is about, when it was written."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def parent_id(self) -> int | None:
        """The number of the comment that it answers."""

    @property
    def start_s(self) -> float | None:
        """Seconds of the recording; None where it is about the session as a whole."""

    @property
    def written_at(self) -> datetime:
        """When it was written."""


C = TypeVar("C", bound=Placed)


def threads(shown: Iterable[C]) -> list[tuple[C | None, list[C]]]:
    """Comments in the order of the recording, each with its answers in the order of writing.

    What is about the session as a whole comes first; answers whose comment is not shown come last, under None.
    """
    given = sorted(shown, key=lambda each: (each.written_at, each.id))
    heads = [each for each in given if each.parent_id is None]
    known = {each.id for each in heads}
    answers: dict[int | None, list[C]] = {}
    for each in given:
        if each.parent_id is not None:
            answers.setdefault(each.parent_id if each.parent_id in known else None, []).append(each)
    heads.sort(key=lambda each: (each.start_s is not None, each.start_s or 0.0))
    found: list[tuple[C | None, list[C]]] = [(each, answers.get(each.id, [])) for each in heads]
    return found + ([(None, answers[None])] if None in answers else [])
