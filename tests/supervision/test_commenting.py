"""Comments from draft to release to withdrawal: who reads them at each step, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale
from rater.storage.models import AuditEvent, Comment
from rater.supervision.moments import LONGEST_COMMENT, WantedComment
from rater.supervision.operations.commenting import (
    answer_comment,
    change_comment,
    delete_comment,
    release_comment,
    withdraw_comment,
    write_comment,
)
from rater.terms import Audience, CommentKind, ReviewState
from tests.supervision.desk import LATER, Desk


@pytest.fixture
def desk(session: Session) -> Desk:
    made = Desk(session)
    made.programme.study.self_first = False
    return made


def test_a_comment_is_read_once_it_is_released_and_until_it_is_withdrawn(desk: Desk) -> None:
    made = desk.comment("sara", "The task is named", 42)
    assert (desk.texts("sara"), desk.texts("tom")) == (["The task is named"], [])
    release_comment(*desk.place("sara"), made, now=LATER)
    assert desk.texts("tom") == ["The task is named"]
    withdraw_comment(*desk.place("sara"), made, now=LATER)
    assert (desk.texts("sara"), desk.texts("tom")) == (["The task is named"], [])
    release_comment(*desk.place("sara"), made, now=LATER)
    assert desk.texts("tom") == ["The task is named"]


@pytest.mark.parametrize(("audience", "reads"), [("supervisor", []), ("both", ["x"]), ("lead", ["x"])])
def test_the_audience_says_who_reads_it(desk: Desk, audience: str, reads: list[str]) -> None:
    desk.released("sara", "x", audience=audience)
    assert desk.texts("tom") == reads


def test_the_trainee_flags_own_moments_for_the_supervisor(desk: Desk) -> None:
    made = desk.comment("tom", "I lost the thread", 12, audience=Audience.SUPERVISOR)
    assert desk.texts("sara") == []
    release_comment(*desk.place("tom"), made, now=LATER)
    assert desk.texts("sara") == ["I lost the thread"]
    assert desk.session.scalars(select(Comment.audience)).one() == Audience.BOTH


def test_a_comment_sent_twice_is_kept_once(desk: Desk) -> None:
    assert desk.comment("sara", "x", 1) == desk.comment("sara", "x", 1)
    assert desk.comment("sara", "x", 2) not in (None, desk.comment("sara", "x", 1))


def test_only_drafts_are_changed_and_deleted(desk: Desk) -> None:
    made, place = desk.comment("sara", "x", 1), desk.place("sara")
    changed = change_comment(*place, made, WantedComment("y", 2.0, 3.0), now=LATER, seen=1)
    assert (changed.text, changed.start_s, changed.stop_s, changed.version) == ("y", 2, 3, 2)
    release_comment(*place, made, now=LATER)
    for state in (ReviewState.RELEASED, ReviewState.WITHDRAWN):
        for act in (
            lambda: change_comment(*place, made, WantedComment("z"), now=LATER, seen=3),
            lambda: delete_comment(*place, made, now=LATER),
        ):
            with pytest.raises(Refused):
                act()
        assert desk.session.scalars(select(Comment.state)).one() == state
        withdraw_comment(*place, made, now=LATER)
    draft = desk.comment("sara", "another")
    with pytest.raises(Refused):
        withdraw_comment(*place, draft, now=LATER)
    delete_comment(*place, draft, now=LATER)
    assert desk.texts("sara") == ["y"]


def test_a_draft_that_changed_meanwhile_comes_back_with_both(desk: Desk) -> None:
    made, place = desk.comment("sara", "x", 1), desk.place("sara")
    change_comment(*place, made, WantedComment("theirs", 1.0), now=LATER, seen=1)
    with pytest.raises(Stale) as clash:
        change_comment(*place, made, WantedComment("mine", 1.0), now=LATER, seen=1)
    assert (clash.value.current["text"], clash.value.current["version"]) == ("theirs", 2)
    assert change_comment(*place, made, WantedComment("mine", 1.0), now=LATER, seen=2).text == "mine"


@pytest.mark.parametrize("name", ["tom", "sven", "lea"])
def test_nobody_acts_on_another_s_comment(desk: Desk, name: str) -> None:
    draft, out, place = desk.comment("sara", "x"), desk.released("sara", "y"), desk.place(name)
    for made in (draft, out):
        for act in (
            lambda: change_comment(*place, made, WantedComment("z"), now=LATER, seen=1),  # noqa: B023
            lambda: release_comment(*place, made, now=LATER),  # noqa: B023
            lambda: withdraw_comment(*place, made, now=LATER),  # noqa: B023
            lambda: delete_comment(*place, made, now=LATER),  # noqa: B023
        ):
            with pytest.raises(NotFound):
                act()
    assert desk.texts("sara") == ["x", "y"]


@pytest.mark.parametrize(
    "wanted",
    [
        WantedComment("  "),
        WantedComment("x" * (LONGEST_COMMENT + 1)),
        WantedComment("turned \u202e round"),
        WantedComment("x", 145.0, 130.0),
        WantedComment("x", 264.0),
        WantedComment("x", item="phq9_1"),
        WantedComment("x", tags=("two words",)),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is(desk: Desk, wanted: WantedComment) -> None:
    with pytest.raises(BadInput):
        write_comment(*desk.place("sara"), wanted, now=LATER)
    assert desk.session.scalars(select(Comment)).all() == []


def test_answers_are_read_by_who_reads_the_comment(desk: Desk) -> None:
    out = desk.released("sara", "What was due?", 42)
    answer_comment(*desk.place("tom"), out, CommentKind.REPLY, "The diary", now=LATER)
    answer_comment(*desk.place("tom"), out, CommentKind.WILL_TRY, "Ask for it first", now=LATER)
    answer_comment(*desk.place("tom"), out, CommentKind.WILL_TRY, "Ask for it first", now=LATER)
    ((head, answers),) = desk.look("sara").threads()
    assert head is not None
    assert [(each.kind, each.text) for each in answers] == [("reply", "The diary"), ("will_try", "Ask for it first")]


def test_only_released_comments_are_answered_and_only_by_who_sees_them(desk: Desk) -> None:
    draft = desk.comment("sara", "x")
    hidden = desk.released("sara", "y", audience=Audience.SUPERVISOR)
    out = desk.released("sara", "z")
    reply = answer_comment(*desk.place("tom"), out, CommentKind.REPLY, "yes", now=LATER).public_id
    for name, made, kind, error in (
        ("tom", draft, CommentKind.REPLY, NotFound),
        ("tom", hidden, CommentKind.REPLY, NotFound),
        ("tom", "nowhere", CommentKind.REPLY, NotFound),
        ("sven", out, CommentKind.REPLY, NotFound),
        ("sara", draft, CommentKind.REPLY, BadInput),
        ("sara", out, CommentKind.WILL_TRY, BadInput),
        ("tom", out, CommentKind.COMMENT, BadInput),
        ("tom", reply, CommentKind.REPLY, BadInput),
    ):
        with pytest.raises(error):
            answer_comment(*desk.place(name), made, kind, "text", now=LATER)
    with pytest.raises(BadInput):
        answer_comment(*desk.place("tom"), out, CommentKind.REPLY, " ", now=LATER)


def test_own_answers_stay_when_the_comment_is_withdrawn_and_others_go_with_it(desk: Desk) -> None:
    out = desk.released("sara", "x", 42)
    answer_comment(*desk.place("tom"), out, CommentKind.REPLY, "mine", now=LATER)
    answer_comment(*desk.place("sara"), out, CommentKind.REPLY, "hers", now=LATER)
    withdraw_comment(*desk.place("sara"), out, now=LATER)
    assert [(head, [each.text for each in answers]) for head, answers in desk.look("tom").threads()] == [
        (None, ["mine"])
    ]


def test_comments_are_filtered_by_tag_and_item(desk: Desk) -> None:
    desk.released("sara", "a", 1, tags=("rationale",), item="sta1")
    desk.released("sara", "b", 2, tags=("rationale", "plan"))
    desk.released("sara", "c", 3, item="sta1")
    seen = desk.look("tom")
    assert seen.tags == ["plan", "rationale"]
    for asked, texts in (
        ({"tag": "rationale"}, ["a", "b"]),
        ({"item": "sta1"}, ["a", "c"]),
        ({"tag": "plan", "item": "sta1"}, []),
        ({}, ["a", "b", "c"]),
    ):
        assert [head.text for head, _ in seen.threads(**asked) if head] == texts


def test_the_audit_tells_what_was_done_and_no_words(desk: Desk) -> None:
    out = desk.released("sara", "Words of a session", 42, tags=("secretive",))
    answer_comment(*desk.place("tom"), out, CommentKind.REPLY, "More words", now=LATER)
    withdraw_comment(*desk.place("sara"), out, now=LATER)
    events = desk.session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("comment."))).all()
    assert [each.action.partition(".")[2] for each in events] == ["written", "released", "answered", "withdrawn"]
    told = repr([each.detail for each in events])
    assert "ords" not in told
    assert "secretive" not in told
