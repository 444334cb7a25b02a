"""What the player's messages are answered, and what is kept of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web.world import LATER, World

TOLD: dict[str, Any] = {"heard": [[0, 30, 1]], "position": 30, "speed": 1, "window": "a" * 32, "active": 31.5}


def tell(world: World, who: str = "anna", rating: str = "mine", **other: Any) -> Any:
    """The answer to one message of a player."""
    return world.visitors[who].ask("PUT", f"/ratings/{world.ids[rating]}/listening", {**TOLD, **other})


def kept(world: World) -> tuple[int, int]:
    """How many rows there are of listening and of work."""
    found = world.contents()
    return len(found["listening"]), len(found["work_stretch"])


def test_a_message_is_answered_with_the_share(world: World) -> None:
    world.restore()
    events = world.events("recording.played")
    assert tell(world).json == {"share": 0.5}
    assert tell(world, op="op-000001").json == {"share": 0.5}
    assert tell(world, heard=[[15, 45, 1.5]], window="b" * 32).json == {"share": 0.75}
    assert kept(world) == (1, 2)
    assert world.events("recording.played") == events


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"heard": None}, 422),
        ({"heard": "all"}, 422),
        ({"heard": [[0, 90, 1]]}, 422),
        ({"heard": [[[], {}, None]]}, 422),
        ({"position": "0"}, 422),
        ({"position": True}, 422),
        ({"active": -1}, 422),
        ({"active": 10**400}, 422),
        ({"window": "x"}, 422),
        ({"window": "a" * 40_000 + "\x00"}, 422),
        ({"share": 1}, 400),
        ({"speed": float("nan")}, 400),
    ],
)
def test_a_message_that_no_player_sends_is_refused(world: World, other: dict[str, Any], status: int) -> None:
    world.restore()
    assert tell(world, **other).status_code == status
    assert kept(world) == (0, 0)


def test_who_may_tell(world: World) -> None:
    world.restore()
    told = {who: tell(world, who).status_code for who in ("anna", "ben", "carla", "rosa", "nobody")}
    assert told == {"anna": 200, "ben": 404, "carla": 404, "rosa": 404, "nobody": 401}
    assert tell(world, rating="bens").status_code == 404


def test_listening_keeps_a_sign_in_alive(world: World) -> None:
    world.restore()
    for minutes in range(0, 120, 10):
        world.app.extensions["rater_clock"] = lambda minutes=minutes: LATER + timedelta(minutes=minutes)
        assert tell(world).status_code == 200, minutes
    world.app.extensions["rater_clock"] = lambda: LATER + timedelta(minutes=110 + 61)
    assert tell(world).status_code == 401, "the control: without listening it ends"
