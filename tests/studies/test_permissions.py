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


SUPERVISION = {
    Action.SUPERVISE,
    Action.BE_SUPERVISED,
    Action.SEE_SUPERVISION,
    Action.ARRANGE_SUPERVISION,
    Action.LEAD_PROGRAMME,
    Action.HAND_IN,
}


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.TRAINEE, Role.LEAD])
def test_supervision_does_not_reach_research_ratings(role: Role) -> None:
    assert {action for action in Action if may({role}, action)} - SUPERVISION == {Action.READ_MANUAL}


@pytest.mark.parametrize("role", [Role.RATER, Role.RESEARCHER, Role.TRAINER])
def test_research_does_not_reach_supervision(role: Role) -> None:
    assert not {action for action in Action if may({role}, action)} & SUPERVISION
