"""A session as supervision shows it: what was said of it, in the order of the recording, and both ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.scales.schema import Scale
from rater.storage.models import Comment, Review, SessionRating
from rater.storage.queries.reviews import comments_of_session, ratings_of_session, reviews_of_session
from rater.studies.operations import scales_of
from rater.supervision.comparing import ScalePair, compared
from rater.supervision.feedback import (
    Reader,
    may_read,
    may_read_review,
    must_rate_first,
    shows_rating,
    supervisor_reader,
    threads,
    trainee_reader,
)
from rater.supervision.operations.asking import Seat, SeenSession, supervised_session
from rater.supervision.operations.rating import given_points, may_rate
from rater.terms import Actor, CommentKind, RatedBy, ReviewState

Thread = tuple[Comment | None, list[Comment]]


@dataclass(frozen=True)
class SeenReview:
    """All of a session that the actor may see.

    `own` is the supervisor's own review, if begun; `released` are the reviews of others that are out; `self_rating`
    and `rating` are the trainee's and the supervisor's, where they are shown.
    """

    seen: SeenSession
    reader: Reader
    scales: Sequence[Scale]
    comments: Sequence[Comment]
    own: Review | None
    released: Sequence[Review]
    self_rating: SessionRating | None
    rating: SessionRating | None

    @property
    def is_trainee(self) -> bool:
        """Whether the actor looks at an own session."""
        return self.seen.seat is Seat.TRAINEE

    @property
    def own_rating(self) -> SessionRating | None:
        """The actor's own rating of the session."""
        return self.self_rating if self.is_trainee else self.rating

    @property
    def may_rate(self) -> bool:
        """Whether the programme keeps a rating by the actor."""
        return may_rate(self.seen.study, self.seen.seat)

    @property
    def comparison(self) -> list[ScalePair]:
        """Both ratings side by side, as far as they are shown and submitted; empty where neither is."""
        own, theirs = _submitted(self.self_rating), _submitted(self.rating)
        return compared(self.scales, given_points(own), given_points(theirs)) if own or theirs else []

    @property
    def tags(self) -> list[str]:
        """The tags in use, by the alphabet."""
        return sorted({tag for each in self.comments for tag in each.tags})

    def threads(self, tag: str = "", item: str = "") -> list[Thread]:
        """The comments in their order, those alone that have a tag and an item where they are named."""
        chosen = [
            each
            for each in self.comments
            if each.parent_id is not None or ((not tag or tag in each.tags) and (not item or each.item == item))
        ]
        found = threads(chosen)
        return [each for each in found if each[0] is not None] if tag or item else found

    @property
    def drafts(self) -> list[Comment]:
        """The actor's own comments that nobody else has seen yet."""
        mine = self.reader.person_id
        return [
            each
            for each in self.comments
            if each.by_id == mine and each.state == ReviewState.DRAFT and each.kind == CommentKind.COMMENT
        ]


def open_session(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> SeenReview:
    """A session with the feedback on it, to its trainee and who supervises now. Raises what `supervised_session` does.

    Where trainees rate first, nothing of the supervisor's is in it before the trainee's own rating is submitted.
    """
    seen = supervised_session(session, actor, slug, code, now=now)
    ratings = ratings_of_session(session, seen.therapy_session.id)
    reviews = reviews_of_session(session, seen.therapy_session.id)
    reader = _reader(actor, seen, ratings)
    comments = comments_of_session(session, seen.therapy_session.id)
    mine = [each for each in reviews if each.by_id == actor.person_id]
    out = {each.by_id for each in reviews if each.state == ReviewState.RELEASED}
    return SeenReview(
        seen,
        reader,
        [scale for _, scale in scales_of(seen.study, observer_only=True)],
        _shown_comments(comments, reader),
        mine[0] if mine else None,
        [each for each in reviews if each not in mine and may_read_review(each.by_id, each.state, reader)],
        _shown_rating(ratings, RatedBy.SELF, reader, {seen.trainee.person_id}),
        _shown_rating(ratings, RatedBy.SUPERVISOR, reader, out),
    )


def reader_of(session: Session, actor: Actor, seen: SeenSession) -> Reader:
    """As what the actor reads feedback on a session."""
    return _reader(actor, seen, ratings_of_session(session, seen.therapy_session.id))


def review_of(session: Session, actor: Actor, seen: SeenSession, *, now: datetime) -> Review:
    """The supervisor's own review of a session, begun now at need; the caller holds the session."""
    for each in reviews_of_session(session, seen.therapy_session.id):
        if each.by_id == actor.person_id:
            return each
    made = Review(
        session_id=seen.therapy_session.id, by_id=actor.person_id, state=ReviewState.DRAFT, began_at=now, version=1
    )
    session.add(made)
    session.flush()
    return made


def _shown_comments(comments: Sequence[Comment], reader: Reader) -> list[Comment]:
    """Those that the reader sees; of others' answers only those to comments that are seen themselves."""
    found = [each for each in comments if may_read(each.by_id, each.state, each.audience, reader)]
    heads = {each.id for each in found if each.parent_id is None}
    return [each for each in found if each.parent_id in heads | {None} or each.by_id == reader.person_id]


def _submitted(rating: SessionRating | None) -> SessionRating | None:
    return rating if rating is not None and rating.submitted_at is not None else None


def _reader(actor: Actor, seen: SeenSession, ratings: Sequence[SessionRating]) -> Reader:
    if seen.seat is not Seat.TRAINEE:
        return supervisor_reader(actor.person_id)
    own = [each for each in ratings if each.kind == RatedBy.SELF and each.by_id == actor.person_id]
    has_submitted = any(each.submitted_at is not None for each in own)
    waits = must_rate_first(seen.study.self_first, seen.study.rated_by, has_submitted=has_submitted)
    return trainee_reader(actor.person_id, waits=waits)


def _shown_rating(
    ratings: Sequence[SessionRating], kind: RatedBy, reader: Reader, released: set[int]
) -> SessionRating | None:
    """One's own, else the one that was submitted last of those that are shown."""
    shown = [
        each
        for each in ratings
        if each.kind == kind
        and shows_rating(
            each.by_id,
            is_submitted=each.submitted_at is not None,
            is_released=each.by_id in released,
            reader=reader,
        )
    ]
    shown.sort(key=lambda each: (each.by_id == reader.person_id, each.submitted_at or each.started_at))
    return shown[-1] if shown else None
