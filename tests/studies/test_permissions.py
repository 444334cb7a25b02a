import pytest

from rater.studies.permissions import ALLOWED, FORBIDDEN_WHILE_RATING, Action, may
from rater.terms import Role


def test_every_action_says_who_may() -> None:
    assert set(ALLOWED) == set(Action)


@pytest.mark.parametrize("action", sorted(FORBIDDEN_WHILE_RATING))
def test_open_ratings_keep_a_researcher_blind(action: Action) -> None:
    both = {Role.RATER, Role.RESEARCHER}
    assert not may(both, action, has_open_ratings=True)
    assert may(both, action, has_open_ratings=False)
    assert may({Role.RESEARCHER}, action, has_open_ratings=True)


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not any(may(set(), action) for action in Action)


def test_supervisors_and_trainees_do_not_reach_research_ratings() -> None:
    for role in (Role.SUPERVISOR, Role.TRAINEE):
        assert not any(may({role}, action) for action in Action)
