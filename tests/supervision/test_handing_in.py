"""What has to be said of a session that is handed in, and the codes and order that follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rater.errors import BadInput
from rater.supervision.handing_in import (
    TypedSession,
    a_year_from,
    in_order,
    read_session,
    session_code,
    wanted_again,
)
from rater.terms import ConsentScope

TODAY = date(2026, 11, 10)
GOOD = TypedSession(" P07 ", "3", "2026-11-10", "2026-11-10", ("supervision", "teaching", "research"), True, 1)


def test_a_session_is_read_and_kept() -> None:
    wanted = read_session(GOOD, (), TODAY)
    assert (wanted.patient, wanted.number, wanted.held_on) == ("P07", 3, TODAY)
    assert wanted.scopes == (ConsentScope.SUPERVISION, ConsentScope.TEACHING)
    assert wanted_again(wanted.kept()) == wanted


def test_a_code_that_is_known_need_not_be_letters_and_digits() -> None:
    assert read_session(replace(GOOD, patient="P-07"), ["P-07"], TODAY).patient == "P-07"
    with pytest.raises(BadInput):
        read_session(replace(GOOD, patient="P-07"), ["P-08"], TODAY)


def test_every_fault_is_told_at_its_field() -> None:
    with pytest.raises(BadInput) as caught:
        read_session(TypedSession("", "", "", "", (), False, 0), (), TODAY)
    columns = [each.column for each in caught.value.faults]
    assert columns == ["patient", "number", "held_on", "until", "files", "scope", "agreed"]


@pytest.mark.parametrize("changed", [{"number": "-1"}, {"number": "10000"}, {"number": "²"}, {"files": 51}])
def test_what_is_out_of_bounds_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        read_session(replace(GOOD, **changed), (), TODAY)  # type: ignore[arg-type]  # fields by name


def test_parts_are_in_the_order_of_their_numbers() -> None:
    names = ["part 10.mp3", "Part 9.mp3", "part 2.mp3", "intro.mp3"]
    assert [names[place] for place in in_order(names)] == ["intro.mp3", "part 2.mp3", "Part 9.mp3", "part 10.mp3"]


def test_a_session_gets_a_code_of_its_own() -> None:
    assert session_code("P07", 3, ()) == "P07-S03"
    assert session_code("P07", 3, ("p07-s03", "P07-S03-2")) == "P07-S03-3"


def test_a_year_later() -> None:
    assert a_year_from(TODAY) == date(2027, 11, 10)
    assert a_year_from(date(2028, 2, 29)) == date(2029, 2, 28)
