"""From rows of items to ratings with versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rater.tables import Row, shown
from rater.terms import Position, Reason

Identity = tuple[str, str, str]
"""Wave, session and rater."""


@dataclass(frozen=True, slots=True)
class ItemValue:
    """The raw value of one item or the code for why there is none; neither means that it was not rated."""

    item: str
    value: int | None
    missing_code: str | None
    line: int
    unsure: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether there is anything to keep of it."""
        return self.value is not None or self.missing_code is not None or self.unsure


@dataclass(frozen=True)
class RatingVersion:
    """One complete set of points, nothing taken over from the version before.

    When it was submitted and what share of the recording had been heard, if known.
    """

    version: int
    values: tuple[ItemValue, ...]
    submitted_at: datetime | None = None
    heard_share: float | None = None


@dataclass(frozen=True)
class ImportedRating:
    """One rater x session x wave with all its versions, lowest first; `line` is where the file first names it."""

    rating_id: str | None
    wave: str
    session_id: str
    rater_id: str
    position: Position | None
    versions: tuple[RatingVersion, ...]
    line: int

    @property
    def latest(self) -> RatingVersion:
        """The version that counts."""
        return self.versions[-1]


@dataclass
class _Gathered:
    rating_id: str
    identity: Identity
    line: int
    position: Position | None = None
    position_line: int = 0
    versions: dict[int, dict[str, ItemValue]] = field(default_factory=dict)
    submitted: dict[int, datetime] = field(default_factory=dict)
    heard: dict[int, tuple[float, int]] = field(default_factory=dict)


class Gathering:
    """Ratings while their rows come in; what contradicts an earlier row is noted as a fault of the later one."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, ...], _Gathered] = {}
        self._by_identity: dict[Identity, _Gathered] = {}
        self._holders: dict[tuple[str, str, Position], _Gathered] = {}
        self._times_unread = 0

    def add(
        self, row: Row, rating_id: str, identity: Identity, position: Position | None, version: int, given: ItemValue
    ) -> None:
        """Take one row into its rating, whose key is wave and rating id, or else wave, session and rater."""
        key = (identity[0], rating_id) if rating_id else identity
        rating = self._by_key.setdefault(key, _Gathered(rating_id, identity, row.line))
        if rating.identity != identity:
            cause = "In line {first} the rating {id} is of {session} by {rater}"
            _, session, rater = rating.identity
            params = {"id": shown(rating_id), "session": shown(session), "rater": rater, "first": rating.line}
            row.fault("rating_id", cause, "Give each rating its own id", **params)
            return
        twin = self._by_identity.setdefault(identity, rating)
        if twin is not rating and rating.line == row.line:
            cause = "{rater} has another rating of {session} from line {first} on"
            remedy = "Use one rating_id, and version for what replaced it"
            row.fault("rating_id", cause, remedy, rater=identity[2], session=shown(identity[1]), first=twin.line)
        self._place(row, rating, position)
        self._keep(row, rating.versions.setdefault(version, {}), version, given)

    def submit(self, row: Row, rating_id: str, identity: Identity, version: int) -> None:
        """Take from the row when its version was submitted, an ISO moment; without a zone it is UTC."""
        text = row.text("submitted_at")
        rating = self._rating(rating_id, identity)
        if not text or rating is None:
            return
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self._times_unread += 1
            return
        rating.submitted.setdefault(version, moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def cover(self, row: Row, rating_id: str, identity: Identity, version: int) -> None:
        """Take from the row what share of the recording was heard, 0 to 1; all rows of a version tell the same."""
        share = row.number("coverage", 0, 1)
        rating = self._rating(rating_id, identity)
        if share is None or rating is None:
            return
        told, line = rating.heard.setdefault(version, (share, row.line))
        if told != share:
            cause = "The coverage is {share}, but {other} in line {first}"
            remedy = "Give one coverage to all rows of a version"
            row.fault("coverage", cause, remedy, share=share, other=told, first=line)

    def _rating(self, rating_id: str, identity: Identity) -> _Gathered | None:
        return self._by_key.get((identity[0], rating_id) if rating_id else identity)

    def _place(self, row: Row, rating: _Gathered, position: Position | None) -> None:
        if position is None:
            return
        if rating.position is None:
            rating.position, rating.position_line = position, row.line
            self._hold(row, rating, position)
        elif rating.position is not position:
            cause = "The role is {role}, but {other} in line {first}"
            remedy = "Give one role to all rows of a rating"
            others = {"other": rating.position.value, "first": rating.position_line}
            row.fault("role", cause, remedy, role=position.value, **others)

    def _hold(self, row: Row, rating: _Gathered, position: Position) -> None:
        wave, session, _ = rating.identity
        holder = self._holders.setdefault((wave, session, position), rating)
        if holder is not rating and holder.identity != rating.identity and position is not Position.ALL:
            cause = "{session} has a {role} rating already, by {rater} in line {first}"
            params = {"session": shown(session), "role": position.value, "rater": holder.identity[2]}
            row.fault("role", cause, "Make one of them main and one second", first=holder.position_line, **params)

    def _keep(self, row: Row, values: dict[str, ItemValue], version: int, given: ItemValue) -> None:
        first = values.setdefault(given.item, given)
        if first is not given:
            cause = "{item} is given in line {first} already, in version {version} of the same rating"
            remedy = "Remove one of the rows, or number the later one as a higher version"
            row.fault("item", cause, remedy, item=given.item, first=first.line, version=version)

    def finished(self) -> list[ImportedRating]:
        """The ratings in the order in which the file first names them."""
        return [
            ImportedRating(
                each.rating_id or None,
                *each.identity,
                each.position,
                tuple(
                    RatingVersion(
                        number,
                        tuple(each.versions[number].values()),
                        each.submitted.get(number),
                        each.heard.get(number, (None, 0))[0],
                    )
                    for number in sorted(each.versions)
                ),
                each.line,
            )
            for each in self._by_key.values()
        ]

    def notes(self) -> list[Reason]:
        """What is taken as it stands but may not be meant."""
        return [*self._shrunk(), *self._not_rated(), *self._undated()]

    def _undated(self) -> Iterator[Reason]:
        if self._times_unread:
            template = "{count} rows have a submitted_at that is not an ISO moment: the time of the import is kept"
            yield Reason(template, {"count": self._times_unread})

    def _shrunk(self) -> Iterator[Reason]:
        for rating in self._by_key.values():
            last = rating.versions[max(rating.versions)] if rating.versions else {}
            lost = {item for version in rating.versions.values() for item in version} - set(last)
            if lost:
                template = "The last version of {rating} lacks {count} items of an earlier one: they count as not rated"
                name = rating.rating_id or " ".join(rating.identity)
                yield Reason(template, {"rating": shown(name), "count": len(lost)})

    def _not_rated(self) -> Iterator[Reason]:
        blank = sum(
            given.value is None and given.missing_code is None
            for rating in self._by_key.values()
            for version in rating.versions.values()
            for given in version.values()
        )
        if blank:
            template = "{count} rows have neither a value nor a missing code: they count as not rated"
            yield Reason(template, {"count": blank})
