"""What changed between two revisions."""

from rater.ratings.completeness import GivenPoint
from rater.ratings.revisions import changes

ITEMS = ["a", "b", "c", "d"]


def test_only_what_differs_is_told_in_the_order_of_the_screen() -> None:
    before = {"d": GivenPoint(1, None, 4), "a": GivenPoint(2, None, 1), "b": GivenPoint(3, None, 1)}
    after = {"d": GivenPoint(None, "NR", 5), "a": GivenPoint(2, None, 9), "b": GivenPoint(3, None, 1, unsure=True)}
    found = changes(ITEMS, before, after)
    assert [(each.item, each.is_of_point) for each in found] == [("b", False), ("d", True)]
    assert (found[1].before.value, found[1].after.missing_code) == (1, "NR")


def test_a_point_that_came_or_went_is_a_change() -> None:
    one = {"c": GivenPoint(0, None, 1)}
    assert [each.after.value for each in changes(ITEMS, {}, one)] == [0]
    assert [each.after.is_given for each in changes(ITEMS, one, {})] == [False]
    assert changes(ITEMS, one, one) == []
