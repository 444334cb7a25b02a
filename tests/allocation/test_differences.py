"""What a new plan changes: every session is in one of four parts, and the raters' sums add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rater.allocation.differences import RaterChange, differences
from rater.allocation.plans import PlannedSession

RATERS = st.sampled_from(["R1", "R2", "R3"])
PLANS = st.dictionaries(
    st.sampled_from([f"S{number}" for number in range(8)]), st.tuples(RATERS, st.none() | RATERS), max_size=8
)


def plan(rows: dict[str, tuple[str, str | None]]) -> list[PlannedSession]:
    return [
        PlannedSession(code, main, second if second != main else None) for code, (main, second) in sorted(rows.items())
    ]


def test_added_moved_kept_and_withdrawn() -> None:
    before = plan({"S1": ("R1", None), "S2": ("R1", "R2"), "S3": ("R2", None), "S4": ("R1", "R2")})
    after = plan({"S1": ("R1", None), "S2": ("R2", "R1"), "S4": ("R3", "R2"), "S5": ("R3", None)})
    found = differences(before, after)
    assert [each.session_id for each in found.moved] == ["S2", "S4"]
    assert [each.session_id for each in found.withdrawn] == ["S3"]
    assert [each.session_id for each in found.added] == ["S5"]
    assert found.kept == 1
    assert found.raters == (
        RaterChange("R1", 3, 2, gained=0, lost=1),
        RaterChange("R2", 3, 2, gained=0, lost=1),
        RaterChange("R3", 0, 2, gained=2, lost=0),
    )


@given(PLANS, PLANS)
def test_the_parts_add_up(was: dict[str, tuple[str, str | None]], now: dict[str, tuple[str, str | None]]) -> None:
    before, after = plan(was), plan(now)
    found = differences(before, after)
    assert len(found.changes) + found.kept == len({*was, *now})
    assert len(found.added) + len(found.moved) + found.kept == len(now)
    for each in found.raters:
        assert each.before + each.gained - each.lost == each.after
    assert differences(before, before).changes == ()
    back = differences(after, before)
    assert [each.session_id for each in back.added] == [each.session_id for each in found.withdrawn]
