import pytest

from rater.studies.permissions import ALLOWED, FORBIDDEN_WHILE_RATING, Action, may
from rater.terms import Role


def test_every_action_says_who_may() -> None:
    assert set(ALLOWED) == set(Action)


@pytest.mark.parametrize("action", sorted(FORBIDDEN_WHILE_RATING))
def test_open_ratings_keep_whoever_may_otherwise_blind(action: Action) -> None:
    (other, *_) = sorted(ALLOWED[action])
    assert not may({Role.RATER, other}, action, has_open_ratings=True)
    assert may({Role.RATER, other}, action, has_open_ratings=False)
    assert may({other}, action, has_open_ratings=True)


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not any(may(set(), action) for action in Action)


def test_supervisors_and_trainees_do_not_reach_research_ratings() -> None:
    for role in (Role.SUPERVISOR, Role.TRAINEE):
        assert [action for action in Action if may({role}, action)] == [Action.READ_MANUAL]
