"""What a meeting talks over, and what comes next."""

from __future__ import annotations

from rater.training.agenda import agenda, next_topic
from rater.training.discrepancies import discrepancies

POINTS = {
    "R1": {("S1", "a"): 0.0, ("S1", "b"): 1.0, ("S2", "a"): 4.0, ("S2", "b"): None},
    "R2": {("S1", "a"): 4.0, ("S1", "b"): 1.0, ("S2", "a"): 1.0, ("S2", "b"): 2.0},
    "R3": {("S1", "a"): None, ("S1", "b"): 2.0, ("S2", "a"): 4.0, ("S2", "b"): 2.0},
}
FOUND = discrepancies(POINTS, ["a", "b"], 2)


def test_each_item_of_a_session_stands_once_the_widest_first() -> None:
    topics = agenda(FOUND, {("S2", "a")})
    assert [(each.place, each.spread, each.is_settled) for each in topics] == [
        (("S1", "a"), 4.0, False),
        (("S2", "a"), 3.0, True),
        (("S2", "b"), 0.0, False),
    ]
    assert [str(kind) for kind in topics[0].kinds] == ["points", "ratability"]


def test_the_next_one_is_open_and_another() -> None:
    topics = agenda(FOUND, {("S2", "a")})
    assert next_topic(topics) == topics[0]
    assert next_topic(topics, ("S1", "a")) == topics[2]
    assert next_topic(topics, ("S2", "b")) == topics[0], "after the last one from the start"
    assert next_topic(topics, ("S1", "b")) == topics[0], "from a place that is no topic"
    assert next_topic(agenda(FOUND, {each.place for each in topics})) is None
    assert next_topic(agenda(FOUND, {("S2", "a"), ("S2", "b")}), ("S1", "a")) is None
